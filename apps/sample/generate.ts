// Writes monthly files of made-up trips: seeded, so the same flags give the same rows on every machine.
import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../contract/dataset.ts';
import { addMonths, fileNameOf, firstDayOf } from '../contract/file-name.ts';
import { zones } from '../contract/zones.ts';
import { quoteText, withDuckDb } from '../platform/duckdb.ts';
import { fileSize, readJsonIfAny, withTemporaryName, writeFileAtomically } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { joinUri, toPath } from '../platform/uri.ts';
import { dice, oneIn, random, sampleValue } from './columns.ts';
import { writtenColumns } from './drift.ts';

export interface SampleOptions {
  readonly category: Dataset;
  readonly destination: string;
  readonly newest: string;
  readonly months: number;
  readonly rows: number;
  readonly seed: number;
}

/** Trips begin at these hours, ten times out of a hundred at 18. */
const hours = [
  0, 1, 5, 6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 12, 13, 14, 14, 15, 15, 16, 17, 17, 18, 18, 18, 19, 19, 20, 21, 21, 22, 23,
];

/** Generates the months that are not there yet. Returns how many files there are and how many were written. */
export async function generateSample(options: SampleOptions): Promise<{ files: number; written: number }> {
  const folder = toPath(options.destination);
  const stampPath = toPath(joinUri(options.destination, '.sample.json'));
  const months = Array.from({ length: options.months }, (_, index) => addMonths(options.newest, index - options.months + 1));
  const queries = months.map((month, monthIndex) => toMonthQuery(options, month, monthIndex));
  const stamp = createHash('sha256').update(queries.join('\n')).digest('hex');
  // A stamp that can't be read is none: the files are made again.
  const before = await readJsonIfAny(stampPath).catch(() => undefined);
  const sameAsBefore = (before as { sha256?: string } | null | undefined)?.sha256 === stamp;
  let written = 0;
  await withDuckDb(':memory:', async (connection) => {
    await connection.run('SET preserve_insertion_order = true');
    await connection.run(
      `CREATE TABLE zones AS SELECT * FROM (VALUES ${zones.map((zone) => `(${zone.id}, ${zone.longitude ?? 'NULL::DOUBLE'}, ${zone.latitude ?? 'NULL::DOUBLE'})`).join(', ')}) t(id, lon, lat)`,
    );
    // The zones of a zone, the nearest first: most trips are short.
    await connection.run(
      `CREATE TABLE near AS SELECT p.id, list(d.id ORDER BY pow(d.lat - p.lat, 2) + pow((d.lon - p.lon) * 0.76, 2), d.id) AS ids FROM zones p, zones d WHERE d.lat IS NOT NULL GROUP BY p.id`,
    );
    for (const [index, month] of months.entries()) {
      const path = `${folder.replace(/\/$/, '')}/${fileNameOf(options.category, month)}`;
      if (sameAsBefore && (await fileSize(path)) !== undefined) continue;
      await writeMonth(connection, path, queries[index] as string);
      written += 1;
      log('made', { file: fileNameOf(options.category, month), rows: options.rows });
    }
  });
  await writeFileAtomically(stampPath, `${JSON.stringify({ sha256: stamp })}\n`);
  return { files: months.length, written };
}

async function writeMonth(connection: DuckDBConnection, path: string, query: string): Promise<void> {
  await withTemporaryName(path, (temporary) =>
    connection.run(`COPY (${query}) TO ${quoteText(temporary)} (FORMAT parquet, COMPRESSION snappy)`),
  );
}

function toMonthQuery({ category, rows, seed }: SampleOptions, month: string, monthIndex: number): string {
  const start = `TIMESTAMP '${firstDayOf(month)} 00:00:00'`;
  const days = `date_diff('day', ${start}, ${start} + INTERVAL 1 MONTH)`;
  // As in the city, nine trips in ten keep to the 66 busiest zones; multiplying by a prime scatters these over the map.
  const zone = (salt: string) =>
    `(1 + (CASE WHEN ${random(`${salt} busy`)} < 0.9 THEN floor(66 * pow(${random(salt)}, 1.5)) ELSE floor(263 * ${random(salt)}) END::INT * 97 + 160) % 263)`;
  const columns = writtenColumns(category, { month, monthIndex, sampleValue: (column) => sampleValue(category, column) });
  return `WITH rolled AS (
    SELECT i, ${monthIndex} AS m, ${seed} AS seed, ${zone('pickup zone')} AS pu,
      ${random('vendor')} AS vendor_dice, ${random('payment')} AS payment_dice,
      [${hours.join(', ')}][1 + (${dice('hour')} % ${hours.length})::INT] AS trip_hour,
      ${start} + to_days(floor(${random('day')} * ${days})::INT) + to_hours(trip_hour::INT) + to_seconds(floor(${random('second')} * 3600)::INT) AS pickup
    FROM range(${rows}) r(i)
  ), planned AS (
    SELECT rolled.*, CASE WHEN ${oneIn(40, 'to the airport')} THEN 132 ELSE ids[1 + floor(len(ids) * pow(${random('dropoff zone')}, 3))::INT] END AS dz
    FROM rolled JOIN near ON near.id = pu
  ), path AS (
    SELECT planned.*, pu = 132 OR dz = 132 AS jfk,
      round(0.4 + coalesce(2 * 3958.8 * asin(least(1, sqrt(pow(sin(radians(d.lat - p.lat) / 2), 2) + cos(radians(p.lat)) * cos(radians(d.lat)) * pow(sin(radians(d.lon - p.lon) / 2), 2)))), 3)
        * (1.2 + 0.4 * ${random('detour')}), 2) AS distance
    FROM planned JOIN zones p ON p.id = pu JOIN zones d ON d.id = dz
  ), ride AS (
    SELECT *, floor(120 + 3600 * distance / (CASE WHEN trip_hour BETWEEN 7 AND 19 THEN 10 ELSE 16 END) * (0.7 + 0.6 * ${random('traffic')}))::INT AS seconds
    FROM path
  ), trip AS (
    SELECT *, CASE WHEN jfk AND distance > 8 THEN 70.0 ELSE round(3 + 0.7 * round(distance * 3.4 + seconds / 100.0), 1) END AS fare,
      CASE WHEN payment_dice < 0.78 AND vendor_dice >= 0.04 THEN round((3 + 2.5 * distance) * 0.22 * ${random('tip')} * 2, 2) ELSE 0.0 END AS tip
    FROM ride
  ) SELECT ${columns.join(',\n    ')} FROM trip ORDER BY i`;
}
