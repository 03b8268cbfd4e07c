// Loads what Spark wrote into the warehouse, with the same tables as DuckDB's own engine makes: one transaction for all.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { monthOfSink, placeOf } from '../plan/lake.ts';
import type { Plan, Sink } from '../plan/plan-schema.ts';
import { literalGlob, quoteName, quoteText } from '../platform/duckdb.ts';
import { toPath } from '../platform/uri.ts';
import { isRetained } from './plan.ts';
import { inMonthOf, prepareTable, qualified } from './tables.ts';
import { inTransaction } from './warehouse.ts';

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
  if (!names.some((name) => name.endsWith('.parquet'))) return;
  const files = quoteText(join(literalGlob(folder), '**/*.parquet'));
  const values = sink.schema.map(({ name, type }) => {
    const quoted = quoteName(name);
    return type === 'timestamp' ? `make_timestamp(epoch_us(${quoted})) AS ${quoted}` : quoted;
  });
  await connection.run(
    `INSERT INTO ${qualified(sink.table)} BY NAME SELECT ${values.join(', ')} FROM read_parquet(${files}, hive_partitioning = false)`,
  );
}
