// What a run has written: checks all of its files before the first table of the warehouse changes.
import type { TableName } from '../contract/names.ts';
import { filledTables, nameOfTable, placeOf } from '../plan/lake.ts';
import { UsageError } from '../platform/errors.ts';
import { readJsonFile } from '../platform/json-file.ts';
import { type FilledTable, readFilledTable } from './filled-table.ts';

export interface RunFiles {
  readonly category: string;
  /** First day of the month that is loaded; undefined for all months. */
  readonly runDate: string | undefined;
  /** URIs: the folder of the tables, and the JSON file of what they hold. */
  readonly tables: string;
  readonly filled: string;
}

export interface WantedTable {
  /** Without the prefix of a warehouse's datasets. */
  readonly table: TableName;
  readonly columns: readonly string[];
}

/** The files of each table, in the order given. Throws UsageError where the run says nothing of a table, OutcomeError as readFilledTable. */
export async function readTablesOfRun(
  { category, runDate, tables, filled }: RunFiles,
  wanted: readonly WantedTable[],
): Promise<FilledTable[]> {
  const written = await readJsonFile({
    uri: filled,
    schema: filledTables,
    what: 'what etl or Spark writes of the tables',
    next: 'run etl first',
  });
  const found: FilledTable[] = [];
  for (const { table, columns } of wanted) {
    const name = nameOfTable(table);
    const rows = written.tables[name]?.rows;
    if (rows === undefined) throw new UsageError(`${filled}: it says nothing of ${name}; run etl of ${category} first`);
    found.push(await readFilledTable(placeOf(tables, table, runDate ?? null), { name, rows, columns }));
  }
  return found;
}
