// A Parquet or CSV file as a draft: types, codes, ranges and a key that its rows suggest, with the share of rows that agree.
import { basename, extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { allDatasets } from '../../apps/contract/categories.ts';
import type { Column, Dataset, Rule } from '../../apps/contract/dataset.ts';
import { mayShow, personalOf } from '../../apps/contract/personal.ts';
import type { Personal } from '../../apps/contract/personal-kind.ts';
import { between, ifPresent, inMonth } from '../../apps/contract/predicate.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { OutcomeError } from '../../apps/platform/errors.ts';
import { toLine } from '../../apps/platform/one-line.ts';
import type { Draft, Noted } from './draft.ts';
import { soundsPersonal } from './looks-personal.ts';
import { chooseTime, type ImportOptions, toCategory, toFileName, withTimestamp } from './options.ts';
import { type ColumnProfile, type FileProfile, findRange, loadFile, mostCodes, profileFile, type Writing } from './profile.ts';
import { type SafeName, toSafeNames, toSnake, withOwnNames } from './safe-names.ts';

/** Types that rows suggest. */
type ProposedType = 'int' | 'double' | 'boolean' | 'date' | 'timestamp' | 'string';

/** So many of the values must read as a type. */
const mostAgree = 0.99;
/** With fewer rows, few distinct values say nothing. */
const fewestForCodes = 100;

/** Throws OutcomeError where the file can't be read, has no rows or no timestamp; UsageError where an option names nothing in it. */
export function fromFile(options: ImportOptions): Promise<Draft> {
  return withDuckDb(':memory:', async (connection) => {
    const writing = await loadFile(connection, options.file);
    const profile = await profileFile(connection);
    if (profile.rows === 0) throw new OutcomeError(`${toLine(options.file)}: it has no rows, so nothing can be said of it`);
    return toDraft(connection, profile, { ...options, writing });
  });
}

interface Proposed {
  readonly profile: ColumnProfile;
  readonly column: Noted<Column>;
}

async function toDraft(
  connection: DuckDBConnection,
  { rows, columns }: FileProfile,
  options: ImportOptions & { readonly writing: Writing },
): Promise<Draft> {
  const { file, writing } = options;
  const names = toSafeNames(
    columns.map(({ name }) => name),
    file,
  );
  const category = toCategory(basename(file, extname(file)), options);
  const known = allDatasets.find((dataset) => dataset.category === category);
  const found = columns.map((profile, index) => ({
    profile,
    column: toColumn(profile, names[index] as SafeName, { rows, mark: toMark(profile, known) }),
  }));
  const kept = found.filter((one): one is Proposed => typeof one.column !== 'string');
  const proposed = kept.map(({ column }) => column);
  const held = kept.filter(({ column }) => column.personal !== 'drop');
  const time = chooseTime(
    held.map(({ column }) => column),
    options,
  );
  const { fileName, note } = toFileName(file, category);
  const key = held.find(({ profile, column }) => isKey(profile, column, rows))?.column.name;
  const full = held.filter(({ profile }) => profile.values === rows).map(({ column }) => column.name);
  const ranges: Noted<Rule>[] = [];
  for (const one of kept) if (isMeasured(one.column, one.profile, key)) ranges.push(...(await toRange(connection, one, rows)));
  return {
    category,
    title: category,
    description: `Rows of ${basename(file)}.`,
    files: { name: fileName, ...writing },
    columns: withTimestamp(proposed, time.at),
    time,
    key: key === undefined ? undefined : { columns: [key], note: `Each of the ${toNumber(rows)} rows has a value of its own.` },
    must: [...new Set([time.at, ...full])],
    rules: [
      ...withOwnNames(ranges),
      { name: 'in_month', description: "The time lies in the month of the file's name.", holds: inMonth(time.at) },
    ],
    expectations: [],
    notes: [
      `Made from ${toNumber(rows)} rows of ${basename(file)}. "must" has the columns that no row lacks.`,
      ...(note === undefined ? [] : [note]),
      ...found.flatMap(({ column }) => (typeof column === 'string' ? [column] : [])),
    ],
  };
}

interface Mark {
  readonly personal?: Personal;
  readonly note?: string;
}

/** The mark of a data set that is known; else a guess, since nobody has judged the file yet. */
function toMark({ name, values, reads }: ColumnProfile, known: Dataset | undefined): Mark {
  const personal = known && personalOf(known, name);
  if (known && (personal || mayShow(known, name))) return personal ? { personal } : {};
  if (!known && !soundsPersonal(name) && reads.mail * 2 < Math.max(values, 1)) return {};
  return {
    personal: 'keep',
    note: 'It may be personal: say "keep", "hash" or "drop", or remove the mark. Its values are not shown.',
  };
}

/** The column, or a line that says why there is none. Codes are values: a personal column has none. */
function toColumn(
  profile: ColumnProfile,
  { name, aliases = [] }: SafeName,
  { rows, mark }: { rows: number; mark: Mark },
): Noted<Column> | string {
  const type = mark.personal === 'hash' ? 'string' : typeOf(profile);
  const spelt = JSON.stringify(profile.name);
  if (type === undefined) return `Column ${spelt} is left out: ${profile.type} is nothing that a flat table holds.`;
  const codes = mark.personal ? undefined : codesOf(profile, type);
  const missing = profile.values < rows ? [`${toShare(rows - profile.values, rows)} of the rows have no value.`] : [];
  const share = profile.reads[type as 'int'];
  const read =
    type === 'string' || profile.values === 0 ? [] : [`${toShare(share, profile.values)} of the values are ${words[type]}.`];
  const listed = codes ? [`These codes are ${toShare(codes.count, profile.values)} of the values.`] : [];
  return {
    name,
    type,
    description: `The column ${spelt}.`,
    ...(aliases.length > 0 && { aliases }),
    ...(codes && { codes: codes.codes }),
    ...(mark.personal && { personal: mark.personal }),
    note: [`${profile.type}.`, ...read, ...listed, ...missing, ...(mark.note ? [mark.note] : [])].join(' '),
  };
}

const words: Readonly<Record<Exclude<ProposedType, 'string'>, string>> = {
  int: 'whole numbers',
  double: 'numbers',
  boolean: 'true or false',
  date: 'dates',
  timestamp: 'times',
};

/** The strictest type as which nearly all values read; undefined for what is no text, number, truth or time. */
function typeOf({ type, values, reads }: ColumnProfile): ProposedType | undefined {
  if (/\[|^(STRUCT|MAP|UNION|BLOB|BIT|UUID|TIME\b|TIME WITH|INTERVAL|VARIANT|GEOMETRY)/.test(type)) return undefined;
  const agrees = (reading: keyof ColumnProfile['reads']) => values > 0 && reads[reading] >= values * mostAgree;
  if (/^TIMESTAMP/.test(type)) return 'timestamp';
  if (type === 'DATE') return 'date';
  if (type === 'BOOLEAN') return 'boolean';
  if (!/^(VARCHAR|ENUM)/.test(type)) return agrees('int') && reads.int === reads.double ? 'int' : 'double';
  if (reads.zeroFirst > 0) return 'string';
  const order = ['date', 'timestamp', 'int', 'double', 'boolean'] as const;
  return order.find(agrees) ?? 'string';
}

/** The values of a column that has few, each of a thousandth of the rows at least. */
function codesOf({ values, distinct, common, type: from }: ColumnProfile, type: ProposedType) {
  if (!['int', 'string'].includes(type) || values < fewestForCodes || distinct > mostCodes || distinct < 2) return undefined;
  const isWritten = (value: string) => type === 'string' || /^-?\d+(\.0)?$/.test(value);
  const listed = common.filter(({ value, count }) => count * 1000 >= values && isWritten(value));
  if (listed.length < 2) return undefined;
  const toCode = (value: string) =>
    type === 'int' && !/^VARCHAR/.test(from) ? String(Number(value)) : type === 'int' ? value.replace(/\.0$/, '') : value;
  const codes = Object.fromEntries(listed.map(({ value }) => [toCode(value), `what ${JSON.stringify(toCode(value))} means`]));
  return { codes, count: listed.reduce((sum, { count }) => sum + count, 0) };
}

const isKey = ({ values, distinct }: ColumnProfile, { type }: Column, rows: number): boolean =>
  rows >= fewestForCodes && values === rows && distinct === rows && (type === 'string' || type === 'int');

const isMeasured = ({ name, type, codes, personal }: Column, { values }: ColumnProfile, key: string | undefined): boolean =>
  (type === 'int' || type === 'double') && codes === undefined && personal === undefined && name !== key && values > 0;

async function toRange(connection: DuckDBConnection, { profile, column }: Proposed, rows: number): Promise<Noted<Rule>[]> {
  const range = await findRange(connection, profile.name);
  if (!range) return [];
  const { low, high, inside } = range;
  const holds = between(column.name, { atLeast: low, atMost: high });
  return [
    {
      name: `${toSnake(column.name)}_range`,
      description: `${column.name} is ${low} to ${high}.`,
      holds: profile.values < rows ? ifPresent(column.name, holds) : holds,
      note: `${toShare(inside, profile.values)} of the values.`,
    },
  ];
}

const toNumber = (count: number): string => count.toLocaleString('en-US');
/** Rounded down, so that "100 %" is all of them. */
const toShare = (count: number, of: number): string => `${Math.floor((count / of) * 10_000) / 100} %`;
