// What is known of a data set that somebody else describes, in a document or by a file: the first shape of its definition.
import type { Column, Expectation, Files, Rule, Time } from '../../apps/contract/dataset.ts';
import type { Promises } from '../../apps/contract/promises.ts';
import type { Version } from '../../apps/contract/version.ts';

/** With a line for whoever reviews it. */
export type Noted<T> = T & { readonly note?: string | undefined };

export interface Draft {
  readonly category: string;
  readonly version?: Version | undefined;
  readonly title: string;
  readonly description: string;
  readonly files: Files;
  readonly row?: readonly [one: string, many: string] | undefined;
  readonly promises?: Promises | undefined;
  readonly columns: readonly Noted<Column>[];
  readonly time: Noted<Time>;
  readonly key?: Noted<{ readonly columns: readonly string[] }> | undefined;
  readonly must: readonly string[];
  readonly cluster?: readonly string[] | undefined;
  readonly rules: readonly Noted<Rule>[];
  readonly expectations: readonly Expectation[];
  /** What a reader must know of the whole, a line each. */
  readonly notes: readonly string[];
}
