// Requests about objects that several runs may make at once, and what becomes of them.
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { partOf } from '../contract/names.ts';
import { TemporaryError } from '../platform/errors.ts';
import { call } from '../platform/kubernetes-call.ts';
import { Refusal } from '../platform/kubernetes-refusal.ts';

export const partOfLabel = 'app.kubernetes.io/part-of';

/** What became of an object. */
export type Settled = 'made' | 'changed' | 'there already';
export type Tally = Readonly<Record<Settled, number>>;

export const tallyOf = (settled: readonly Settled[]): Tally => {
  const count = (how: Settled) => settled.filter((one) => one === how).length;
  return { made: count('made'), changed: count('changed'), 'there already': count('there already') };
};

/** Whether an object was made here. */
export const isOurs = (metadata: Pick<V1ObjectMeta, 'labels'> | undefined): boolean => metadata?.labels?.[partOfLabel] === partOf;

interface Where {
  readonly namespace: string;
}

/** The object, or undefined where there is none. Throws Refusal, TemporaryError. */
export const whereAny = <Found>({ namespace }: Where, what: string, send: () => Promise<Found>): Promise<Found | undefined> =>
  call(what, send).catch((error) => {
    if (error instanceof Refusal && error.isAbsent) return undefined;
    throw explain(namespace, error);
  });

/** False where another run was faster: the object is there, has changed or is gone. Throws Refusal, TemporaryError. */
export const unlessBeaten = ({ namespace }: Where, what: string, send: () => Promise<unknown>): Promise<boolean> =>
  call(what, send).then(
    () => true,
    (error) => {
      if (error instanceof Refusal && (error.status === 409 || error.isAbsent)) return false;
      throw explain(namespace, error);
    },
  );

/** Namespaces and Roles come with the same sync as this program: without them it is early, not wrong. */
function explain(namespace: string, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  if (error.status === 404) return new TemporaryError(`namespace ${namespace} is not there yet; run setup again when it is`);
  if (error.status === 403) return new TemporaryError(`${error.message}; run setup again when it does`);
  return error;
}
