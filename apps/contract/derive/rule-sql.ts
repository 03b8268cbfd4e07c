// Rules as SQL conditions: true, false or null. A rule is broken when its condition is not true.

import { triageColumns } from '../names.ts';
import type { Predicate } from '../predicate.ts';
import type { Dialect } from './dialect.ts';

/** Renders a predicate over the cast columns and `source_month`. `asOf` is the run's clock, `YYYY-MM-DD HH:MM:SS`. */
export function toCondition(predicate: Predicate, dialect: Dialect, asOf: string): string {
  if (predicate.op === 'all') return predicate.predicates.map((part) => `(${toCondition(part, dialect, asOf)})`).join(' AND ');
  const column = dialect.name(predicate.column);
  switch (predicate.op) {
    case 'present':
      return `${column} IS NOT NULL`;
    case 'one-of':
      return `${column} IN (${predicate.values.map((value) => (typeof value === 'string' ? dialect.text(value) : value)).join(', ')})`;
    case 'between': {
      const upper =
        predicate.below !== undefined
          ? ` AND ${column} < ${predicate.below}`
          : predicate.atMost !== undefined
            ? ` AND ${column} <= ${predicate.atMost}`
            : '';
      return `${column} >= ${predicate.atLeast}${upper}`;
    }
    case 'before':
      return `${column} < ${dialect.name(predicate.other)}`;
    case 'before-as-of':
      return `${column} < ${dialect.timestamp(asOf)}`;
    case 'in-month': {
      const month = dialect.name(triageColumns.month);
      return `${column} >= ${month} AND ${column} < ${dialect.nextMonth(month)}`;
    }
  }
}
