// What `contract import` is told, and the choices that follow from it.
import { basename, extname } from 'node:path';
import type { Column, Time } from '../../apps/contract/dataset.ts';
import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { endingOf } from '../../apps/contract/file-name.ts';
import { OutcomeError, UsageError } from '../../apps/platform/errors.ts';
import { toLine } from '../../apps/platform/one-line.ts';
import type { Noted } from './draft.ts';

export interface ImportOptions {
  readonly file: string;
  readonly category?: string | undefined;
  /** The column that says which month a row belongs to. */
  readonly monthsIn?: string | undefined;
  /** Which table of a document. */
  readonly table?: string | undefined;
}

const month = /\d{4}-(?:0[1-9]|1[0-2])(?!\d)|(?<!\d)\d{4}(?:0[1-9]|1[0-2])(?!\d)/;

/** The option, or what a name says in lower-case letters and digits. Throws UsageError where neither is a category. */
export function toCategory(name: string, { category, file }: ImportOptions): string {
  const found =
    category ??
    name
      .replace(month, '')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 31);
  if (/^[a-z][a-z0-9]{0,30}$/.test(found)) return found;
  throw category === undefined
    ? new UsageError(`${toLine(file)}: ${JSON.stringify(name)} gives no name for the data set; say one with --category`)
    : new UsageError(
        `--category ${JSON.stringify(category)}: expected a lower-case letter, then at most 30 lower-case letters or digits`,
      );
}

/** How the files of a data set are named, by the name of one of them. */
export function toFileName(file: string, category: string): { readonly fileName: string; readonly note?: string } {
  const name = basename(file);
  const ending = endingOf(name.toLowerCase()) ?? '.parquet';
  const stem = name.slice(0, name.length - (endingOf(name.toLowerCase())?.length ?? extname(name).length));
  const found = month.exec(stem)?.[0];
  const fileName = found === undefined ? '' : `${stem.replace(found, found.includes('-') ? '{YYYY-MM}' : '{YYYYMM}')}${ending}`;
  if (/^[A-Za-z0-9-][A-Za-z0-9_.{}-]*$/.test(fileName)) return { fileName };
  return {
    fileName: `${category}_{YYYY-MM}${ending}`,
    note: `The name ${JSON.stringify(name)} has no month, as 2024-01 or 202401: say in files.name how a month's file is named.`,
  };
}

/**
 * When a row happened: the option's column, which may be a date, else the preferred one, else the first timestamp. Throws OutcomeError where no
 * column is one, UsageError where the option names none.
 */
export function chooseTime(
  columns: readonly Noted<Column>[],
  { file, monthsIn }: ImportOptions,
  preferred?: string,
): Noted<Time> {
  const zone = 'UTC';
  const zoneNote = 'The zone whose wall clock the times show is a guess.';
  if (monthsIn !== undefined) {
    const found = columns.find(({ name, aliases = [] }) => name === monthsIn || aliases.includes(monthsIn));
    if (!found)
      throw new UsageError(
        `--months-in ${JSON.stringify(monthsIn)}: no such column${didYouMean(
          monthsIn,
          columns.map(({ name }) => name),
        )}`,
      );
    if (found.type !== 'timestamp' && found.type !== 'date')
      throw new UsageError(
        `--months-in ${JSON.stringify(monthsIn)}: the column is ${found.type}, expected a timestamp or a date`,
      );
    return { at: found.name, zone, note: zoneNote };
  }
  const times = columns.filter(({ type }) => type === 'timestamp').map(({ name }) => name);
  const at = preferred ?? times[0];
  const dates = columns.filter(({ type }) => type === 'date').map(({ name }) => name);
  if (at === undefined)
    throw new OutcomeError(
      `${toLine(file)}: no column is a timestamp, so nothing says which month a row belongs to; ${
        dates.length === 0 ? 'add one to the data' : `--months-in takes a date, too: ${dates.join(', ')}`
      }`,
    );
  const others = times.filter((name) => name !== at);
  const choice =
    others.length === 0 || preferred !== undefined
      ? ''
      : `${at} says the month; it could also be ${others.join(', ')} (--months-in). `;
  return { at, zone, note: `${choice}${zoneNote}` };
}

/** The column of the month as a timestamp: a date is one at midnight. */
export const withTimestamp = (columns: readonly Noted<Column>[], at: string): Noted<Column>[] =>
  columns.map((column) => (column.name === at ? { ...column, type: 'timestamp' as const } : column));
