// SQL over one column: literals that fit its type, conditions, and the plan that counts rows which break them.
import { quoteText } from '../platform/duckdb.ts';
import { NotEvaluable, type Range, type RowPlan, type Scalar } from './expectation-type.ts';
import type { FileColumn, FileSchema } from './parquet-file.ts';

/** The column of that name, spelled exactly so. Throws NotEvaluable where the file has none. */
export function findColumn(file: FileSchema, name: string): FileColumn {
  const found = file.columns.find((column) => column.name === name) ?? file.columns.find(({ known }) => known === name);
  if (found) return found;
  const like = file.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  throw new NotEvaluable(`the file has no column "${name}"${like ? `; it has "${like.name}"` : ''}`);
}

/** The column as it is compared with numbers; text that reads as a number is that number, other text is null. */
export function asNumber(column: FileColumn): string {
  if (column.kind === 'number') return column.sql;
  if (column.kind === 'text') return `try_cast(${column.sql} AS DOUBLE)`;
  throw new NotEvaluable(`column "${column.name}" is ${column.type}, not a number`);
}

/** The column as text. Throws NotEvaluable for a column of another type. */
export function asText(column: FileColumn): string {
  if (column.kind === 'text') return column.sql;
  throw new NotEvaluable(`column "${column.name}" is ${column.type}, not text`);
}

/** A literal and the column's side of a comparison with it. */
export function comparison(column: FileColumn, value: Scalar): { side: string; literal: string } {
  if (typeof value === 'number') return { side: asNumber(column), literal: numberLiteral(column, value) };
  if (typeof value === 'boolean') {
    if (column.kind === 'boolean') return { side: column.sql, literal: String(value) };
  } else if (column.kind === 'text') {
    return { side: column.sql, literal: quoteText(value) };
  } else if (column.kind === 'time' && /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/.test(value)) {
    return { side: column.sql, literal: `CAST(${quoteText(value)} AS TIMESTAMP)` };
  }
  throw new NotEvaluable(`column "${column.name}" is ${column.type} and can't be compared with ${JSON.stringify(value)}`);
}

/** Of a decimal a double: DuckDB throws where a number has more digits than the decimal's type has room for. */
const numberLiteral = ({ isDecimal }: FileColumn, value: number): string =>
  Number.isSafeInteger(value) && !isDecimal ? String(value) : `CAST('${value}' AS DOUBLE)`;

/** The condition that an expression of the column's type lies in the range. */
export function inRange(column: FileColumn, range: Range, expression?: string): string {
  const parts: string[] = [];
  const add = (value: number | string | null | undefined, operator: string) => {
    if (value == null) return;
    const { side, literal } = comparison(column, value);
    parts.push(`${expression ?? side} ${operator} ${literal}`);
  };
  add(range.min_value, range.strict_min ? '>' : '>=');
  add(range.max_value, range.strict_max ? '<' : '<=');
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

/** The condition that a number expression lies in the range. */
export function numberInRange(expression: string, range: Range): string {
  const number: FileColumn = { name: 'figure', type: 'DOUBLE', kind: 'number', sql: `CAST(${expression} AS DOUBLE)` };
  return inRange(number, range);
}

/** The condition that the column's value is one of these. A number never equals a text. */
export function isOneOf(column: FileColumn, values: readonly Scalar[]): string {
  const bySide = new Map<string, string[]>();
  for (const value of values) {
    if (column.kind === 'number' && typeof value !== 'number') continue;
    const { side, literal } = comparison(column, value);
    bySide.set(side, [...(bySide.get(side) ?? []), literal]);
  }
  const parts = [...bySide].map(([side, literals]) => `${side} IN (${literals.join(', ')})`);
  // Null where the column is, as every other condition.
  return parts.length === 0 ? `CASE WHEN ${column.sql} IS NOT NULL THEN false END` : parts.join(' OR ');
}

/** The aggregate of how many rows meet a condition. DuckDB copies every column of the scan for each FILTER, not for this. */
export const countWhere = (condition: string): string => `coalesce(count_if(${condition}), 0)`;

/** Counts the rows whose value is there and breaks the condition. A condition that is null there, as of text that is no number, is broken. */
export function countBreaking(column: FileColumn, condition: string, mostly: number | undefined): RowPlan {
  // Only over text can a condition be null where the value is not: elsewhere NOT alone does, and is read several million times.
  const broken = column.kind === 'text' ? `${column.sql} IS NOT NULL AND (${condition}) IS NOT TRUE` : `NOT (${condition})`;
  return {
    kind: 'rows',
    missing: `count(*) - count(${column.sql})`,
    unexpected: countWhere(broken),
    samples: `${sampleOf(column)} FILTER (WHERE ${broken})`,
    toSample: toSample(column),
    mostly: mostly ?? 1,
  };
}

/** The aggregate of at most 20 values, the lowest ones, so that equal files give equal reports. */
export const sampleOf = (column: FileColumn): string => `min(${column.sql}, 20)`;

/** How a sampled value is shown: a number, or at most 200 characters of text. Text is made of samples only, never of each row. */
export function toSample(column: FileColumn): (value: string) => string {
  if (column.kind === 'number') return (value) => (column.isDecimal ? `CAST(${value} AS DOUBLE)` : value);
  return (value) => `left(CAST(${value} AS VARCHAR), 200)`;
}
