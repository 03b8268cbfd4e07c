// Runs a plan on DuckDB in a scratch file, then loads what it made into BigQuery: a table replaces its month, or itself, by one job.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../contract/dataset.ts';
import { jobLabels } from '../contract/names.ts';
import type { Plan } from '../plan/plan-schema.ts';
import { type BigQuery, connectBigQuery, endpointVariable } from '../platform/bigquery.ts';
import { type LoadResult, loadFile } from '../platform/bigquery-load.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { log } from '../platform/log.ts';
import { checkMonths, checkTargets, type Target, toTargets } from './bigquery-targets.ts';
import { memoryLimit, runOnDuckDb } from './duckdb-engine.ts';
import { type ExportedTable, exportTable } from './export-table.ts';
import type { EtlResult } from './result.ts';
import type { BigQueryWarehouse } from './warehouse-option.ts';

interface ExportedTarget extends Target, ExportedTable {
  readonly file: string;
}

/**
 * Fills BigQuery's tables. All that can fail here does so before the first load; each load is whole or not at all, and another run ends with
 * the same tables. Throws OutcomeError where rows would be lost or BigQuery refuses them, UsageError, TemporaryError.
 */
export async function runIntoBigQuery(plan: Plan, dataset: Dataset, warehouse: BigQueryWarehouse): Promise<EtlResult> {
  checkMonths(plan);
  const bigQuery = connectBigQuery({ ...warehouse, endpoint: process.env[endpointVariable] });
  const targets = toTargets(plan, dataset, warehouse);
  await checkTargets(bigQuery, targets);
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-etl-'));
  try {
    const scratch = join(folder, 'scratch.duckdb');
    const result = await runOnDuckDb(plan, scratch);
    const exported = await exportTargets(scratch, targets, folder);
    await rm(scratch);
    const jobs: LoadResult[] = [];
    for (const target of exported) jobs.push(await loadTarget(bigQuery, target, warehouse.run));
    return { ...result, jobs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const exportTargets = (scratch: string, targets: readonly Target[], folder: string): Promise<ExportedTarget[]> =>
  withDuckDb(
    scratch,
    async (connection) => {
      const exported: ExportedTarget[] = [];
      for (const target of targets) {
        const file = join(folder, `${target.table}.parquet`);
        exported.push({ ...target, file, ...(await exportTable(connection, target.sink, file)) });
      }
      return exported;
    },
    { memoryLimit },
  );

async function loadTarget(bigQuery: BigQuery, target: ExportedTarget, run: string): Promise<LoadResult> {
  const { sink, layout, dataset, table, file, content, rows } = target;
  const { fields, partitionField, clusteredFields } = layout;
  const loaded = await loadFile(bigQuery, {
    dataset,
    table,
    partition: sink.datePartition,
    fields,
    partitionField,
    clusteredFields,
    file,
    content,
    rows,
    labels: { ...sink.bigQueryJobLabels, [jobLabels.run]: run, [jobLabels.step]: 'etl' },
  });
  await rm(file);
  log('loaded', { table: loaded.table, rows: loaded.rows, job: loaded.job });
  return loaded;
}
