// A lookup table: what the ids in a column of a data set mean. dbt's seeds and models, the documentation and forms derive from it.
import { ContractError } from './contract-error.ts';
import { didYouMean } from './did-you-mean.ts';
import { findNameProblem } from './plain-name.ts';

export interface DimensionColumn {
  readonly type: 'int' | 'double' | 'string';
  readonly description: string;
  /** True where some rows have no value. */
  readonly optional?: true;
}

export type DimensionRow = Readonly<Record<string, number | string | null>>;

export interface Dimension {
  /** Its table: `taxi_zones`. */
  readonly name: string;
  readonly description: string;
  /** What people call a row. */
  readonly row: string;
  /** Where the prediction service lists its rows: `/api/zones`. The table's name unless given. */
  readonly listing?: string;
  /** In the table's order. */
  readonly columns: Readonly<Record<string, DimensionColumn>>;
  /** The column whose values the data sets hold. */
  readonly key: string;
  /** The column with a row's name. */
  readonly label: string;
  /** The column with the name of what several rows belong to. */
  readonly group?: string;
  /** The columns that say where a row is: degrees, WGS 84. */
  readonly place?: { readonly longitude: string; readonly latitude: string };
  /** Left out where dbt learns the rows from the clean table, by the columns that lookups name. */
  readonly rows?: readonly DimensionRow[];
}

/** Whether its rows come from the data. */
export const isLearned = ({ rows }: Dimension): boolean => rows === undefined;

export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** Which rows of a dimension a column of a data set refers to. */
export interface Lookup {
  readonly dimension: Dimension;
  readonly column: string;
  /** Of a learned dimension: its column → the column of the data set that says it. */
  readonly learns?: Readonly<Record<string, string>>;
}

/** Checks a dimension and returns it. Throws ContractError with all problems found. */
export function defineDimension(dimension: Dimension): Dimension {
  const ofColumns = columnProblems(dimension);
  // What is wrong with a column would be said again of each row.
  const problems = (ofColumns.length > 0 ? ofColumns : rowProblems(dimension)).map((problem) => `${dimension.name}: ${problem}`);
  if (problems.length > 0) throw new ContractError(dimension.name.replaceAll('_', '-'), problems);
  return dimension;
}

/** The name under which the prediction service lists a dimension's rows. */
export const listingOf = ({ name, listing = name }: Dimension): string => listing;

/** What else the prediction service answers to, below `/api/`. */
const otherListings = ['models', 'predict'];

/** The row with that key. */
export const rowOf = ({ key, rows = [] }: Dimension, value: unknown): DimensionRow | undefined =>
  rows.find((row) => row[key] === value);

/** Where a row is; undefined where it has no place. */
export function placeOfRow({ place }: Dimension, row: DimensionRow | undefined): Place | undefined {
  if (place === undefined || row === undefined) return undefined;
  const [longitude, latitude] = [row[place.longitude], row[place.latitude]];
  return typeof longitude === 'number' && typeof latitude === 'number' ? { longitude, latitude } : undefined;
}

function columnProblems(dimension: Dimension): string[] {
  const { name, columns, key, label, group, place } = dimension;
  const listing = listingOf(dimension);
  const known = Object.keys(columns);
  const named: [part: string, column: string | undefined, types: readonly string[], always: boolean][] = [
    ['key', key, ['int', 'string'], true],
    ['label', label, ['string'], true],
    ['group', group, ['string'], true],
    ['place.longitude', place?.longitude, ['double'], false],
    ['place.latitude', place?.latitude, ['double'], false],
  ];
  return [
    ...(otherListings.includes(listing) ? [`listing "${listing}": the prediction service answers something else there`] : []),
    ...[name, ...(listing === name ? [] : [listing]), ...known]
      .filter((one) => !/^[a-z][a-z0-9_]*$/.test(one))
      .map((one) => `"${one}" must be snake_case`),
    ...known.filter((one) => findNameProblem(one) !== undefined).map((one) => `column "${one}" ${findNameProblem(one)}`),
    ...known.filter((one) => columns[one]?.description.trim() === '').map((one) => `column "${one}" has no description`),
    ...named.flatMap(([part, column, types, always]) => {
      if (column === undefined) return [];
      const found = Object.hasOwn(columns, column) ? columns[column] : undefined;
      if (!found) return [`${part}: no column "${column}"${didYouMean(column, known)}`];
      if (!types.includes(found.type)) return [`${part}: column "${column}" must be ${types.join(' or ')}, got ${found.type}`];
      return always && found.optional ? [`${part}: column "${column}" is optional, but every row must have it`] : [];
    }),
  ];
}

function rowProblems({ columns, key, place, rows = [] }: Dimension): string[] {
  const seen = new Set<unknown>();
  return rows.flatMap((row, index) => {
    const where = `row ${index + 1} (${JSON.stringify(row[key] ?? null)})`;
    const repeated = seen.has(row[key]) ? [`${where}: the ${key} is that of another row`] : [];
    seen.add(row[key]);
    return [
      ...repeated,
      ...Object.keys(row)
        .filter((name) => !Object.hasOwn(columns, name))
        .map((name) => `${where}: no column "${name}"${didYouMean(name, Object.keys(columns))}`),
      ...Object.entries(columns).flatMap(([name, { type, optional }]) => {
        const value = row[name] ?? null;
        if (value === null) return optional ? [] : [`${where}: no ${name}`];
        return isOfType(value, type) ? [] : [`${where}: ${name} must be ${type}, got ${JSON.stringify(value)}`];
      }),
      ...(place === undefined ? [] : degreeProblems(row, place).map((problem) => `${where}: ${problem}`)),
    ];
  });
}

const isOfType = (value: number | string, type: DimensionColumn['type']): boolean =>
  type === 'string' ? typeof value === 'string' : type === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value);

function degreeProblems(row: DimensionRow, { longitude, latitude }: { longitude: string; latitude: string }): string[] {
  const [x, y] = [row[longitude] ?? null, row[latitude] ?? null];
  const outside = (value: number | string | null, most: number) => typeof value === 'number' && Math.abs(value) > most;
  return [
    ...(outside(x, 180) ? [`${longitude} ${x} is no longitude from -180 to 180`] : []),
    ...(outside(y, 90) ? [`${latitude} ${y} is no latitude from -90 to 90`] : []),
    ...((x === null) === (y === null) ? [] : [`${longitude} and ${latitude} belong together`]),
  ];
}
