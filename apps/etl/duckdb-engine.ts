// Runs a plan on DuckDB in one transaction: either every table shows the new rows and no row is lost, or nothing has changed.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../contract/dataset.ts';
import { addMonths, firstDayOf, monthOf } from '../contract/file-name.ts';
import { monthlyColumns } from '../contract/names.ts';
import { blameOnFile, commit, quoteName, withDuckDb } from '../platform/duckdb.ts';
import { log } from '../platform/log.ts';
import { checkConservation, type FileResult } from './conservation.ts';
import { countFile } from './count-file.ts';
import { type Plan, type Sink, sourceView } from './plan.ts';
import { cleanColumns, inMonthOf, monthlyTableColumns, prepareTable, qualified, triageTableColumns } from './tables.ts';

export interface EtlResult {
  readonly mode: string;
  readonly files: readonly FileResult[];
  readonly rows: {
    readonly read: number;
    readonly clean: number;
    readonly triage: number;
    readonly outsideRetention: number;
    readonly monthly: number;
  };
}

/** A month of 3 million rows fits; larger ones spill to disk. With Node the process stays below 500 MB. */
const memoryLimit = '400MB';

/** Fills the tables. Rows are streamed; memory is bounded by DuckDB's limit. Throws OutcomeError where rows would be lost. */
export async function runOnDuckDb(
  dataset: Dataset,
  plan: Plan,
  { warehouse, retentionMonths }: { warehouse: string; retentionMonths?: number | undefined },
): Promise<EtlResult> {
  await mkdir(dirname(warehouse), { recursive: true });
  const run = async (connection: DuckDBConnection) => {
    await connection.run('BEGIN TRANSACTION');
    try {
      const result = await fillTables(connection, dataset, plan, retentionMonths);
      await commit(connection, warehouse);
      return result;
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };
  return withDuckDb(warehouse, run, { memoryLimit });
}

async function fillTables(
  connection: DuckDBConnection,
  dataset: Dataset,
  plan: Plan,
  retentionMonths: number | undefined,
): Promise<EtlResult> {
  const anew = plan.mode === 'initial_load';
  const { clean, triage, monthly } = plan.sinks;
  await prepareTable(connection, clean.table, { columns: cleanColumns(dataset), anew });
  await prepareTable(connection, triage.table, { columns: triageTableColumns(dataset), anew });
  await prepareTable(connection, monthly.table, { columns: monthlyTableColumns(dataset), anew });
  const oldest = await oldestRetainedMonth(connection, plan, retentionMonths);
  const isRetained = (file: { month: string }) => oldest === undefined || file.month >= oldest;
  let monthlyRows = 0;
  // Month by month: what is in memory is bounded by the largest month, not by the history.
  for (const source of plan.sources) {
    await blameOnFile(source.file, async () => {
      await connection.run(`CREATE OR REPLACE TEMP VIEW ${sourceView} AS ${source.query}`);
      // The summary first: it needs most memory, and the other two leave the buffers full of blocks.
      monthlyRows += await replaceMonth(connection, monthly, { month: source.month, anew });
      if (!isRetained(source)) return;
      await replaceMonth(connection, clean, { month: source.month, anew });
      await replaceMonth(connection, triage, { month: source.month, anew });
    });
    log('loaded', { file: source.file, rows: source.rows });
  }
  const files: FileResult[] = [];
  for (const source of plan.sources)
    files.push(await countFile(connection, plan.sinks, { source, isRetained: isRetained(source) }));
  checkConservation(files);
  const total = (key: 'read' | 'clean' | 'triage' | 'outsideRetention') => files.reduce((sum, file) => sum + file[key], 0);
  const rows = {
    read: total('read'),
    clean: total('clean'),
    triage: total('triage'),
    outsideRetention: total('outsideRetention'),
    monthly: monthlyRows,
  };
  return { mode: plan.mode, files, rows };
}

/** Replaces the month's partition; a table made anew has none. Returns the rows inserted. */
async function replaceMonth(
  connection: DuckDBConnection,
  { table, partitionField, query }: Sink,
  { month, anew }: { month: string; anew: boolean },
): Promise<number> {
  if (!anew) await connection.run(`DELETE FROM ${qualified(table)} WHERE ${inMonthOf(partitionField, month)}`);
  return (await connection.run(`INSERT INTO ${qualified(table)} BY NAME ${query}`)).rowsChanged;
}

/** The first month that the retention keeps, counted back from the newest month that is loaded or about to be. */
async function oldestRetainedMonth(
  connection: DuckDBConnection,
  plan: Plan,
  retentionMonths: number | undefined,
): Promise<string | undefined> {
  if (retentionMonths === undefined) return undefined;
  const month = quoteName(monthlyColumns.month);
  const reader = await connection.runAndReadAll(
    `SELECT strftime(max(${month}), '%Y-%m-%d') FROM ${qualified(plan.sinks.monthly.table)}`,
  );
  const loaded = reader.getRowsJS()[0]?.[0] as string | null;
  const newest = [...plan.sources.map((file) => file.month), loaded ?? ''].sort().at(-1) as string;
  return firstDayOf(addMonths(monthOf(newest), 1 - retentionMonths));
}
