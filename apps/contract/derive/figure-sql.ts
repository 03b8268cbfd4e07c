// Figures of a row as SQL over the contract's columns.
import type { Figure } from '../gate.ts';
import type { Dialect } from './dialect.ts';

/** A double, or null where a part of the figure is missing. */
export function toFigureSql(figure: Figure, dialect: Dialect): string {
  switch (figure.of) {
    case 'value':
      return toNumber(figure.column, dialect);
    case 'minutes':
      return dialect.divide(toMicros(figure, dialect), '60000000');
    case 'per-hour':
      return dialect.divide(`${toNumber(figure.column, dialect)} * 3600000000.0`, toMicros(figure, dialect));
    case 'difference': {
      const parts = figure.parts.map((part) => `coalesce(${toNumber(part, dialect)}, 0)`);
      return `abs(${toNumber(figure.column, dialect)} - (${parts.join(' + ')}))`;
    }
  }
}

const toNumber = (column: string, dialect: Dialect): string => `CAST(${dialect.name(column)} AS DOUBLE)`;

const toMicros = ({ from, to }: { from: string; to: string }, dialect: Dialect): string =>
  dialect.microsBetween(dialect.name(from), dialect.name(to));
