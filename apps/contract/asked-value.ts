// A value that somebody gives for a field: read, or refused with what is expected.
import { type Asked, isWithin, type Kind } from './asked.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Dimension, rowOf } from './dimension.ts';
import type { Bounds } from './input.ts';
import { type UnitName, units } from './units.ts';

export type Read = { readonly value: number | string | boolean } | { readonly problem: string };

/** JSON and forms give one field alike: `"3"` is the number 3, `"true"` is true. An empty text is a missing value. */
export function readValue({ column, holds }: Pick<Asked, 'column' | 'holds'>, given: unknown): Read {
  const example = holds.kind === 'number' || holds.kind === 'choice' ? undefined : examples[holds.kind];
  if (given === undefined || given === '')
    return { problem: example === undefined ? 'is missing' : `is missing; write it as ${example}` };
  switch (holds.kind) {
    case 'number':
      return readNumber(given, holds, column.unit);
    case 'choice':
      return readChoice(given, holds, column.type);
    default:
      return readTime(given, holds);
  }
}

/** As people write numbers, `1e3` too; not "0x10", which JavaScript reads as 16, nor "Infinity". */
const numberText = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A finite number, or text that is one; nothing else is turned into a number. */
function toNumber(given: unknown): number | undefined {
  const value = typeof given === 'string' && numberText.test(given) ? Number(given) : given;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function readNumber(given: unknown, { whole, bounds }: Kind & { kind: 'number' }, unit: UnitName | undefined): Read {
  const value = toNumber(given);
  if (value === undefined) return { problem: 'must be a number' };
  if (whole && !Number.isSafeInteger(value)) return { problem: 'must be a whole number' };
  if (isWithin(value, bounds)) return { value };
  return { problem: `must be ${toBoundsText(bounds)}${unit === undefined ? '' : ` ${units[unit].text}`}` };
}

/** `1 to 8`, `above 0 and at most 500`. */
export function toBoundsText({ atLeast, above, atMost, below }: Bounds): string {
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost}`;
  const parts = Object.entries({ 'at least': atLeast, above, 'at most': atMost, below });
  return parts.flatMap(([word, bound]) => (bound === undefined ? [] : [`${word} ${bound}`])).join(' and ');
}

function readChoice(given: unknown, { choices, dimension }: Kind & { kind: 'choice' }, type: Asked['column']['type']): Read {
  const isNumber = type === 'int' || type === 'double';
  const value = isNumber ? toNumber(given) : type === 'boolean' ? toFlag(given) : given;
  if (value === undefined) return { problem: 'must be a number' };
  const found = choices.find((choice) => choice.value === value);
  if (found) return { value: found.value };
  const near =
    typeof value === 'string'
      ? didYouMean(
          value,
          choices.map((choice) => String(choice.value)),
        )
      : '';
  if (dimension) return { problem: toRowProblem(value, dimension, near) };
  const listed = choices.map((choice) => String(choice.value));
  return { problem: `must be one of ${listed.join(', ')}${near}` };
}

const toFlag = (given: unknown): unknown => (given === 'true' ? true : given === 'false' ? false : given);

function toRowProblem(value: unknown, dimension: Dimension, near: string): string {
  const { key, label, row: word } = dimension;
  const row = rowOf(dimension, value);
  return row
    ? `${word} ${value} (${row[label]}) has no place on the map, so nothing can be predicted; choose another ${word}`
    : `must be the ${key} of a ${word}${near}`;
}

const examples = { day: '2024-05-31', time: '2024-05-31T08:30' } as const;
const forms = { day: /^\d{4}-\d\d-\d\d$/, time: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/ } as const;

function readTime(given: unknown, holds: Kind & { kind: 'day' | 'time' }): Read {
  const { kind, bounds } = holds;
  const isOne = typeof given === 'string' && forms[kind].test(given) && exists(given);
  if (isOne && isWithin(given, bounds)) return { value: given };
  const what = kind === 'time' ? `a date and time such as ${examples.time} (${holds.clock})` : `a date such as ${examples.day}`;
  const ends = Object.entries({ from: bounds.atLeast, until: bounds.atMost });
  const range = ends.flatMap(([word, bound]) => (bound === undefined ? [] : [`${word} ${bound}`]));
  return { problem: `must be ${[what, ...(range.length > 0 ? [range.join(' ')] : [])].join(', ')}` };
}

/** A day that does not exist (31 June) comes back as another one. */
export function exists(text: string): boolean {
  const minute = text.length === 10 ? `${text}T00:00` : text.slice(0, 16);
  const seconds = Number(text.slice(17, 19) || '0');
  const time = new Date(`${minute}Z`);
  return seconds < 60 && !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 16) === minute;
}
