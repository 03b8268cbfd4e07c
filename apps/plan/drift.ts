// How a file's columns differ from the contract, and from those of the month before. Every step and page says it in these words.

import { toPlainName, toShownName } from '../contract/column-names.ts';
import { isWhole, logicalOf } from '../contract/column-type.ts';
import { type Effect, effectOfCast, holdsLess } from '../contract/derive/cast-effect.ts';
import type { Cast } from '../contract/derive/casts.ts';
import { isInteger, plainTypes } from '../contract/file-schema.ts';

/** How a file is read: each column of the contract once, and what the contract does not know. */
export interface Reading {
  readonly casts: readonly Cast[];
  readonly ignored: readonly string[];
}

export interface Change {
  readonly effect: Effect;
  /** Such as `VendorID DOUBLE as int`. */
  readonly text: string;
}

/** Differences from the contract such as `VendorID DOUBLE as int`, `airport_fee absent`, `surge_factor unknown, left out`; none of them loses rows. */
export const toDrift = (reading: Reading): string[] => toContractChanges(reading).map(({ text }) => text);

/** The same differences, each with its effect. None is breaking: a file that can't be read has no reading. */
export function toContractChanges({ casts, ignored }: Reading): Change[] {
  return [
    ...casts.flatMap(contractChangeOf),
    ...ignored.map((name): Change => ({ effect: 'safe', text: `${toShownName(name)} unknown, left out` })),
  ];
}

function contractChangeOf(cast: Cast): Change[] {
  const { column, source, from, to, decimal, zone } = cast;
  // Files may have it or not.
  if (cast.personal === 'drop') return [];
  if (source === null) return [{ effect: 'safe', text: `${column} absent` }];
  const renamed = source === column ? '' : ` from ${toShownName(source)}`;
  const asExpected =
    (from === plainTypes[logicalOf(to)] && (from !== 'DECIMAL' || effectOfCast(cast) === 'safe')) ||
    (isWhole(to) && isInteger(from) && effectOfCast(cast) === 'safe');
  if (!renamed && asExpected) return [];
  const converted = from.endsWith('_UTC') && zone !== undefined ? ` in ${zone}` : '';
  const type = `${from}${decimal === undefined ? '' : `(${decimal})`}`;
  return [{ effect: effectOfCast(cast), text: `${column}${renamed} ${type}${asExpected ? '' : ` as ${to}${converted}`}` }];
}

/**
 * How a month's file is read otherwise than that of the month before, such as `VendorID INT64 → DOUBLE`. What the cast can lose counts, and
 * what the file itself no longer holds: a column that is gone, a type that holds less. Nothing where both are read alike.
 */
export function toMonthChanges(before: Reading, after: Reading): Change[] {
  const casts = new Map(before.casts.map((cast) => [cast.column, cast]));
  const [known, left] = [before, after].map(({ ignored }) => new Map(ignored.map((name) => [toPlainName(name), name])));
  const unknown = (name: string, what: string): Change => ({ effect: 'safe', text: `${toShownName(name)} unknown, ${what}` });
  return [
    ...after.casts.flatMap((cast) => monthChangeOf(casts.get(cast.column), cast)),
    ...[...(left ?? [])].flatMap(([plain, name]) => (known?.has(plain) ? [] : [unknown(name, 'added')])),
    ...[...(known ?? [])].flatMap(([plain, name]) => (left?.has(plain) ? [] : [unknown(name, 'gone')])),
  ];
}

function monthChangeOf(before: Cast | undefined, after: Cast): Change[] {
  const { column } = after;
  if (after.personal === 'drop') return [];
  const wasAbsent = before === undefined || before.source === null;
  if (after.source === null) return wasAbsent ? [] : [{ effect: 'lossy', text: `${column} absent, it was ${typeOf(before)}` }];
  if (wasAbsent) return [{ effect: effectOfCast(after), text: `${column} added as ${typeOf(after)}` }];
  const [was, is] = [typeOf(before), typeOf(after)];
  const renamed =
    before.source === after.source ? '' : ` from ${toShownName(before.source ?? '')} to ${toShownName(after.source)}`;
  if (was === is) return renamed ? [{ effect: 'safe', text: `${column} renamed${renamed}` }] : [];
  const effect = holdsLess(after, before) ? 'lossy' : effectOfCast(after);
  return [{ effect, text: `${column}${renamed && ` renamed${renamed},`} ${was} → ${is}` }];
}

const typeOf = ({ from, decimal }: Cast): string => (decimal === undefined ? from : `${from}(${decimal})`);
