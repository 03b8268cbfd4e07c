// What the API server asks spark-operator before it stores a pod of Spark or a job, in the pipeline's namespace alone.
// No caBundle: the operator makes its certificate and fills it in.
import {
  KubeMutatingWebhookConfiguration,
  KubeValidatingWebhookConfiguration,
  type MutatingWebhook,
  type RuleWithOperations,
} from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { Construct } from 'constructs';
import { partOf, workloads } from '../../apps/contract/names.ts';
import { namespaceOf, toMetadata } from '../constructs/metadata.ts';
import type { ClusterEnvironment } from '../env/environment.ts';

const workload = 'spark-operator-webhook';
const group = 'sparkoperator.k8s.io';

/** Both configurations have this name: they have no namespace to tell them from others. */
export const webhooksName = `${partOf}-${workload}`;

interface Asked {
  readonly name: string;
  readonly path: string;
  readonly rule: RuleWithOperations;
  /** Labels that the object must have; none asks for each. */
  readonly labels?: Readonly<Record<string, string>>;
}

const jobs = ['sparkapplication', 'scheduledsparkapplication'] as const;

/** Without it a pod of Spark would lack its volumes and its security context. */
const pods: Asked = {
  name: `mutate--v1-pod.${group}`,
  path: '/mutate--v1-pod',
  rule: { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
  labels: { [`${group}/launched-by-spark-operator`]: 'true' },
};

const toJob = (verb: 'mutate' | 'validate', job: (typeof jobs)[number]): Asked => {
  const path = `${verb}-sparkoperator-k8s-io-v1beta2-${job}`;
  return {
    name: `${path}.${group}`,
    path: `/${path}`,
    rule: { apiGroups: [group], apiVersions: ['v1beta2'], resources: [`${job}s`], operations: ['CREATE', 'UPDATE'] },
  };
};

export function createWebhooks(scope: Construct, env: ClusterEnvironment): void {
  const { labels } = toMetadata(workload, env);
  const metadata = { name: webhooksName, labels };
  const toWebhook = (asked: Asked) => toWebhookOf(env, asked);
  new KubeMutatingWebhookConfiguration(scope, 'mutating', {
    metadata,
    webhooks: [pods, ...jobs.map((job) => toJob('mutate', job))].map(toWebhook),
  });
  new KubeValidatingWebhookConfiguration(scope, 'validating', {
    metadata,
    webhooks: jobs.map((job) => toJob('validate', job)).map(toWebhook),
  });
}

function toWebhookOf(env: ClusterEnvironment, { name, path, rule, labels }: Asked): MutatingWebhook {
  return {
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: {
      service: { name: workload, namespace: namespaceOf(workload, env), port: workloads[workload].ports.webhook, path },
    },
    // A job that nobody checked must not start.
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    sideEffects: 'NoneOnDryRun',
    timeoutSeconds: 10,
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': env.namespaces.pipeline } },
    ...(labels === undefined ? {} : { objectSelector: { matchLabels: { ...labels } } }),
    rules: [rule],
  };
}
