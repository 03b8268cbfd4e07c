import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../../tests/fixtures/run-program.ts';
import { yellow } from '../contract/yellow.ts';
import { toParquet } from '../plan/parquet-rows.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { generateSample } from '../sample/generate.ts';
import { judgeFile } from './judge-file.ts';
import { type Preview, toRows } from './preview.ts';

const name = 'yellow_tripdata_2024-01.parquet';
const asOf = '2026-01-01T00:00:00Z';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-preview-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function preview(path: string): Promise<Preview> {
  const suite = { name: 's', expectations: [] };
  const judged = await judgeFile({ path, suite, dataset: yellow, asOf, earlier: () => [] });
  return judged.preview as Preview;
}

const query = (sql: string) =>
  withDuckDb(join(folder, 'w.duckdb'), async (connection) => (await connection.runAndReadAll(sql)).getRowsJS());

// The larger file is judged by a sample.
test.each([3_000, 120_000])(
  'of %i rows ten clean and ten triaged ones are shown, as etl loads them, whatever their order',
  async (rows) => {
    const destination = `${pathToFileURL(folder).href}/`;
    await generateSample({ category: yellow, destination, newest: '2024-01', months: 1, rows, seed: 5 });
    const seen = await preview(join(folder, name));
    expect([seen.clean.length, seen.triage.length]).toEqual([10, 10]);

    const uri = (file: string) => pathToFileURL(join(folder, file)).href;
    const flags = ['--category', 'yellow', '--mode', 'batch', '--as-of', asOf, '--plan', uri('plan.json')];
    const { code, stderr } = await startProgram('etl', [...flags, '--file', uri(name), '--warehouse', uri('w.duckdb')], {}).ended;
    expect(code, stderr).toBe(0);
    const shown = join(folder, 'rows.parquet');
    await writeFile(shown, await toParquet(toRows(seen)));
    const loaded = `SELECT *, []::VARCHAR[] AS broken_rules FROM staging.yellow_clean
    UNION ALL SELECT * EXCLUDE (source_file, source_month) FROM staging.yellow_triage`;
    expect(await query(`SELECT count(*)::INT FROM '${shown}'`)).toEqual([[20]]);
    expect(await query(`FROM '${shown}' EXCEPT (${loaded})`)).toEqual([]);

    await mkdir(join(folder, 'turned'), { recursive: true });
    const turned = join(folder, 'turned', name);
    await query(`COPY (FROM '${join(folder, name)}' ORDER BY random()) TO '${turned}' (FORMAT parquet)`);
    expect(await preview(turned)).toEqual(seen);
  },
);

test('the report shows the rows, and rows.parquet beside it holds them', async () => {
  const destination = `${pathToFileURL(folder).href}/`;
  await generateSample({ category: yellow, destination, newest: '2024-01', months: 1, rows: 2_000, seed: 6 });
  const suite = join(import.meta.dirname, 'expectations', 'yellow.json');
  const report = join(folder, 'report');
  const flags = ['--file', join(folder, name), '--suite', suite, '--category', 'yellow', '--as-of', asOf, '--report', report];
  const { code, stderr } = await startProgram('validate', flags, {}).ended;
  expect(code, stderr).toBe(0);
  const page = await readFile(join(report, 'index.html'), 'utf8');
  const lines = (label: string) => page.split(`aria-label="${label}"`)[1]?.split('</table>')[0]?.match(/<tr>/g)?.length;
  expect([lines('Clean rows'), lines('Triaged rows')]).toEqual([11, 11]);
  expect(page).toContain('<a href="rows.parquet">');
  expect(await query(`SELECT count(*)::INT FROM '${join(report, 'rows.parquet')}' WHERE len(broken_rules) > 0`)).toEqual([[10]]);
});

test('a month without clean rows, without rows, and with times that no calendar has', async () => {
  const path = join(folder, 'odd', name);
  await mkdir(join(folder, 'odd'), { recursive: true });
  const write = (sql: string) => query(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
  const all = `FROM '${join(folder, name)}'`;
  await write(`${all} LIMIT 0`);
  expect(await preview(path)).toMatchObject({ clean: [], triage: [] });
  await write(`SELECT * REPLACE (make_timestamp(9000000000000000000) AS tpep_pickup_datetime) ${all} LIMIT 3`);
  const { clean, triage } = await preview(path);
  expect([clean.length, triage.length]).toEqual([0, 3]);
});
