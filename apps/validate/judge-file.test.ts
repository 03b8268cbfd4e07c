import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../../tests/fixtures/run-program.ts';
import { yellow } from '../contract/yellow.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { generateSample } from '../sample/generate.ts';
import { judgeFile } from './judge-file.ts';

const rows = 150_000;
const name = 'yellow_tripdata_2024-01.parquet';
const asOf = '2026-01-01T00:00:00Z';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-judge-'));
  const destination = `${pathToFileURL(folder).href}/`;
  await generateSample({ category: yellow, destination, newest: '2024-01', months: 1, rows, seed: 3 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function judge(...path: string[]) {
  const { month } = await judgeFile({
    path: join(folder, ...path),
    suite: { name: 's', expectations: [] },
    dataset: yellow,
    asOf,
    earlier: () => [],
  });
  return month as NonNullable<typeof month>;
}

test('a large file is judged by a sample that stands for all rows', async () => {
  const month = await judge(name);
  expect(month.judged).toBeGreaterThan(18_000);
  expect(month.judged).toBeLessThan(45_000);
  expect(month.checks.filter(({ success }) => !success)).toEqual([]);
  const uri = (file: string) => pathToFileURL(join(folder, file)).href;
  const flags = ['--category', 'yellow', '--mode', 'batch', '--as-of', asOf, '--plan', uri('plan.json')];
  const { result } = await startProgram('etl', [...flags, '--file', uri(name), '--warehouse', uri('w.duckdb')], {}).ended;
  expect(Math.abs(month.triaged / month.judged - result.files[0].triage / rows)).toBeLessThan(0.01);
});

test('repeated rows of a large file fall into the sample together', async () => {
  await mkdir(join(folder, 'twice'));
  const [once, twice] = [join(folder, name), join(folder, 'twice', name)];
  await withDuckDb(':memory:', (connection) =>
    connection.run(`COPY (SELECT * FROM '${once}' UNION ALL FROM '${once}') TO '${twice}'`),
  );
  const month = await judge('twice', name);
  const repeated = month.checks.find((check) => check.name === 'repeated_rows');
  expect([repeated?.success, repeated?.got]).toEqual([
    false,
    expect.stringMatching(/^50(\.\d+)? % of the rows repeat another row$/),
  ]);
});
