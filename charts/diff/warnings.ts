// What a reviewer must not overlook in a changed manifest: what the cluster refuses, deletes, opens up, or no longer watches.
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../dist-objects.ts';

// biome-ignore lint/suspicious/noExplicitAny: a manifest is data of any shape
type Value = any;

/** Fields that the API server does not let change: kind → paths. */
const immutableFields: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  StatefulSet: ['spec.selector', 'spec.serviceName', 'spec.podManagementPolicy', 'spec.volumeClaimTemplates'],
  Job: ['spec.selector', 'spec.template', 'spec.completions', 'spec.completionMode'],
  PersistentVolumeClaim: ['spec.accessModes', 'spec.storageClassName', 'spec.volumeName', 'spec.volumeMode', 'spec.selector'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
  PriorityClass: ['value', 'preemptionPolicy'],
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
};

/** Warnings about one object; `before` or `after` is undefined where it is added or removed. */
export function findWarnings(before: KubernetesObject | undefined, after: KubernetesObject | undefined): string[] {
  if (before && !after) return [warnOfRemoval(before)];
  if (!after) return [];
  return [
    ...warnOfImmutable(before, after),
    ...warnOfRights(before, after),
    ...warnOfStorage(before, after),
    ...warnOfPods(before, after),
    ...warnOfReach(before, after),
  ];
}

function warnOfRemoval(object: KubernetesObject): string {
  const stays = object.metadata?.annotations?.['argocd.argoproj.io/sync-options']?.includes('Prune=false');
  if (stays) return 'removed here, but it stays in the cluster (Prune=false): delete it by hand where it must go';
  const holdsData = [
    'PersistentVolumeClaim',
    'Namespace',
    'CustomResourceDefinition',
    'StatefulSet',
    'Database',
    'Cluster',
  ].includes(object.kind ?? '');
  return holdsData ? 'pruned: Argo CD deletes it WITH ITS DATA' : 'pruned: Argo CD deletes it';
}

function warnOfImmutable(before: KubernetesObject | undefined, after: KubernetesObject): string[] {
  if (!before) return [];
  return (immutableFields[after.kind ?? ''] ?? [])
    .filter((path) => !isDeepStrictEqual(at(before, path), at(after, path)))
    .map((path) => `immutable: the API server refuses a changed ${path}; the object must be deleted and made anew`);
}

/** Every single right of a role, as [what, verb]. */
const rightsOf = (object: KubernetesObject | undefined): [what: string, verb: string][] =>
  ((object as Value)?.rules ?? []).flatMap((rule: Value) =>
    (rule.apiGroups ?? ['']).flatMap((group: string) =>
      (rule.resources ?? rule.nonResourceURLs ?? []).flatMap((resource: string) =>
        (rule.resourceNames ?? ['']).flatMap((name: string) => {
          const what = `${resource}${group === '' ? '' : `.${group}`}${name === '' ? '' : ` ${name}`}`;
          return (rule.verbs ?? []).map((verb: string) => [what, verb]);
        }),
      ),
    ),
  );

const subjectsOf = (object: KubernetesObject | undefined): Set<string> =>
  new Set(
    ((object as Value)?.subjects ?? []).map(
      ({ kind, namespace, name }: Value) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
    ),
  );

function warnOfRights(before: KubernetesObject | undefined, after: KubernetesObject): string[] {
  const kind = after.kind ?? '';
  if (kind === 'Role' || kind === 'ClusterRole') {
    const had = new Set(rightsOf(before).map(String));
    const added = Map.groupBy(
      rightsOf(after).filter((right) => !had.has(String(right))),
      ([what]) => what,
    );
    return added.size === 0
      ? []
      : [
          `rights widened: ${[...added].map(([what, rights]) => `${what} (${rights.map(([, verb]) => verb).join(', ')})`).join('; ')}`,
        ];
  }
  if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') return [];
  const had = subjectsOf(before);
  const added = [...subjectsOf(after)].filter((subject) => !had.has(subject));
  return added.length === 0 ? [] : [`${(after as Value).roleRef?.name} now also for: ${added.join(', ')}`];
}

function warnOfStorage(before: KubernetesObject | undefined, after: KubernetesObject): string[] {
  if (!before) return [];
  const sizeOf = (object: Value) => object.spec?.resources?.requests?.storage;
  const [was, is] = [sizeOf(before), sizeOf(after)];
  if (after.kind !== 'PersistentVolumeClaim' || was === is) return [];
  return [`storage: ${was} → ${is}; a claim can grow, never shrink`];
}

function warnOfPods(before: KubernetesObject | undefined, after: KubernetesObject): string[] {
  if (!before) return [];
  const [old, now] = [containersOf(before), containersOf(after)];
  return [...now].flatMap(([name, container]) => {
    const was = old.get(name);
    if (!was) return [];
    const lost = ['livenessProbe', 'readinessProbe', 'startupProbe', 'resources', 'securityContext'].filter(
      (field) => was[field] !== undefined && container[field] === undefined,
    );
    const weaker = [
      ['runAsNonRoot', true],
      ['readOnlyRootFilesystem', true],
      ['allowPrivilegeEscalation', false],
    ].filter(
      ([field, strict]) =>
        was.securityContext?.[field as string] === strict && container.securityContext?.[field as string] !== strict,
    );
    return [
      ...lost.map((field) => `container ${name} lost its ${field}`),
      ...weaker.map(
        ([field]) => `container ${name}: ${field} is no longer ${field === 'allowPrivilegeEscalation' ? 'false' : 'true'}`,
      ),
    ];
  });
}

function warnOfReach(before: KubernetesObject | undefined, after: KubernetesObject): string[] {
  const type = (object: Value) => object?.spec?.type;
  const isOpen = after.kind === 'Service' && ['LoadBalancer', 'NodePort'].includes(type(after)) && type(before) !== type(after);
  const replicas = (object: Value) => object?.spec?.replicas;
  const isOff = before && replicas(after) === 0 && replicas(before) !== 0;
  return [
    ...(isOpen ? [`reachable from outside: Service of type ${type(after)}`] : []),
    ...(isOff ? ['replicas: 0, nothing runs'] : []),
  ];
}

function containersOf(object: Value): Map<string, Value> {
  const pod =
    object.spec?.jobTemplate?.spec?.template?.spec ??
    object.spec?.template?.spec ??
    (object.kind === 'Pod' ? object.spec : undefined);
  return new Map(
    [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map((container: Value) => [container.name, container]),
  );
}

const at = (object: Value, path: string): unknown => path.split('.').reduce((value, key) => value?.[key], object);
