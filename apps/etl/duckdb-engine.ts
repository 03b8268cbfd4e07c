// Runs a plan on DuckDB in one transaction: either every table shows the new rows and no row is lost, or nothing has changed.
import type { DuckDBConnection } from '@duckdb/node-api';
import { inMonthOf, prepareTable, qualified } from '../plan/duckdb-tables.ts';
import { inTransaction } from '../plan/duckdb-transaction.ts';
import type { Plan, PlannedFile, Sink } from '../plan/plan-schema.ts';
import { blameOnFile, quoteName, scanParquet, withoutFileStatistics } from '../platform/duckdb.ts';
import { withLocalCopy } from '../platform/local-copy.ts';
import { log } from '../platform/log.ts';
import { checkConservation, type FileResult } from './conservation.ts';
import { countFile } from './count-file.ts';
import { isRetained, sourceView } from './plan.ts';
import { type EtlResult, toEtlResult } from './result.ts';

/** A month of 3 million rows fits; larger ones spill to disk. With Node the process stays below 500 MB. */
export const memoryLimit = '400MB';

/** Fills the tables. Rows are streamed; memory is bounded by DuckDB's limit. Throws OutcomeError where rows would be lost. */
export async function runOnDuckDb(plan: Plan, warehouse: string): Promise<EtlResult> {
  return inTransaction(warehouse, (connection) => fillTables(connection, plan), { memoryLimit });
}

async function fillTables(connection: DuckDBConnection, plan: Plan): Promise<EtlResult> {
  const { clean, triage, monthly } = plan.sinks;
  for (const sink of [clean, triage, monthly])
    await prepareTable(connection, sink.table, { columns: sink.schema, anew: sink.mode === 'overwrite_table' });
  let monthlyRows = 0;
  // Month by month: what is in memory is bounded by the largest month, not by the history.
  for (const { relation, query, files } of plan.sources) {
    const [source] = files as [PlannedFile];
    const fill = async (path: string) => {
      await connection.run(`CREATE OR REPLACE TEMP VIEW ${quoteName(relation)} AS SELECT * FROM ${scanParquet(path)}`);
      await connection.run(`CREATE OR REPLACE TEMP VIEW ${sourceView} AS ${query}`);
      // The summary first: it needs most memory, and the other two leave the buffers full of blocks.
      monthlyRows += await replaceMonth(connection, monthly, source.month);
      if (!isRetained(plan, source.month)) return;
      await replaceMonth(connection, clean, source.month);
      await replaceMonth(connection, triage, source.month);
    };
    await withLocalCopy(source.uri, (path) => blameOnFile(source.file, () => fill(path)));
    log('loaded', { file: source.file, rows: source.rows });
  }
  const files: FileResult[] = [];
  for (const file of plan.sources.flatMap((source) => source.files))
    files.push(await countFile(connection, plan.sinks, { file, isRetained: isRetained(plan, file.month) }));
  checkConservation(files);
  return toEtlResult(plan.mode, files, monthlyRows);
}

/** Replaces the month's partition; a table made anew has none. Returns the rows inserted. */
async function replaceMonth(connection: DuckDBConnection, sink: Sink, month: string): Promise<number> {
  const { table, partitionField, query } = sink;
  if (sink.mode === 'overwrite_partition')
    await connection.run(`DELETE FROM ${qualified(table)} WHERE ${inMonthOf(partitionField, month)}`);
  const insert = `INSERT INTO ${qualified(table)} BY NAME ${query}`;
  return (await withoutFileStatistics(connection, () => connection.run(insert))).rowsChanged;
}
