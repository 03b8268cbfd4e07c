// Writes monthly files of made-up rows: seeded, so the same flags give the same rows on every machine.
import { createHash } from 'node:crypto';
import type { Dataset } from '../contract/dataset.ts';
import { dimensionsOf } from '../contract/derive/dimensions.ts';
import { duckdbTypes } from '../contract/derive/table-schema.ts';
import { type Dimension, isLearned } from '../contract/dimension.ts';
import { addMonths, fileNameOf, firstDayOf } from '../contract/file-name.ts';
import { quoteName, quoteText, withDuckDb } from '../platform/duckdb.ts';
import { fileSize, readJsonIfAny, writeFileAtomically } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { joinUri, toPath } from '../platform/uri.ts';
import { sampleValue } from './columns.ts';
import { writtenColumns } from './drift.ts';
import { writeMonth } from './write-month.ts';

export interface SampleOptions {
  readonly category: Dataset;
  readonly destination: string;
  readonly newest: string;
  readonly months: number;
  readonly rows: number;
  readonly seed: number;
}

/** Generates the months that are not there yet. Returns how many files there are and how many were written. */
export async function generateSample(options: SampleOptions): Promise<{ files: number; written: number }> {
  const folder = toPath(options.destination);
  const stampPath = toPath(joinUri(options.destination, '.sample.json'));
  const months = Array.from({ length: options.months }, (_, index) => addMonths(options.newest, index - options.months + 1));
  const queries = months.map((month, monthIndex) => toMonthQuery(options, month, monthIndex));
  const stamp = createHash('sha256')
    .update([...queries, JSON.stringify(options.category.files)].join('\n'))
    .digest('hex');
  // A stamp that can't be read is none: the files are made again.
  const before = await readJsonIfAny(stampPath).catch(() => undefined);
  const sameAsBefore = (before as { sha256?: string } | null | undefined)?.sha256 === stamp;
  let written = 0;
  await withDuckDb(':memory:', async (connection) => {
    await connection.run('SET preserve_insertion_order = true');
    for (const dimension of dimensionsOf([options.category]).filter((one) => !isLearned(one)))
      await connection.run(toTable(dimension));
    for (const [index, month] of months.entries()) {
      const path = `${folder.replace(/\/$/, '')}/${fileNameOf(options.category, month)}`;
      if (sameAsBefore && (await fileSize(path)) !== undefined) continue;
      await writeMonth(connection, { dataset: options.category, path, query: queries[index] as string, rows: options.rows });
      written += 1;
      log('made', { file: fileNameOf(options.category, month), rows: options.rows });
    }
  });
  await writeFileAtomically(stampPath, `${JSON.stringify({ sha256: stamp })}\n`);
  return { files: months.length, written };
}

function toMonthQuery({ category, rows, seed }: SampleOptions, month: string, monthIndex: number): string {
  const start = `TIMESTAMP '${firstDayOf(month)} 00:00:00'`;
  const rolled = `SELECT i, ${monthIndex} AS m, ${seed} AS seed, ${start} AS month_start,
      date_diff('day', ${start}, ${start} + INTERVAL 1 MONTH) AS month_days, ${rows} AS month_rows FROM range(${rows}) r(i)`;
  const steps = [['rolled', rolled] as const, ...(category.sample?.steps ?? [])];
  const columns = writtenColumns(category, { month, monthIndex, sampleValue: (column) => sampleValue(category, column) });
  return `WITH ${steps.map(([name, sql]) => `${name} AS (\n    ${sql}\n  )`).join(', ')}
  SELECT ${columns.join(',\n    ')} FROM ${steps.at(-1)?.[0]} ORDER BY i`;
}

/** A dimension as a table. */
function toTable({ name, columns, rows = [] }: Dimension): string {
  const names = Object.keys(columns);
  const literal = (value: number | string | null | undefined) =>
    value == null ? 'NULL' : typeof value === 'number' ? String(value) : quoteText(value);
  const select = Object.entries(columns).map(
    ([column, { type }]) => `CAST(${quoteName(column)} AS ${duckdbTypes[type]}) AS ${quoteName(column)}`,
  );
  const values = rows.map((row) => `(${names.map((column) => literal(row[column])).join(', ')})`);
  return `CREATE TABLE ${quoteName(name)} AS SELECT ${select.join(', ')} FROM (VALUES ${values.join(', ')}) t(${names.map(quoteName).join(', ')})`;
}
