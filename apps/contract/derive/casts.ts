// How the columns of a file with a given schema become the contract's columns.
import type { Dataset, LogicalType } from '../dataset.ts';
import { type FileColumn, type ParquetType, readableAs } from '../file-schema.ts';

/** One column of the contract and where its values come from; `source` is null where the file lacks an optional column. */
export interface Cast {
  readonly column: string;
  readonly to: LogicalType;
  readonly source: string | null;
  readonly from: ParquetType;
}

export interface CastPlan {
  /** One cast a column of the contract, in the contract's order. */
  readonly casts: readonly Cast[];
  /** Why the file can't be mapped onto the contract; it must not be read when there is any. */
  readonly problems: readonly string[];
  /** The file's columns that the contract does not know. */
  readonly ignored: readonly string[];
}

/** Maps a file's columns onto the contract by name and alias. O(columns). */
export function toCasts(dataset: Dataset, fileColumns: readonly FileColumn[]): CastPlan {
  const problems: string[] = [];
  const used = new Set<string>();
  const casts = dataset.columns.map((column): Cast => {
    const names = [column.name, ...(column.aliases ?? [])];
    const found = fileColumns.filter((candidate) => names.includes(candidate.name));
    for (const { name } of found) used.add(name);
    const [source] = found;
    if (found.length > 1) problems.push(`columns ${found.map(({ name }) => name).join(' and ')} both are "${column.name}"`);
    if (!source) {
      if (!column.optional) problems.push(`no column "${column.name}"`);
      return { column: column.name, to: column.type, source: null, from: 'NULL' };
    }
    if (!readableAs[column.type].includes(source.type)) {
      problems.push(`column "${source.name}" is ${source.type}, which can't become ${column.type}`);
    }
    return { column: column.name, to: column.type, source: source.name, from: source.type };
  });
  return { casts, problems, ignored: fileColumns.map(({ name }) => name).filter((name) => !used.has(name)) };
}
