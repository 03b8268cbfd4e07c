// What BigQuery can't change in the tables that etl fills: the step `tables` refuses it until they are made anew.
import { isDeepStrictEqual } from 'node:util';
import type { Dataset } from '../../apps/contract/dataset.ts';
import { type BigQueryTable, toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import type { Contract } from '../../apps/contract/derive/contract-json.ts';

export interface TableChange {
  /** `staging.yellow_clean`. */
  readonly table: string;
  readonly reasons: readonly string[];
}

/** The tables that must be made anew, and why. New columns and descriptions are changed in place. */
export function findTableChanges(before: Contract, after: Contract): TableChange[] {
  const [was, is] = [before, after].map((contract) => toBigQueryTables(contract as Dataset));
  return (is ?? []).flatMap((table, index) => {
    const reasons = findReasons(was?.[index] as BigQueryTable, table);
    return reasons.length === 0 ? [] : [{ table: `${table.table.dataset}.${table.table.table}`, reasons }];
  });
}

function findReasons(before: BigQueryTable, after: BigQueryTable): string[] {
  const next = new Map(after.fields.map((field) => [field.name.toLowerCase(), field]));
  const columns = before.fields.flatMap(({ name, type }) => {
    const found = next.get(name.toLowerCase());
    if (!found) return [`column ${name} removed`];
    if (found.name !== name) return [`column ${name} → ${found.name}`];
    return found.type === type ? [] : [`column ${name} ${type} → ${found.type}`];
  });
  const cluster = (fields: readonly string[]) => fields.join(', ') || 'none';
  return [
    ...columns,
    ...(before.partitionField === after.partitionField
      ? []
      : [`partitions by ${before.partitionField} → ${after.partitionField}`]),
    ...(isDeepStrictEqual(before.clusteredFields, after.clusteredFields)
      ? []
      : [`clustering ${cluster(before.clusteredFields)} → ${cluster(after.clusteredFields)}`]),
  ];
}
