// `npm run contract` as people run it: documents by the standard's own schema, and a definition made from a file that the pipeline runs on.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { toOdcs } from '../../apps/contract/derive/odcs.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { toYamlDocument } from '../../apps/platform/yaml.ts';
import { readSummaries, repository, startPipeline } from '../fixtures/npm-start.ts';
import { rides } from '../fixtures/rides.ts';
import { findTestPython } from '../fixtures/test-python.ts';
import { visits } from '../fixtures/visits.ts';

const python = await findTestPython('odcs', "ODCS's schema");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-exchange-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const contract = (...args: string[]) =>
  spawnSync(process.execPath, [join(repository, 'start/contract/main.ts'), ...args], { cwd: folder, encoding: 'utf8' });

async function problemsOf(...files: string[]): Promise<string[]> {
  const script = join(repository, 'tests/fixtures/check-odcs.py');
  const { stdout } = await promisify(execFile)(python as string, [script, ...files]);
  return JSON.parse(stdout);
}

test.skipIf(!python)(
  "every data set's document is one by the standard's own schema, which finds what is wrong in others",
  async () => {
    const files: string[] = [];
    for (const { category } of allDatasets) {
      const file = join(folder, `${category}.yaml`);
      const { status, stdout } = contract('export', category, '--format', 'odcs', '--output', file);
      expect([status, JSON.parse(stdout)]).toEqual([0, { output: file }]);
      expect(contract('export', category).stdout).toBe(await readFile(file, 'utf8'));
      files.push(file);
    }
    const own = join(folder, 'rides.yaml');
    await writeFile(
      own,
      toYamlDocument(toOdcs({ ...rides, promises: { freshness: '36h', retention: '7y', rowsPerMonth: { atLeast: 1 } } })),
    );
    const marked = join(folder, 'visits.yaml');
    await writeFile(marked, toYamlDocument(toOdcs(visits)));
    expect(await problemsOf(...files, own, marked)).toEqual([]);
    const wrong = (await readFile(own, 'utf8'))
      .replace('logicalType: integer', 'logicalType: int')
      .replace('metric: rowCount', 'metric: rows');
    await writeFile(join(folder, 'wrong.yaml'), wrong);
    expect(await problemsOf(join(folder, 'wrong.yaml'))).not.toEqual([]);
  },
);

test.each<[string, string[], number, string]>([
  ['no command', [], 2, 'npm run contract: got no command, expected export or import'],
  ['another command', ['delete'], 2, 'npm run contract: got "delete", expected export or import'],
  ['no category', ['export'], 2, 'expected a category (bikes, fhvhv, green, yellow) after export'],
  ['an unknown category', ['export', 'yelow'], 2, 'yelow: expected one of bikes, fhvhv, green, yellow'],
  ['another format', ['export', 'yellow', '--format', 'avro'], 2, '--format "avro"'],
  ['no file', ['import', 'nowhere.csv'], 2, 'nowhere.csv: no such file'],
  [
    'another kind of file',
    ['import', join(repository, 'README.md')],
    2,
    'expected a .yaml, .yml, .json, .parquet, .csv or .csv.gz file, got .md',
  ],
  [
    'no document',
    ['import', join(repository, 'package.json')],
    1,
    'expected an Open Data Contract Standard document of version 3',
  ],
  ['a name that is none', ['import', join(repository, 'package.json'), '--categry', 'x'], 2, '--categry'],
])('%s is told in one line', (_, args, code, message) => {
  const { status, stderr } = contract(...args);
  expect(stderr).toContain(message);
  expect([status, stderr.includes('bug')]).toEqual([code, false]);
});

test('a file that is there is not written over', async () => {
  await writeFile(join(folder, 'mine.ts'), 'mine');
  await writeFile(join(folder, 'rows.csv'), 'at\n2024-01-01 00:00:00\n');
  const { status, stderr } = contract('import', 'rows.csv', '--output', 'mine.ts');
  expect([status, stderr]).toEqual([2, expect.stringContaining('mine.ts: it is there already and was left as it is')]);
  expect(await readFile(join(folder, 'mine.ts'), 'utf8')).toBe('mine');
});

test('what is made from a file is a data set: the pipeline loads the file by it', async () => {
  const clone = join(folder, 'clone');
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  for (const path of tracked.split('\0').filter((name) => name !== ''))
    await cp(join(repository, path), join(clone, path), { recursive: true });
  for (const shared of ['node_modules', '.venv']) await symlink(join(repository, shared), join(clone, shared));
  const input = join(folder, 'input');
  execFileSync('mkdir', [input]);
  await withDuckDb(':memory:', (connection) =>
    connection.run(
      `COPY (SELECT i AS "Trip Id", TIMESTAMP '2024-03-01' + INTERVAL (i * 20) MINUTE AS "when", i % 3 AS "end",
        CASE WHEN i % 7 > 0 THEN i / 10 END AS "Länge (km)", CASE WHEN i % 2 = 0 THEN 'it''s "so"' ELSE 'no' END AS why
        FROM range(2000) t(i)) TO '${input}/tours_2024-03.parquet' (FORMAT parquet)`,
    ),
  );
  const output = join(clone, 'apps/contract/tours.ts');
  const made = contract('import', `${input}/tours_2024-03.parquet`, '--output', output);
  expect([made.status, made.stderr]).toEqual([0, '']);
  execFileSync(process.execPath, [join(clone, 'start/synth.ts')], { cwd: clone, stdio: 'pipe' });
  const state = join(folder, 'state');
  const { code, output: said } = await startPipeline(state, ['--once', '--category', 'tours', '--input', input], clone).ended;
  expect([code, said]).toEqual([0, expect.stringContaining('batch tours: succeeded')]);
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files).toMatchObject([{ month: '2024-03', read: 2000, triage: expect.any(Number) }]);
  expect(files[0]?.clean).toBeGreaterThan(1900);
});
