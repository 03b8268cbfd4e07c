// Loads the tables of a run into a DuckDB file: a month replaces its rows, a full load the tables, all in one transaction.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../contract/dataset.ts';
import { toTables } from '../contract/derive/table-schema.ts';
import { insertParquet } from '../plan/duckdb-parquet.ts';
import { inMonthOf, prepareTable, qualified } from '../plan/duckdb-tables.ts';
import { inTransaction } from '../plan/duckdb-transaction.ts';
import { nameOfTable } from '../plan/lake.ts';
import { OutcomeError } from '../platform/errors.ts';
import { withLocalCopy } from '../platform/local-copy.ts';
import { log } from '../platform/log.ts';
import { toPath } from '../platform/uri.ts';
import type { FilledTable } from './filled-table.ts';
import { type RunFiles, readTablesOfRun } from './tables-of-run.ts';

interface Loaded {
  readonly table: string;
  readonly rows: number;
}

/** Throws TemporaryError while another process holds the warehouse; OutcomeError where DuckDB counts other rows than were written. */
export async function loadIntoDuckDb(dataset: Dataset, files: RunFiles, warehouse: string): Promise<{ tables: Loaded[] }> {
  const tables = Object.values(toTables(dataset));
  const wanted = tables.map(({ table, columns }) => ({ table, columns: columns.map(({ name }) => name) }));
  const filled = await readTablesOfRun(files, wanted);
  const loaded = await inTransaction(toPath(warehouse), async (connection) => {
    const done: Loaded[] = [];
    for (const [index, table] of tables.entries())
      done.push(await fillTable(connection, { ...table, runDate: files.runDate }, filled[index] as FilledTable));
    return done;
  });
  for (const { table, rows } of loaded) log('loaded', { table, rows });
  return { tables: loaded };
}

type Filling = ReturnType<typeof toTables>['clean'] & Pick<RunFiles, 'runDate'>;

async function fillTable(connection: DuckDBConnection, to: Filling, { files, rows }: FilledTable): Promise<Loaded> {
  const { table, columns, partitionField, runDate } = to;
  const name = nameOfTable(table);
  await prepareTable(connection, table, { columns, anew: runDate === undefined });
  const some = runDate === undefined ? 'true' : inMonthOf(partitionField, runDate);
  await connection.run(`DELETE FROM ${qualified(table)} WHERE ${some}`);
  for (const { uri } of files) await withLocalCopy(uri, (path) => insertParquet(connection, { table, columns }, [path]));
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${qualified(table)} WHERE ${some}`);
  const found = Number(reader.getRowsJS()[0]?.[0]);
  if (found !== rows)
    throw new OutcomeError(
      `loading ${name}: the table has ${found} rows${runDate ? ` of ${runDate}` : ''}, expected ${rows}; run etl again`,
      { table: name, rows: found, expected: rows },
    );
  return { table: name, rows };
}
