// Makes the Secrets that are missing. What is there is never changed: only keys that it lacks are added.
// Creation is the compare-and-set: of two runs at once one loses, and goes on with what the winner has made.
import { PatchStrategy, setHeaderOptions, type V1Secret } from '@kubernetes/client-node';
import { partOf } from '../contract/names.ts';
import { OutcomeError, TemporaryError } from '../platform/errors.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import { isOurs, partOfLabel, type Settled, type Tally, tallyOf, unlessBeaten, whereAny } from './objects.ts';
import { idOf, type SecretSpec } from './secret-spec.ts';
import { copiesIn, type Data, findHalves, findMisfits, type Known, makeMissing } from './secret-values.ts';

const mostRounds = 10;

/** Throws OutcomeError where a Secret is somebody else's (nothing is changed then) or values don't fit, TemporaryError. */
export async function makeSecrets(connection: Connection, specs: readonly SecretSpec[]): Promise<Tally> {
  const before = new Map<string, V1Secret>();
  for (const spec of specs) {
    const found = await read(connection, spec);
    if (found !== undefined) before.set(idOf(spec), found);
  }
  refuse(specs.flatMap((spec) => findObstacles(spec, before.get(idOf(spec)))));
  const copies = copiesIn(specs, new Map([...before].map(([id, { data = {} }]) => [id, data])));
  const known = new Map<string, Data>();
  const settled: Settled[] = [];
  for (const spec of specs) {
    const { how, data, added } = await settle(connection, spec, { known, copies });
    known.set(idOf(spec), data);
    settled.push(how);
    log(how, { secret: idOf(spec), ...(how === 'changed' && { added: added.join(',') }) });
  }
  refuse(findMisfits(specs, known));
  return tallyOf(settled);
}

interface Surroundings {
  readonly known: Known;
  readonly copies: Parameters<typeof makeMissing>[2]['copies'];
}

/** Reads, and creates or completes, until nobody was faster. */
async function settle(
  connection: Connection,
  spec: SecretSpec,
  surroundings: Surroundings,
): Promise<{ readonly how: Settled; readonly data: Data; readonly added: readonly string[] }> {
  for (let round = 0; round < mostRounds; round += 1) {
    const found = await read(connection, spec);
    refuse(findObstacles(spec, found));
    const data = found?.data ?? {};
    const made = await makeMissing(spec, data, surroundings);
    const added = Object.keys(made);
    const all = { ...data, ...made };
    if (found !== undefined && added.length === 0) return { how: 'there already', data, added };
    const isDone = found === undefined ? await create(connection, spec, made) : await complete(connection, found, made);
    if (isDone) return { how: found === undefined ? 'made' : 'changed', data: all, added };
  }
  throw new TemporaryError(`Secret ${idOf(spec)}: others change it all the time; run setup again`);
}

function findObstacles(spec: SecretSpec, found: V1Secret | undefined): string[] {
  if (found === undefined) return [];
  if (!isOurs(found.metadata))
    return [`Secret ${idOf(spec)} belongs to somebody else: it has no label ${partOfLabel}=${partOf}; rename or delete it`];
  return findHalves(spec, found.data ?? {});
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new OutcomeError(problems.join('; '));
}

const read = ({ core }: Connection, spec: SecretSpec): Promise<V1Secret | undefined> => {
  const { namespace, name } = spec;
  return whereAny(spec, `reading Secret ${idOf(spec)}`, () => core.readNamespacedSecret({ namespace, name }));
};

function create({ core }: Connection, spec: SecretSpec, data: Data): Promise<boolean> {
  const { namespace, name, labels } = spec;
  const body = { metadata: { name, labels: { ...labels, [partOfLabel]: partOf } }, data: { ...data } };
  return unlessBeaten(spec, `creating Secret ${idOf(spec)}`, () => core.createNamespacedSecret({ namespace, body }));
}

/** Adds keys to the Secret as it was read; false where it has changed since. */
function complete({ core }: Connection, { metadata = {} }: V1Secret, data: Data): Promise<boolean> {
  const { namespace = '', name = '', resourceVersion } = metadata;
  const body = { metadata: { resourceVersion }, data };
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  return unlessBeaten({ namespace }, `adding to Secret ${namespace}/${name}`, () =>
    core.patchNamespacedSecret({ namespace, name, body }, options),
  );
}
