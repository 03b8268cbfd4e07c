// Counts what the tables hold of a file once it is loaded: the tables' own word, not that of the statements that filled them.
import type { DuckDBConnection } from '@duckdb/node-api';
import { monthOf } from '../contract/file-name.ts';
import { inMonthOf, qualified } from '../plan/duckdb-tables.ts';
import type { Plan, PlannedFile, Sink } from '../plan/plan-schema.ts';
import { quoteName } from '../platform/duckdb.ts';
import type { FileResult } from './conservation.ts';

/** Counts the file's month in the clean and triage tables; rows read are those of the file's own footer. */
export async function countFile(
  connection: DuckDBConnection,
  { clean, triage }: Plan['sinks'],
  { file, isRetained }: { file: PlannedFile; isRetained: boolean },
): Promise<FileResult> {
  const read = { file: file.file, month: monthOf(file.month), read: file.rows };
  if (!isRetained) return { ...read, clean: 0, triage: 0, outsideRetention: file.rows, brokenRules: {} };
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
  const count = async ({ table, partitionField }: Sink) =>
    Number((await query(`SELECT count(*) FROM ${qualified(table)} WHERE ${inMonthOf(partitionField, file.month)}`))[0]?.[0]);
  const rules = await query(
    `SELECT rule, count(*) FROM (
      SELECT unnest(${quoteName(triage.reasonsField ?? '')}) AS rule FROM ${qualified(triage.table)} WHERE ${inMonthOf(triage.partitionField, file.month)}
    ) GROUP BY rule ORDER BY count(*) DESC, rule`,
  );
  return {
    ...read,
    clean: await count(clean),
    triage: await count(triage),
    outsideRetention: 0,
    brokenRules: Object.fromEntries(rules.map(([rule, rows]) => [String(rule), Number(rows)])),
  };
}
