// NetworkPolicies that let pods reach the API server, or be reached by it, and nothing else. Applied on each run: its addresses change with the cluster.
import { PatchStrategy, setHeaderOptions, type V1NetworkPolicy } from '@kubernetes/client-node';
import { partOf } from '../contract/names.ts';
import { OutcomeError, TemporaryError } from '../platform/errors.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import { type Destination, findApiServer } from './api-server.ts';
import { isOurs, partOfLabel, type Settled, type Tally, tallyOf, unlessBeaten, whereAny } from './objects.ts';
import type { PolicySpec } from './policy-spec.ts';

const policyKind = { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' } as const;
const fieldManager = `${partOf}-setup`;
const mostRounds = 10;

/** Throws OutcomeError where a policy is somebody else's (nothing is changed then), TemporaryError, Refusal. */
export async function applyPolicies(connection: Connection, specs: readonly PolicySpec[]): Promise<Tally> {
  if (specs.length === 0) return tallyOf([]);
  const destinations = await findApiServer(connection);
  log('the API server', { addresses: destinations.map(toText).join(' ') });
  const foreign: string[] = [];
  for (const spec of specs) {
    const found = await read(connection, spec);
    if (found !== undefined && !isOurs(found.metadata))
      foreign.push(
        `NetworkPolicy ${idOf(spec)} belongs to somebody else: it has no label ${partOfLabel}=${partOf}; rename or delete it`,
      );
  }
  if (foreign.length > 0) throw new OutcomeError(foreign.join('; '));
  const settled: Settled[] = [];
  for (const spec of specs) {
    const how = await apply(connection, toPolicy(spec, destinations));
    settled.push(how);
    log(how, { policy: idOf(spec) });
  }
  return tallyOf(settled);
}

const idOf = ({ namespace, name }: Pick<PolicySpec, 'namespace' | 'name'>) => `${namespace}/${name}`;
const toText = ({ cidrs, ports }: Destination) => `${cidrs.join(',')}:${ports.map(({ port }) => port).join(',')}`;

const toPolicy = (spec: PolicySpec, destinations: readonly Destination[]) => ({
  apiVersion: `${policyKind.group}/${policyKind.version}`,
  kind: 'NetworkPolicy',
  metadata: { name: spec.name, namespace: spec.namespace, labels: { [partOfLabel]: partOf } },
  spec: { podSelector: spec.pods, ...toRules(spec, destinations) },
});

const toPeers = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

function toRules({ direction, ports = [] }: PolicySpec, destinations: readonly Destination[]) {
  if (direction === 'egress')
    return { policyTypes: ['Egress'], egress: destinations.map(({ cidrs, ports: its }) => ({ to: toPeers(cidrs), ports: its })) };
  const from = toPeers([...new Set(destinations.flatMap(({ cidrs }) => cidrs))]);
  return { policyTypes: ['Ingress'], ingress: [{ from, ports: ports.map((port) => ({ protocol: 'TCP', port })) }] };
}

function read({ objects }: Connection, spec: Pick<PolicySpec, 'namespace' | 'name'>): Promise<V1NetworkPolicy | undefined> {
  const { namespace, name } = spec;
  return whereAny(spec, `reading NetworkPolicy ${idOf(spec)}`, () =>
    objects.getNamespacedCustomObject({ ...policyKind, namespace, name }),
  );
}

/** Server-side apply. What others have changed of these fields is set right. */
async function apply(connection: Connection, body: ReturnType<typeof toPolicy>): Promise<Settled> {
  const { namespace, name } = body.metadata;
  const what = `NetworkPolicy ${namespace}/${name}`;
  const options = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
  for (let round = 0; round < mostRounds; round += 1) {
    const before = await read(connection, { namespace, name });
    let after: V1NetworkPolicy | undefined;
    const isApplied = await unlessBeaten({ namespace }, `applying ${what}`, async () => {
      const request = { ...policyKind, namespace, name, body, fieldManager, force: true };
      after = await connection.objects.patchNamespacedCustomObject(request, options);
    });
    if (!isApplied) continue;
    if (before === undefined) return 'made';
    return before.metadata?.resourceVersion === after?.metadata?.resourceVersion ? 'there already' : 'changed';
  }
  throw new TemporaryError(`${what}: others change it all the time; run setup again`);
}
