// Loads what Spark wrote into the warehouse, with the same tables as DuckDB's own engine makes: one transaction for all.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { insertParquet } from '../plan/duckdb-parquet.ts';
import { inMonthOf, prepareTable, qualified } from '../plan/duckdb-tables.ts';
import { inTransaction } from '../plan/duckdb-transaction.ts';
import { monthOfSink, placeOf } from '../plan/lake.ts';
import type { Plan, Sink } from '../plan/plan-schema.ts';
import { toPath } from '../platform/uri.ts';
import { isRetained } from './plan.ts';

/** Loads the plan's partitions, or its whole tables, from the folder that the plan names. */
export async function loadParquet(plan: Plan, warehouse: string): Promise<void> {
  const { destination } = plan;
  if (destination.format !== 'parquet') throw new Error(`the plan's tables are ${destination.format}, not parquet`);
  await inTransaction(warehouse, async (connection) => {
    for (const sink of Object.values(plan.sinks)) await loadTable(connection, plan, { sink, folder: destination.folder });
  });
}

async function loadTable(
  connection: DuckDBConnection,
  plan: Plan,
  { sink, folder }: { sink: Sink; folder: string },
): Promise<void> {
  await prepareTable(connection, sink.table, { columns: sink.schema, anew: sink.mode === 'overwrite_table' });
  const month = monthOfSink(sink);
  if (month !== null) {
    if (sink.retained && !isRetained(plan, month)) return;
    await connection.run(`DELETE FROM ${qualified(sink.table)} WHERE ${inMonthOf(sink.partitionField, month)}`);
  }
  await insertFiles(connection, sink, toPath(placeOf(folder, sink.table, month)));
}

async function insertFiles(connection: DuckDBConnection, sink: Sink, folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const paths = names.filter((name) => name.endsWith('.parquet')).map((name) => join(folder, name));
  if (paths.length > 0) await insertParquet(connection, { table: sink.table, columns: sink.schema }, paths);
}
