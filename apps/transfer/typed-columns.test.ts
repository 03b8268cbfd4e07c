import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rides } from '../../tests/fixtures/rides.ts';
import { type CastPlan, toCasts } from '../contract/derive/casts.ts';
import { toCastColumns } from '../contract/derive/queries.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { readFooter } from '../plan/parquet-footer.ts';
import { scanParquet, withDuckDb } from '../platform/duckdb.ts';
import { transfer } from './transfer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-typed-'));
  await mkdir(join(folder, 'in'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const uriOf = (...parts: string[]) => pathToFileURL(join(folder, ...parts)).href;

test('a column is typed where every value can be cast, and means what its texts mean', async () => {
  const pools = {
    ride_id: ['7', ' x ', '', 'NA'],
    started_at: ['2024-01-31 08:00:00', '2024-01-31T23:59', '2024-07-01 12:00:00Z', '', 'NA', '01/31/2024 8:00 AM'],
    electric: ['Y', 'no', 'TRUE', '', 'NA', 'maybe'],
    charged_on: ['2024-01-31', '2024-01-31 00:00:00', '', 'NA', '2024-02-30'],
    speed: ['7', ' 7.50 ', '1e1', '-0', '', 'NA', '7,5'],
    price: ['12.30', ' 7 ', '', '12.345'],
    seats: ['3', '-1', '', '3000000000'],
    paused: ['90', '0:01:30', 'PT1M', '', '-5'],
    docked_at: ['2024-01-31T08:00:00Z', '2024-01-31 08:00:00+02', '', '2024-01-31 08:00:00'],
  };
  const names = Object.keys(pools);
  const columns = rides.columns.filter(({ name }) => names.includes(name));
  const category = { ...rides, columns, files: { name: 'JC-{YYYYMM}-tripdata.csv', nulls: ['NA'] } };
  const ofPool = (pool: readonly string[]) => fc.boolean().chain((odd) => fc.constantFrom(...(odd ? pool : pool.slice(0, -1))));
  const typed = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(...Object.values(pools).map(ofPool)), { minLength: 1, maxLength: 4 }), async (rows) => {
      const filename = 'JC-202401-tripdata.csv';
      const quoted = (value: string) => (value.includes(',') ? `"${value}"` : value);
      await writeFile(
        join(folder, 'in', filename),
        [names.join(','), ...rows.map((row) => row.map(quoted).join(',')), ''].join('\n'),
      );
      const [source, destination] = [uriOf('in', filename), `${uriOf('typed')}/`];
      await transfer({ source, destination, category, filename, runDate: '2024-01-01' });
      const path = join(folder, 'typed', 'JC-202401-tripdata.parquet');
      const written = (await readFooter(path)).columns;
      for (const { name, type } of written) typed.add(`${name} ${type}`);
      const judged = async (from: string, plan: CastPlan) => {
        const casts = plan.casts.filter(({ column }) => names.includes(column));
        const doubtful = casts.map(({ column }) => column);
        const select = toCastColumns(duckdb, { casts, doubtful, sqlOf: duckdb.name }).join(', ');
        return withDuckDb(':memory:', async (connection) =>
          (await connection.runAndReadAll(`SELECT ${select} FROM ${from}`)).getRowsJson(),
        );
      };
      const values = rows.map((row) => `(${row.map((value) => (value === '' ? 'NULL' : duckdb.text(value))).join(', ')})`);
      const texts = names.map((name) => ({ name, type: 'STRING' as const }));
      const asText = `(VALUES ${values.join(', ')}) t(${names.map(duckdb.name).join(', ')})`;
      expect(await judged(scanParquet(path), toCasts(category, written))).toEqual(
        await judged(
          `(SELECT ${names.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ')} FROM ${asText})`,
          toCasts(category, texts),
        ),
      );
    }),
    { numRuns: 60 },
  );
  for (const one of [
    'started_at TIMESTAMP_MICROS',
    'started_at STRING',
    'electric BOOLEAN',
    'charged_on DATE',
    'speed DOUBLE',
    'speed STRING',
    'price DECIMAL',
    'seats INT32',
    'paused DOUBLE',
    'docked_at TIMESTAMP_MICROS_UTC',
  ])
    expect(typed).toContain(one);
});
