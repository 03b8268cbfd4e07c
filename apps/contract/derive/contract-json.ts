// A data set's contract as JSON, in Git: what `npm run diff` compares with that of another commit.
import type { Dataset } from '../dataset.ts';
import type { Dimension, Lookup } from '../dimension.ts';
import { firstVersion, type Version } from '../version.ts';

/** The definition without its rows and made-up values. */
export type Contract = Omit<Dataset, 'sample' | 'lookups' | 'version'> & {
  readonly version: Version;
  readonly lookups?: Readonly<Record<string, Omit<Lookup, 'dimension'> & { readonly dimension: Omit<Dimension, 'rows'> }>>;
};

/** Plain data, as JSON gives it back. */
export function toContract({ sample: _, lookups, version = firstVersion, category, ...rest }: Dataset): Contract {
  const contract = {
    ...{ category, version, ...rest },
    ...(lookups && { lookups: Object.fromEntries(Object.entries(lookups).map(([name, lookup]) => [name, withoutRows(lookup)])) }),
  };
  return JSON.parse(JSON.stringify(contract));
}

const withoutRows = ({ dimension: { rows: _, ...dimension }, ...lookup }: Lookup) => ({ ...lookup, dimension });
