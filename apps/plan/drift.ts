// How a file's columns differ from the contract. Every step and page says it in these words.
import { toShownName } from '../contract/column-names.ts';
import type { Cast } from '../contract/derive/casts.ts';
import { isInteger } from '../contract/file-schema.ts';

/** Differences such as `VendorID DOUBLE as int`, `airport_fee absent`, `surge_factor unknown, left out`; none of them loses rows. */
export function toDrift({ casts, ignored }: { readonly casts: readonly Cast[]; readonly ignored: readonly string[] }): string[] {
  return [...casts.flatMap(driftOfColumn), ...ignored.map((name) => `${toShownName(name)} unknown, left out`)];
}

function driftOfColumn({ column, source, from, to, zone }: Cast): string[] {
  if (source === null) return [`${column} absent`];
  const renamed = source === column ? '' : ` from ${toShownName(source)}`;
  const asExpected =
    (to === 'int' && isInteger(from)) ||
    (to === 'double' && from === 'DOUBLE') ||
    (to === 'string' && from === 'STRING') ||
    (to === 'timestamp' && from === 'TIMESTAMP_MICROS');
  if (!renamed && asExpected) return [];
  const converted = from.endsWith('_UTC') ? ` in ${zone}` : '';
  return [`${column}${renamed} ${from}${asExpected ? '' : ` as ${to}${converted}`}`];
}
