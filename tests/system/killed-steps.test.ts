// Each step killed at ten random moments, over a folder, Cloud Storage (fake-gcs-server) and S3 (versitygw): readers see the old state or the
// new one, object by object and table by table, and one more run gives what a run gives that nobody killed.
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteText, withDuckDb } from '../../apps/platform/duckdb.ts';
import { type KillLab, type Moment, type Seen, type Step, startKillLab } from '../fixtures/kill-lab.ts';
import { repository } from '../fixtures/npm-start.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { mebibyte, noise } from '../fixtures/storage-lab.ts';
import { storageKinds } from '../fixtures/storages.ts';

const name = 'yellow_tripdata_2025-01.parquet';
const kills = 10;

let sample: string;
beforeAll(async () => {
  sample = await mkdtemp(join(tmpdir(), 'killed-sample-'));
  await makeSampleFiles(sample, { months: 1, rows: 2_000 });
  await withDuckDb(':memory:', (connection) =>
    connection.run(
      `COPY (SELECT * FROM read_parquet(${quoteText(join(sample, name))}) LIMIT 1900) TO ${quoteText(join(sample, 'next.parquet'))} (FORMAT parquet)`,
    ),
  );
});
afterAll(() => rm(sample, { recursive: true, force: true }));

/** The steps of a batch in their order, each into a place of its own. */
function toSteps({ lab: { root }, warehouse }: KillLab): Record<string, Step> {
  const category = ['--category', 'yellow'];
  const at = (path: string) => `${root}${path}`;
  const file = ['--file', at(`staging/yellow/${name}`)];
  const clock = ['--as-of', '2025-03-01T00:00:00Z'];
  const transfer = ['--destination', at('staging/yellow/'), '--manifest', at('runs/files.json')];
  const suite = ['--suite', join(repository, 'apps/validate/expectations/yellow.json')];
  const report = ['--run', 'r', '--report', at('docs/validation/yellow/'), '--months', at('runs/months.json')];
  const month = ['--uri', at(`source/${name}`), '--filename', name, '--run-date', '2025-01-01', '--version', '1'];
  const batch = [...category, '--mode', 'batch', ...file, ...clock];
  return {
    'transfer of a large file': ['transfer', '--source', at('large/'), '--destination', at('copies/')],
    transfer: ['transfer', '--source', at(`source/${name}`), ...transfer],
    'schema-groups': ['schema-groups', ...category, '--manifest', at('runs/files.json'), '--groups', at('runs/groups.json')],
    validate: ['validate', ...category, ...file, ...suite, ...clock, ...report],
    'etl into a warehouse': ['etl', ...batch, '--plan', at('runs/plan.json'), '--warehouse', warehouse],
    'etl into the lake': [
      'etl',
      ...batch,
      '--plan',
      at('lake/plan.json'),
      '--tables',
      at('lake/'),
      '--filled',
      at('lake/filled.json'),
    ],
    publish: ['publish', ...category, '--dbt', at('runs/dbt/'), '--docs', at('docs/')],
    record: ['months', '--task', 'record', ...category, '--records', at('months/'), ...month, '--judged', at('runs/months.json')],
  };
}

/** The object that a step writes when all others are there. */
const lastOf: Readonly<Record<string, string>> = {
  transfer: 'runs/files.json',
  validate: 'runs/months.json',
  'etl into the lake': 'lake/filled.json',
  publish: 'docs/index.html',
};

/** What comes from outside, of an earlier day and of today. */
async function putInputs({ lab: { storage, root } }: KillLab, file: string, text: string): Promise<void> {
  await storage.write(`${root}source/${name}`, await readFile(join(sample, file)));
  await storage.write(`${root}large/noise`, noise(18 * mebibyte));
  await storage.write(`${root}runs/dbt/index.html`, Buffer.from(`<p>${text}</p>`));
}

const toMoments = (seed: number): Moment[] =>
  fc.sample(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { numRuns: kills, seed }).map((random, index) => ({
    share: (index + random) / kills,
    by: index % 2 === 1 ? 'events' : 'time',
  }));

/** What a kill must not leave: what is neither of before nor of after, tables of two states, and a last object without all that comes before it. */
function findBroken(seen: Seen, { before, after, last }: { before: Seen; after: Seen; last: string | undefined }): string[] {
  const changed = [...new Set([before, after, seen].flatMap(Object.keys))].filter((key) => before[key] !== after[key]);
  const strange = [...new Set([before, seen].flatMap(Object.keys))].filter(
    (key) => seen[key] !== before[key] && seen[key] !== after[key],
  );
  const old = changed.filter((key) => seen[key] === before[key]);
  const tables = changed.filter((key) => key.startsWith('table '));
  const oldTables = tables.filter((key) => old.includes(key));
  const isHalf = oldTables.length > 0 && oldTables.length < tables.length;
  const isEarly = last !== undefined && changed.includes(last) && !old.includes(last);
  return [...strange, ...(isHalf ? oldTables : []), ...(isEarly ? old : [])];
}

describe.each(storageKinds)('$name', (kind) => {
  let world: KillLab;
  const done = new Set<string>();
  beforeAll(async () => {
    if (kind.isMissing) return;
    world = await startKillLab(kind);
    await putInputs(world, name, 'old');
    for (const step of Object.values(toSteps(world))) expect(await world.run(step)).toMatchObject({ code: 0 });
    await putInputs(world, 'next.parquet', 'new');
    // Of an earlier release.
    for (const page of ['index.html', 'datasets/yellow.html'])
      await world.lab.storage.write(`${world.lab.root}docs/${page}`, Buffer.from('<p>old</p>'));
  });
  afterAll(() => world?.stop());

  const names = Object.keys(toSteps({ lab: { root: '' }, warehouse: '' } as KillLab));
  test.skipIf(kind.isMissing).each(names)('%s', async (stepName) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const steps = Object.entries(toSteps(world));
    const index = steps.findIndex(([one]) => one === stepName);
    // Those that were left out.
    for (const [earlier, run] of steps.slice(0, index))
      if (!done.has(earlier)) expect(await world.run(run)).toMatchObject({ code: 0 });
    done.add(stepName);
    const [, step] = steps[index] as [string, Step];
    const before = await world.look();
    await copyFile(world.warehouse, `${world.warehouse}.before`);
    const usual = await world.run(step);
    expect(usual.code, usual.stderr).toBe(0);
    const after = await world.look();
    expect(after).not.toEqual(before);
    for (const moment of toMoments(seed)) {
      await world.restore(before);
      const log = await world.kill(step, moment, usual);
      const seen = await world.look();
      const broken = findBroken(seen, { before, after, last: lastOf[stepName] });
      expect({ seed, moment, log, broken }).toEqual({ seed, moment, log, broken: [] });
    }
    const healed = await world.run(step);
    expect(healed.code, healed.stderr).toBe(0);
    expect(await world.look()).toEqual(after);
    expect((await readdir(world.scratch)).filter((one) => one !== 'tmp')).toEqual([
      'warehouse.duckdb',
      'warehouse.duckdb.before',
    ]);
    if (kind.name === 'folder') {
      // The next writer removes what has lain there for an hour.
      await world.age();
      await world.restore(before);
      expect(await world.run(step)).toMatchObject({ code: 0 });
    }
    // Parts of uploads stay until a life cycle rule of the bucket removes them.
    expect((await world.hidden()).filter((one) => !one.endsWith(' (upload)'))).toEqual([]);
  });
});
