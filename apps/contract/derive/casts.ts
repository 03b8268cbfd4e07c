// How the columns of a file with a given schema become the contract's columns.
import { toPlainName, toShownName } from '../column-names.ts';
import { type ColumnType, logicalOf } from '../column-type.ts';
import { type Dataset, mayBeAbsent } from '../dataset.ts';
import { type FileColumn, type ParquetType, readableAs } from '../file-schema.ts';

/** One column of the contract and where its values come from; `source` is null where the file lacks an optional column. */
export interface Cast {
  readonly column: string;
  readonly to: ColumnType;
  readonly source: string | null;
  readonly from: ParquetType;
  /** `precision,scale` where `from` is DECIMAL. */
  readonly decimal?: string | undefined;
  /** Of a timestamp or a date: the time zone whose wall clock instants are read by. */
  readonly zone?: string | undefined;
  /** Texts that stand for no value, where `from` is STRING. */
  readonly nulls?: readonly string[] | undefined;
  /** Of a personal column whose values no table holds. */
  readonly personal?: 'hash' | 'drop' | undefined;
}

export interface CastPlan {
  /** One cast a column of the contract, in the contract's order. */
  readonly casts: readonly Cast[];
  /** Why the file can't be mapped onto the contract; it must not be read when there is any. */
  readonly problems: readonly string[];
  /** The file's columns that the contract does not know. */
  readonly ignored: readonly string[];
}

/** Maps a file's columns onto the contract by name and alias, whatever their order. O(columns). */
export function toCasts(dataset: Dataset, fileColumns: readonly FileColumn[]): CastPlan {
  const byName = Map.groupBy(fileColumns, ({ name }) => toPlainName(name));
  const problems: string[] = [];
  const known = new Set<string>();
  const casts = dataset.columns.map((column): Cast => {
    const names = new Set([column.name, ...(column.aliases ?? [])].map(toPlainName));
    for (const name of names) known.add(name);
    const found = [...names].flatMap((name) => byName.get(name) ?? []);
    const [source] = found;
    // Not read at all: what is not read goes nowhere.
    if (column.personal === 'drop') return { column: column.name, to: column.type, source: null, from: 'NULL', personal: 'drop' };
    const zone = column.type === 'timestamp' || column.type === 'date' ? { zone: dataset.time.zone } : {};
    if (found.length > 1) problems.push(`columns ${listNames(found)} both are "${column.name}"`);
    if (!source) {
      if (!mayBeAbsent(column)) problems.push(`no column "${column.name}"`);
      return { column: column.name, to: column.type, source: null, from: 'NULL', ...zone };
    }
    if (!readableAs[logicalOf(column.type)].includes(source.type)) {
      problems.push(`column "${toShownName(source.name)}" is ${source.type}, which can't become ${column.type}`);
    }
    const decimal = source.decimal === undefined ? {} : { decimal: source.decimal };
    const nulls = source.type === 'STRING' && dataset.files.nulls !== undefined ? { nulls: dataset.files.nulls } : {};
    const personal = column.personal === 'hash' ? { personal: column.personal } : {};
    return {
      ...{ column: column.name, to: column.type, source: source.name, from: source.type },
      ...{ ...decimal, ...zone, ...nulls, ...personal },
    };
  });
  const unknown = [...byName].filter(([name]) => !known.has(name)).map(([, columns]) => columns);
  // Engines compare names without case: which of the two they read depends on the engine.
  const clashes = unknown.filter(({ length }) => length > 1);
  problems.push(...clashes.map((columns) => `columns ${listNames(columns)} have the same name`));
  return { casts, problems, ignored: unknown.flat().map(({ name }) => name) };
}

const listNames = (columns: readonly FileColumn[]): string =>
  columns
    .map(({ name }) => toShownName(name))
    .sort((one, other) => one.localeCompare(other, 'en'))
    .join(' and ');
