// The temporary folder is full: exit code 75 and one line that names it, what was needed and what is free; nothing half-written, nothing left there.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { repository } from '../fixtures/npm-start.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { runPython } from '../fixtures/run-python.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { mountSmallDisk } from '../fixtures/small-disk.ts';
import { collect } from '../fixtures/storage-lab.ts';
import { type StorageLab, storageKinds } from '../fixtures/storages.ts';

const disk = await mountSmallDisk(2);
const name = 'yellow_tripdata_2025-01.parquet';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
  // 3 MB, and 10 MB as tables.
  await makeSampleFiles(folder, { months: 1, rows: 90_000 });
});
afterAll(async () => {
  await disk?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each(storageKinds)('$name', (kind) => {
  let lab: StorageLab;
  beforeAll(async () => {
    if (kind.isMissing || disk === undefined) return;
    lab = await kind.start();
    await lab.storage.write(`${lab.root}staging/${name}`, await readFile(join(folder, name)));
  });
  afterAll(() => lab?.stop());

  const run = (app: string, ...args: string[]) => {
    const variables = Object.entries(process.env).filter(([key]) => /^(AWS|STORAGE)_/.test(key));
    return startProgram(app, [...args, '--file', `${lab.root}staging/${name}`, '--as-of', '2025-03-01T00:00:00Z'], {
      HOME: folder,
      TMPDIR: disk?.folder as string,
      ...(Object.fromEntries(variables) as Record<string, string>),
    }).ended;
  };
  const expectNothing = async () => {
    expect(await readdir(disk?.folder as string)).toEqual([]);
    const names = (await collect(lab.storage.list(lab.root))).map((object) => object.name);
    expect(names.filter((one) => !one.endsWith('plan.json'))).toEqual([`staging/${name}`]);
    expect((await readdir(folder)).sort()).toEqual(['.sample.json', name]);
  };
  const isSkipped = kind.isMissing || disk === undefined;
  const toLine = (stderr: string) => stderr.trim().split('\n').at(-1);
  const needs = (app: string) =>
    new RegExp(`^${app}: ${disk?.folder}\\S*: \\S+${name} needs \\d{7} bytes there, \\d+ are free; give .* TMPDIR$`);

  test.skipIf(isSkipped || kind.name === 'folder')('validate copies no file that does not fit', async () => {
    const suite = join(repository, 'apps/validate/expectations/yellow.json');
    const { code, stderr } = await run('validate', '--category', 'yellow', '--suite', suite, '--report', `${lab.root}docs/`);
    expect([code, toLine(stderr)]).toEqual([75, expect.stringMatching(needs('validate'))]);
    await expectNothing();
  });

  const etl = ['--category', 'yellow', '--mode', 'batch'] as const;
  test.skipIf(isSkipped || kind.name === 'folder')('etl into a warehouse', async () => {
    const warehouse = join(folder, 'w.duckdb');
    const { code, stderr } = await run('etl', ...etl, '--warehouse', warehouse, '--plan', `${lab.root}plan.json`);
    expect([code, toLine(stderr)]).toEqual([75, expect.stringMatching(needs('etl'))]);
    // The warehouse has its tables, without rows, or none.
    await rm(warehouse, { force: true });
    await expectNothing();
  });

  test.skipIf(isSkipped)(
    'a warehouse on the full disk keeps its old rows, and takes the new ones once there is room',
    async () => {
      const { folder: place, resize } = disk as NonNullable<typeof disk>;
      const warehouse = join(place, 'w.duckdb');
      const rows = () =>
        withDuckDb(warehouse, async (connection) =>
          (await connection.runAndReadAll('SELECT count(*)::INT FROM historical.yellow_monthly')).getRowsJS(),
        );
      const toWarehouse = ['--warehouse', warehouse, '--plan', `${lab.root}plan.json`];
      resize(64);
      expect(await run('etl', ...etl, ...toWarehouse)).toMatchObject({ code: 0 });
      const before = await rows();
      const { size } = await stat(warehouse);
      resize(Math.ceil(size / 2 ** 20) + 1);
      const full = await run('etl', ...etl, ...toWarehouse);
      expect([full.code, toLine(full.stderr)]).toEqual([75, expect.stringMatching(/^etl: .*(needs \d+ bytes|No space left)/)]);
      resize(64);
      expect(await rows()).toEqual(before);
      expect(await run('etl', ...etl, ...toWarehouse)).toMatchObject({ code: 0 });
      expect([await rows(), await readdir(place)]).toEqual([before, ['w.duckdb']]);
      await rm(warehouse);
      resize(2);
    },
  );

  test.skipIf(isSkipped)('etl into the lake', async () => {
    const lake = ['--tables', `${lab.root}lake/`, '--filled', `${lab.root}filled.json`, '--plan', `${lab.root}plan.json`];
    const { code, stderr } = await run('etl', ...etl, ...lake);
    const says = kind.name === 'folder' ? new RegExp(`^etl: ${disk?.folder}\\S*: `) : needs('etl');
    expect([code, toLine(stderr)]).toEqual([75, expect.stringMatching(says)]);
    await expectNothing();
  });
});

describe.skipIf(disk === undefined)('the programs in Python', () => {
  const place = () => join(folder, 'python');
  const warehouse = () => join(place(), 'w.duckdb');
  beforeAll(async () => {
    await mkdir(place());
    const month = ['--category', 'yellow', '--mode', 'batch', '--file', join(folder, name), '--as-of', '2025-03-01T00:00:00Z'];
    const to = ['--warehouse', warehouse(), '--plan', join(place(), 'plan.json')];
    expect(await startProgram('etl', [...month, ...to], {}).ended).toMatchObject({ code: 0 });
  });
  const run = (app: string, file: string, args: readonly string[]) =>
    runPython({ app, file }, ['--category', 'yellow', '--warehouse', warehouse(), ...args], {
      HOME: place(),
      TMPDIR: disk?.folder as string,
    });

  test('dbt, then train', async () => {
    const { folder: full } = disk as NonNullable<typeof disk>;
    const fill = () => writeFile(join(full, 'fill'), Buffer.alloc(2_060_000));
    const says = `the temporary folder ${full}: no space is left (ENOSPC); give its disk more room, or name a larger temporary folder by TMPDIR`;
    const dbt = ['--full-refresh', '--docs', join(place(), 'docs')];
    const train = ['--run', 'r', '--tracking', join(place(), 'mlflow'), '--models', join(place(), 'models')];
    for (const [app, file, args, made] of [
      ['dbt', 'run.py', dbt, 'docs'],
      ['ml', 'train.py', train, 'models'],
    ] as const) {
      await fill();
      const { code, stderr } = await run(app, file, args);
      expect([code, stderr.trim().split('\n').at(-1)]).toEqual([75, expect.stringContaining(says)]);
      expect([await readdir(full), (await readdir(place())).includes(made)]).toEqual([['fill'], false]);
      await rm(join(full, 'fill'));
      disk?.resize(64);
      expect(await run(app, file, args)).toMatchObject({ code: 0 });
      disk?.resize(2);
    }
  }, 300_000);
});
