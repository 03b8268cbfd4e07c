// Rules as SQL conditions: true, false or null. A rule is broken when its condition is not true.

import { toSeconds } from '../duration.ts';
import { triageColumns } from '../names.ts';
import type { Predicate } from '../predicate.ts';
import type { Dialect } from './dialect.ts';

/** Renders a predicate over the cast columns and `source_month`. `asOf` is the run's clock, `YYYY-MM-DD HH:MM:SS`. */
export function toCondition(predicate: Predicate, dialect: Dialect, asOf: string): string {
  const render = (part: Predicate) => `(${toCondition(part, dialect, asOf)})`;
  switch (predicate.op) {
    case 'all':
      return predicate.predicates.map(render).join(' AND ');
    case 'any':
      return predicate.predicates.map(render).join(' OR ');
    case 'not':
      return `NOT ${render(predicate.holds)}`;
  }
  const column = dialect.name(predicate.column);
  switch (predicate.op) {
    case 'if-present':
      return `${column} IS NULL OR ${render(predicate.holds)}`;
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
    case 'matches':
      return dialect.matches(column, predicate.pattern);
    case 'before':
      return `${column} < ${dialect.name(predicate.other)}`;
    case 'not-after':
      return `${column} <= ${dialect.name(predicate.other)}`;
    case 'lasts': {
      const micros = dialect.microsBetween(column, dialect.name(predicate.other));
      const bound = (duration: string | undefined, sign: string) =>
        duration === undefined ? [] : [`${micros} ${sign} ${(toSeconds(duration) ?? Number.NaN) * 1_000_000}`];
      return [...bound(predicate.atLeast, '>='), ...bound(predicate.below, '<')].join(' AND ');
    }
    case 'before-as-of':
      return `${column} < ${dialect.timestamp(asOf)}`;
    case 'in-month': {
      const month = dialect.name(triageColumns.month);
      return `${column} >= ${month} AND ${column} < ${dialect.nextMonth(month)}`;
    }
  }
}
