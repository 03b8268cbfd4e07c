// What a cluster must have before anything is installed in it. One line each for what is missing, with what to do.
import type { V1Node, V1ServiceSpec } from '@kubernetes/client-node';
import { UsageError } from '../apps/platform/errors.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import { type Bundle, documentsOf, nameOf, namespacesOf, outsideOf } from './cluster-bundle.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { ourLabel, sortByOwner } from './cluster-owner.ts';

const leastMinor = 28;
const mostNamed = 3;
/** Node's words for a processor, and Kubernetes' words. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Throws UsageError with all that is wrong. */
export async function checkCluster(connection: ClusterConnection, bundle: Bundle): Promise<void> {
  const version = await call('asking the cluster for its version', () => connection.version.getCode(), { patienceSeconds: 5 });
  const minor = Number.parseInt(version.minor, 10);
  if (Number(version.major) === 1 && minor < leastMinor)
    throw new UsageError(
      `the cluster runs Kubernetes ${version.gitVersion}; expected 1.${leastMinor} or newer: make a newer cluster`,
    );
  await checkRights(connection);
  const nodes = (await call('listing nodes', () => connection.core.listNode())).items;
  const problems = [
    ...findNodeProblems(nodes),
    ...(await findClassProblems(connection)),
    ...(await findForeign(connection, bundle)),
    ...(await findTakenPorts(connection, bundle)),
  ];
  if (problems.length > 0) throw new UsageError(problems.join('; '));
}

async function checkRights({ authorization }: ClusterConnection): Promise<void> {
  const { status } = await call('asking what you may do', () =>
    authorization.createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: '*', group: '*', resource: '*' } } },
    }),
  );
  if (!status?.allowed)
    throw new UsageError(
      'you may not make namespaces, roles and definitions here; ask for the role cluster-admin, or use a cluster of your own',
    );
}

function findNodeProblems(nodes: readonly V1Node[]): string[] {
  const ready = nodes.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  if (ready.length === 0) return ['no node is ready: wait, or look at kubectl get nodes'];
  const own = architectures[process.arch];
  const others = new Set(ready.map(({ status }) => status?.nodeInfo?.architecture ?? '').filter((one) => one !== own));
  return [...others].map(
    (one) =>
      `nodes are ${one}, and images that are built on this machine are ${own}: run npm run images and npm run cluster on a machine that is ${one}`,
  );
}

async function findClassProblems({ storage }: ClusterConnection): Promise<string[]> {
  const { items } = await call('listing StorageClasses', () => storage.listStorageClass());
  const isDefault = items.some(
    ({ metadata }) => metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  );
  return isDefault
    ? []
    : [
        'no default StorageClass: mark one by the annotation storageclass.kubernetes.io/is-default-class, or install local-path-provisioner',
      ];
}

/** Objects of these names that somebody else has made. To take one over would change it for its owner, and `--down` would remove it. */
async function findForeign(connection: ClusterConnection, bundle: Bundle): Promise<string[]> {
  const objects = connection.openObjects();
  const { foreign: namespaces } = await sortByOwner(objects, namespacesOf(bundle));
  const { foreign: outside } = await sortByOwner(objects, outsideOf(bundle));
  const reason = `somebody else (no label ${ourLabel})`;
  const more = outside.length > mostNamed ? ` and ${outside.length - mostNamed} more` : '';
  return [
    ...namespaces.map(
      ({ metadata }) =>
        `namespace ${metadata.name} belongs to ${reason}: rename ours in charts/env/solo.ts and run npm run synth, or use another cluster`,
    ),
    ...(outside.length > 0
      ? [
          `${outside.slice(0, mostNamed).map(nameOf).join(', ')}${more} ${outside.length === 1 ? 'belongs' : 'belong'} to ${reason}: use another cluster`,
        ]
      : []),
  ];
}

/** Ports of the nodes that Services of others have. */
async function findTakenPorts({ core }: ClusterConnection, bundle: Bundle): Promise<string[]> {
  const services = documentsOf(bundle).filter(({ kind }) => kind === 'Service');
  const wanted = new Map(services.flatMap((service) => nodePortsOf(service).map((port) => [port, nameOf(service)])));
  const { items } = await call('listing Services', () => core.listServiceForAllNamespaces());
  return items.flatMap(({ metadata, spec }) => {
    const owner = `Service ${metadata?.namespace}/${metadata?.name}`;
    return nodePortsOf({ spec })
      .filter((port) => wanted.has(port) && wanted.get(port) !== owner)
      .map(
        (port) =>
          `port ${port} of the nodes is taken by ${owner}: choose another in charts/env/solo.ts (entrance) and run npm run synth`,
      );
  });
}

const nodePortsOf = ({ spec }: { readonly spec?: Pick<V1ServiceSpec, 'ports'> | undefined }): number[] =>
  (spec?.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []);
