// CSV with values that no reader should guess at: every row is in the clean or the triage table, and says why.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bikes } from '../../apps/contract/bikes.ts';
import { runOnDuckDb } from '../../apps/etl/duckdb-engine.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { transfer } from '../../apps/transfer/transfer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-csv-months-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const uriOf = (...parts: string[]) => pathToFileURL(join(folder, ...parts)).href;
const header = bikes.columns.map(({ name }) => name);
const good = {
  ride_id: 'r',
  rideable_type: 'classic_bike',
  started_at: '2024-01-05 08:00:00',
  ended_at: '2024-01-05 08:10:00',
  start_station_name: 'Grove St',
  start_station_id: 'JC1',
  end_station_name: 'City Hall',
  end_station_id: 'JC2',
  start_lat: '40.71',
  start_lng: '-74.04',
  end_lat: '40.72',
  end_lng: '-74.05',
  member_casual: 'member',
};
const line = (change: Partial<typeof good>) => {
  const values: Record<string, string> = { ...good, ...change };
  return header.map((name) => (/,/.test(values[name] ?? '') ? `"${values[name]}"` : values[name])).join(',');
};

test.each<[string, string, readonly string[]]>([
  ['a 12-hour time', line({ started_at: '01/05/2024 08:00:00 AM' }), ['duration', 'in_month', 'cast_started_at']],
  ['a decimal comma', line({ start_lat: '40,71' }), ['nearby', 'cast_start_lat']],
  ['a second header', header.join(','), ['rider', 'bicycle', 'duration', 'nearby', 'in_month', 'cast_started_at']],
  ['a code that nobody knows', line({ member_casual: 'membre' }), ['rider']],
  ['a time of another month', line({ started_at: '2024-02-05 08:00:00', ended_at: '2024-02-05 08:30:00' }), ['in_month']],
])('a row with %s is triaged, and the others are loaded', async (what, row, reasons) => {
  const filename = 'JC-202401-citibike-tripdata.csv';
  const name = what.replaceAll(' ', '-');
  await writeFile(join(folder, filename), [header.join(','), line({ ride_id: 'a' }), row, line({ ride_id: 'b' }), ''].join('\n'));
  await transfer({ source: uriOf(filename), destination: `${uriOf(name)}/`, category: bikes, filename, runDate: '2024-01-01' });
  const warehouse = join(folder, `${name}.duckdb`);
  const plan = toPlan(bikes, {
    groups: await readSchemaGroups(bikes, [join(folder, name, 'JC-202401-citibike-tripdata.parquet')]),
    ...{ engine: 'duckdb', destination: { format: 'duckdb' }, mode: 'batch', asOf: '2024-03-01T00:00:00Z' },
    newestLoaded: undefined,
  });
  const { files } = await runOnDuckDb(plan, warehouse);
  expect(files.map(({ read, clean, triage }) => [read, clean, triage])).toEqual([[3, 2, 1]]);
  const rows = await withDuckDb(warehouse, async (connection) =>
    (
      await connection.runAndReadAll(
        'SELECT (SELECT list(ride_id ORDER BY ride_id) FROM staging.bikes_clean), broken_rules FROM staging.bikes_triage',
      )
    ).getRowsJson(),
  );
  expect(rows).toEqual([[['a', 'b'], expect.arrayContaining([...reasons])]]);
});
