// A query over groups in two steps: engines sum up once what the outer columns use many times.
import type { Aggregate } from './dialect.ts';

export interface GroupedQuery {
  readonly from: string;
  /** A condition on the rows; all rows when left out. */
  readonly where?: string;
  /** Expressions that rows of a group have in common, by the names that they get. */
  readonly keys: Readonly<Record<string, string>>;
  /** Columns beside the keys, in order, by name; `of` turns an aggregate into an expression. */
  readonly columns: (of: (aggregate: Aggregate) => string) => Readonly<Record<string, string>>;
}

/** An aggregate function that is a value by itself. */
export const plain = (sql: string): Aggregate => ({ parts: [sql], whole: ([name]) => String(name) });

/** Names are taken as they are: they must be quoted. */
export function toGroupedQuery({ from, where, keys, columns }: GroupedQuery): string {
  const names = new Map<string, string>();
  const nameOf = (part: string) => {
    const name = names.get(part) ?? `part_${names.size + 1}`;
    names.set(part, name);
    return name;
  };
  const outer = columns(({ parts, whole }) => whole(parts.map(nameOf)));
  const list = (entries: Iterable<readonly [name: string, value: string]>) =>
    [...entries].map(([name, value]) => `${value} AS ${name}`);
  const inner = [...list(Object.entries(keys)), ...list([...names].map(([part, name]) => [name, part]))];
  const positions = Object.keys(keys).map((_, index) => index + 1);
  return [
    `SELECT ${[...Object.keys(keys), ...list(Object.entries(outer))].join(',\n  ')}`,
    `FROM (SELECT ${inner.join(',\n  ')}`,
    `FROM ${from}`,
    ...(where === undefined ? [] : [`WHERE ${where}`]),
    `GROUP BY ${positions.join(', ')}) AS sums`,
  ].join('\n');
}
