// Counts what the tables hold of a file once it is loaded: the tables' own word, not that of the statements that filled them.
import type { DuckDBConnection } from '@duckdb/node-api';
import { monthOf } from '../contract/file-name.ts';
import { triageColumns } from '../contract/names.ts';
import { quoteName } from '../platform/duckdb.ts';
import type { FileResult } from './conservation.ts';
import type { Plan, Source } from './plan.ts';
import { inMonthOf, qualified } from './tables.ts';

/** Counts the file's month in the clean and triage tables; rows read are those of the file's own footer. */
export async function countFile(
  connection: DuckDBConnection,
  { clean, triage }: Plan['sinks'],
  { source, isRetained }: { source: Source; isRetained: boolean },
): Promise<FileResult> {
  const read = { file: source.file, month: monthOf(source.month), read: source.rows };
  if (!isRetained) return { ...read, clean: 0, triage: 0, outsideRetention: source.rows, brokenRules: {} };
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
  const count = async ({ table, partitionField }: Plan['sinks']['clean']) =>
    Number((await query(`SELECT count(*) FROM ${qualified(table)} WHERE ${inMonthOf(partitionField, source.month)}`))[0]?.[0]);
  const rules = await query(
    `SELECT rule, count(*) FROM (
      SELECT unnest(${quoteName(triageColumns.rules)}) AS rule FROM ${qualified(triage.table)} WHERE ${inMonthOf(triage.partitionField, source.month)}
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
