// Where the API server is: a cluster's own Service, and what stands behind it. Some network plugins judge a packet by the one, others by the other.
import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node';
import { TemporaryError } from '../platform/errors.ts';
import { call } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';

const namespace = 'default';
const name = 'kubernetes';

/** Addresses that are reached at the same ports. */
export interface Destination {
  readonly cidrs: readonly string[];
  readonly ports: readonly { readonly protocol: string; readonly port: number }[];
}

/** Throws TemporaryError where the API server has not said yet where it is, Refusal. */
export async function findApiServer({ core, objects }: Connection): Promise<Destination[]> {
  const service = await call(`reading Service ${namespace}/${name}`, () => core.readNamespacedService({ namespace, name }));
  const slices = await call(
    `listing EndpointSlices of ${namespace}`,
    (): Promise<{ items: V1EndpointSlice[] }> =>
      objects.listNamespacedCustomObject({
        group: 'discovery.k8s.io',
        version: 'v1',
        plural: 'endpointslices',
        namespace,
        labelSelector: `kubernetes.io/service-name=${name}`,
      }),
  );
  const behind = slices.items.map(toDestination).filter(({ cidrs, ports }) => cidrs.length > 0 && ports.length > 0);
  if (behind.length === 0)
    throw new TemporaryError(`Service ${namespace}/${name} has no addresses yet; run setup again when the API server is up`);
  return merge([...behind, toOwn(service)]);
}

/** Also those that are not ready: they may be in a moment. */
const toDestination = ({ addressType, endpoints, ports }: V1EndpointSlice): Destination => ({
  cidrs: addressType === 'FQDN' ? [] : (endpoints ?? []).flatMap(({ addresses }) => addresses.map(toCidr)),
  ports: (ports ?? []).flatMap(({ protocol = 'TCP', port }) => (port === undefined ? [] : [{ protocol, port }])),
});

const toOwn = ({ spec }: V1Service): Destination => ({
  cidrs: (spec?.clusterIPs ?? []).filter((address) => address !== 'None').map(toCidr),
  ports: (spec?.ports ?? []).map(({ protocol = 'TCP', port }) => ({ protocol, port })),
});

const toCidr = (address: string) => `${address}/${address.includes(':') ? 128 : 32}`;

/** In one order always, whichever order the server lists in. */
function merge(destinations: readonly Destination[]): Destination[] {
  const byPorts = Map.groupBy(destinations, ({ ports }) => JSON.stringify(sort(ports.map((one) => JSON.stringify(one)))));
  return sort([...byPorts.keys()]).map((key) => {
    const [first, ...others] = byPorts.get(key) as [Destination, ...Destination[]];
    const ports = (JSON.parse(key) as string[]).map((one) => JSON.parse(one) as Destination['ports'][number]);
    return { cidrs: sort([...new Set([first, ...others].flatMap(({ cidrs }) => cidrs))]), ports };
  });
}

const sort = (texts: readonly string[]) => texts.toSorted((a, b) => (a < b ? -1 : 1));
