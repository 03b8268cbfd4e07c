// Figures of a row as SQL over the contract's columns.
import type { Figure } from '../gate.ts';
import type { Dialect } from './dialect.ts';

/** A double, or null where a part of the figure is missing. */
export function toFigureSql(figure: Figure, dialect: Dialect): string {
  switch (figure.of) {
    case 'value':
      return dialect.name(figure.column);
    case 'minutes':
      return dialect.divide(toMicros(figure, dialect), '60000000');
    case 'per-hour':
      return dialect.divide(`${dialect.name(figure.column)} * 3600000000.0`, toMicros(figure, dialect));
    case 'difference': {
      const parts = figure.parts.map((part) => `coalesce(${dialect.name(part)}, 0)`);
      return `abs(${dialect.name(figure.column)} - (${parts.join(' + ')}))`;
    }
  }
}

const toMicros = ({ from, to }: { from: string; to: string }, dialect: Dialect): string =>
  dialect.microsBetween(dialect.name(from), dialect.name(to));
