// Runs a plan on DuckDB in a scratch file, and writes its tables into the lake as Parquet files, from where load takes them.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monthOfSink, nameOfTable, placeOf } from '../plan/lake.ts';
import type { Plan, Sink } from '../plan/plan-schema.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { log } from '../platform/log.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { memoryLimit, runOnDuckDb } from './duckdb-engine.ts';
import { exportTable } from './export-table.ts';
import type { EtlResult, FilledTable } from './result.ts';

const fileName = 'part-0.parquet';

/**
 * Writes the tables, and last the file `filled` with their row counts: without that file nothing is loaded. Throws OutcomeError if rows would be
 * lost; UsageError, TemporaryError.
 */
export async function runIntoLake(plan: Plan, { folder, filled }: { folder: string; filled: string }): Promise<EtlResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'taxiway-etl-'));
  try {
    const warehouse = join(scratch, 'scratch.duckdb');
    const result = await runOnDuckDb(plan, warehouse);
    const tables: Record<string, FilledTable> = {};
    const { clean, triage, monthly } = plan.sinks;
    for (const sink of [clean, triage, monthly])
      tables[nameOfTable(sink.table)] = await fillTable(sink, { warehouse, scratch, folder });
    await writeJsonObject(filled, { ...result, tables });
    return { ...result, tables };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function fillTable(
  sink: Sink,
  { warehouse, scratch, folder }: { warehouse: string; scratch: string; folder: string },
): Promise<FilledTable> {
  const path = join(scratch, fileName);
  const rows = await withDuckDb(warehouse, (connection) => exportTable(connection, sink, path), { memoryLimit });
  const place = placeOf(folder, sink.table, monthOfSink(sink));
  const { bytes } = await openStorage(place).write(`${place}${fileName}`, createReadStream(path), {
    contentType: 'application/vnd.apache.parquet',
  });
  await rm(path);
  await removeOthers(place);
  log('filled', { table: nameOfTable(sink.table), rows, bytes });
  return { rows, bytes };
}

/** Removes files that another engine has left there. Compares names: the same object may have several URIs, with `=` or `%3D` in them. */
async function removeOthers(place: string): Promise<void> {
  const storage = openStorage(place);
  for await (const { uri, name } of storage.list(place)) if (name !== fileName) await storage.remove(uri);
}
