// What all components stand on: namespaces and their limits, disks, priorities, and the pipeline's accounts and facts.
import { Chart } from 'cdk8s';
import {
  KubeConfigMap,
  KubeLimitRange,
  KubeNamespace,
  KubeNetworkPolicy,
  KubePersistentVolumeClaim,
  KubePriorityClass,
  KubeResourceQuota,
  Quantity,
} from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { Construct } from 'constructs';
import {
  type ClaimOwner,
  claims,
  ownClaims,
  type priorityClasses as Priorities,
  pipelineConfigMap,
  pipelineWorkloads,
  priorityClasses,
} from '../apps/contract/names.ts';
import { LambdaAccess } from './common/lambda-access.ts';
import { toPipelineFacts } from './common/pipeline-facts.ts';
import { pipelineRules } from './common/pipeline-rules.ts';
import { Account } from './constructs/account.ts';
import { keepAnnotation, toLabels, toMetadata } from './constructs/metadata.ts';
import { WorkloadPolicy } from './constructs/network-policy.ts';
import { toStorageClass } from './constructs/storage-class.ts';
import { type ClusterEnvironment, isOnGoogle } from './env/environment.ts';

const component = 'common';
/** The namespaces that are ours; Argo CD's own stands before us. */
const ours = ['platform', 'pipeline', 'monitoring'] as const;

export function createCommon(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, component);
  createPriorities(chart);
  for (const key of ours) createNamespace(chart, env.namespaces[key]);
  createQuota(chart, env);
  // CloudNativePG makes a claim for each instance.
  for (const owner of Object.keys(claims) as ClaimOwner[])
    if (owner !== 'postgres' || env.database === 'statefulset')
      createClaim(chart, env, { metadata: toMetadata(owner, env, claims[owner]), storage: env.disks[owner] });
  if (env.ownDisks) createOwnClaims(chart, env, env.ownDisks);
  for (const workload of pipelineWorkloads) {
    const rules = pipelineRules[workload];
    new Account(chart, `account-${workload}`, {
      workload,
      env,
      mountsToken: rules !== undefined,
      ...(rules && { rules }),
    });
    new WorkloadPolicy(chart, `policy-${workload}`, { workload, env });
  }
  if (isOnGoogle(env)) new LambdaAccess(chart, 'lambda', { env });
  new KubeConfigMap(chart, pipelineConfigMap, {
    metadata: { name: pipelineConfigMap, namespace: env.namespaces.pipeline, labels: toLabels(pipelineConfigMap, component) },
    data: toPipelineFacts(env),
  });
  return chart;
}

/** Values far apart, so that one fits between; preemption only by what people wait for. */
const priorities: Readonly<Record<keyof typeof Priorities, { value: number; description: string }>> = {
  batch: { value: 1000, description: 'Steps, Spark and training: they wait, and are retried.' },
  service: { value: 100_000, description: 'What people look at.' },
  platform: { value: 200_000, description: 'What the others need: Postgres, the workflow controller, the operator.' },
};

function createPriorities(chart: Chart): void {
  for (const [key, { value, description }] of Object.entries(priorities)) {
    const name = priorityClasses[key as keyof typeof priorities];
    new KubePriorityClass(chart, name, {
      metadata: { name, labels: toLabels(name, component) },
      value,
      description,
      globalDefault: false,
      preemptionPolicy: key === 'batch' ? 'Never' : 'PreemptLowerPriority',
    });
  }
}

/** Pod Security "restricted", no traffic but by an edge, and a size for pods that state none. */
function createNamespace(chart: Chart, name: string): void {
  const level = { enforce: 'restricted', audit: 'restricted', warn: 'restricted' };
  new KubeNamespace(chart, `namespace-${name}`, {
    metadata: {
      name,
      labels: {
        ...toLabels(name, component),
        ...Object.fromEntries(Object.entries(level).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value])),
      },
      annotations: keepAnnotation,
    },
  });
  new KubeNetworkPolicy(chart, `default-deny-${name}`, {
    metadata: { name: 'default-deny', namespace: name, labels: toLabels('default-deny', component) },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  new KubeLimitRange(chart, `limits-${name}`, {
    metadata: { name: 'default-size', namespace: name, labels: toLabels('default-size', component) },
    spec: {
      limits: [
        {
          type: 'Container',
          defaultRequest: { cpu: Quantity.fromString('50m'), memory: Quantity.fromString('128Mi') },
          default: { cpu: Quantity.fromString('500m'), memory: Quantity.fromString('128Mi') },
        },
      ],
    },
  });
}

/** The pipeline's pods come and go by data; a wrong month must not fill the cluster. */
function createQuota(chart: Chart, env: ClusterEnvironment): void {
  const { cpu, memory, pods } = env.pipelineQuota;
  new KubeResourceQuota(chart, 'quota', {
    metadata: { name: 'pipeline', namespace: env.namespaces.pipeline, labels: toLabels('pipeline', component) },
    spec: {
      hard: {
        'requests.cpu': Quantity.fromString(cpu),
        'requests.memory': Quantity.fromString(memory),
        pods: Quantity.fromNumber(pods),
      },
    },
  });
}

function createOwnClaims(chart: Chart, env: ClusterEnvironment, disks: NonNullable<ClusterEnvironment['ownDisks']>): void {
  createClaim(chart, env, { metadata: toMetadata('objects', env, ownClaims.objects), storage: disks.objects });
  // Of the pipeline's namespace: its pods mount it.
  const metadata = { ...toMetadata('step', env, ownClaims.warehouse), labels: toLabels(ownClaims.warehouse, component) };
  createClaim(chart, env, { metadata, storage: disks.warehouse });
}

interface ClaimProps {
  readonly metadata: ReturnType<typeof toMetadata>;
  readonly storage: string;
}

function createClaim(chart: Chart, env: ClusterEnvironment, { metadata, storage }: ClaimProps): void {
  new KubePersistentVolumeClaim(chart, metadata.name, {
    metadata: {
      ...metadata,
      // Bound only when its first pod comes, which waits for this Application to be healthy.
      annotations: { ...keepAnnotation, 'argocd.argoproj.io/ignore-healthcheck': 'true' },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...toStorageClass(env),
      resources: { requests: { storage: Quantity.fromString(storage) } },
    },
  });
}
