// Changes of what derives from the rows: lookups, the summary, features, the model; and of what is promised.
import { isDeepStrictEqual } from 'node:util';
import type { Contract } from '../../apps/contract/derive/contract-json.ts';
import { freshnessSeconds, toDays } from '../../apps/contract/promises.ts';
import { breaking, type ContractChange, compatible, pairs, show } from './contract-change.ts';

/** Named parts of which columns are made: a new one is one column more, a changed or removed one is missed. */
const findPartChanges = (what: string, before: Parts, after: Parts): ContractChange[] =>
  pairs(before, after).flatMap(([name, was, is]) => {
    if (isDeepStrictEqual(withoutText(was), withoutText(is)))
      return isDeepStrictEqual(was, is) ? [] : [compatible(`${what} ${name}: description`)];
    if (was === undefined) return [compatible(`${what} ${name} added`)];
    return [
      breaking(
        `${what} ${name} ${is === undefined ? 'removed' : `changed: ${show(withoutText(was))} → ${show(withoutText(is))}`}`,
      ),
    ];
  });
type Parts = Readonly<Record<string, unknown>> | undefined;

const withoutText = (part: unknown): unknown => {
  if (typeof part !== 'object' || part === null) return part;
  const { description: _, ...rest } = part as { description?: unknown };
  return rest;
};

export function findDerivedChanges(before: Contract, after: Contract): ContractChange[] {
  const [was, is] = [before.summary, after.summary];
  return [
    ...findPartChanges('lookup', before.lookups, after.lookups),
    ...(isDeepStrictEqual(was?.keys, is?.keys)
      ? []
      : [breaking(`summary: one row was a month and ${show(was?.keys)}, is ${show(is?.keys)}`)]),
    ...findPartChanges('figure', was?.figures, is?.figures),
    ...findPartChanges("the view's name", was?.names, is?.names),
    ...findPartChanges("the view's column", was?.repeats, is?.repeats),
    ...findPartChanges('feature', before.features, after.features),
    ...findModelChanges(before.model, after.model),
  ];
}

/** What the model reads is its own business; how it is asked, and what it predicts, is not. */
function findModelChanges(before: Contract['model'], after: Contract['model']): ContractChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!before) return [compatible('model added')];
  if (!after) return [breaking('model removed')];
  return [
    ...(before.name === after.name ? [] : [breaking(`model ${before.name} → ${after.name}`)]),
    ...(before.target === after.target ? [] : [breaking(`model: it predicts ${after.target}, no longer ${before.target}`)]),
    ...(isDeepStrictEqual(before.inputs, after.inputs)
      ? []
      : [breaking(`model: asked by ${show(after.inputs)}, no longer by ${show(before.inputs)}`)]),
    ...(isDeepStrictEqual(before.features, after.features) ? [] : [compatible(`model: it reads ${after.features.join(', ')}`)]),
  ];
}

/** A promise that is given up is missed. */
export function findPromiseChanges({ promises: was = {} }: Contract, { promises: is = {} }: Contract): ContractChange[] {
  const weigh = (isWorse: boolean, text: string) => (isWorse ? breaking(text) : compatible(text));
  const days = (retention = '') => toDays(retention) ?? Number.POSITIVE_INFINITY;
  const line = (name: keyof typeof is) => `promises.${name}: ${show(was[name])} → ${show(is[name])}`;
  return [
    ...(isDeepStrictEqual(was.owner, is.owner) ? [] : [compatible(line('owner'))]),
    ...(was.freshness === is.freshness ? [] : [weigh(freshnessSeconds(is) > freshnessSeconds(was), line('freshness'))]),
    ...(isDeepStrictEqual(was.rowsPerMonth, is.rowsPerMonth) ? [] : [compatible(line('rowsPerMonth'))]),
    ...(was.retention === is.retention ? [] : [weigh(days(is.retention) < days(was.retention), line('retention'))]),
  ];
}
