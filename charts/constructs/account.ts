// A workload's ServiceAccount, its Google identity, and its roles: nothing that is not listed here by the chart.
import {
  KubeClusterRole,
  KubeClusterRoleBinding,
  KubeRole,
  KubeRoleBinding,
  KubeServiceAccount,
  type PolicyRule,
} from 'cdk8s-plus-28/lib/imports/k8s.js';
import { Construct } from 'constructs';
import { partOf, type WorkloadName } from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { namespaceOf, toMetadata } from './metadata.ts';

export interface AccountProps {
  readonly workload: WorkloadName;
  readonly env: ClusterEnvironment;
  /** True where Argo or Spark makes the pods, which then get a token; a pod of ours asks by itself. */
  readonly mountsToken?: boolean;
  /** Rules by the namespace in which they hold. */
  readonly rules?: Readonly<Partial<Record<keyof ClusterEnvironment['namespaces'], readonly PolicyRule[]>>>;
  /** Rules that hold in the whole cluster: each needs a reason beside it. */
  readonly clusterRules?: readonly PolicyRule[];
}

/** Named as its workload. Throws where a rule has a wildcard. */
export class Account extends Construct {
  constructor(scope: Construct, id: string, { workload, env, mountsToken = false, rules = {}, clusterRules = [] }: AccountProps) {
    super(scope, id);
    const identity = env.google?.identities[workload];
    const subject = { kind: 'ServiceAccount', name: workload, namespace: namespaceOf(workload, env) };
    new KubeServiceAccount(this, 'account', {
      metadata: {
        ...toMetadata(workload, env),
        ...(identity === undefined
          ? {}
          : { annotations: { 'iam.gke.io/gcp-service-account': `${identity}@${env.google?.project}.iam.gserviceaccount.com` } }),
      },
      automountServiceAccountToken: mountsToken,
    });
    for (const [key, some] of Object.entries(rules)) {
      const metadata = { ...toMetadata(workload, env), namespace: env.namespaces[key as keyof typeof rules] };
      refuseWildcards(workload, some);
      new KubeRole(this, `role-${key}`, { metadata, rules: [...some] });
      new KubeRoleBinding(this, `binding-${key}`, {
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: workload },
        subjects: [subject],
      });
    }
    if (clusterRules.length === 0) return;
    const { labels } = toMetadata(workload, env);
    const name = `${partOf}-${workload}`;
    refuseWildcards(workload, clusterRules);
    new KubeClusterRole(this, 'cluster-role', { metadata: { name, labels }, rules: [...clusterRules] });
    new KubeClusterRoleBinding(this, 'cluster-binding', {
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [subject],
    });
  }
}

function refuseWildcards(workload: string, rules: readonly PolicyRule[]): void {
  for (const { apiGroups = [], resources = [], verbs } of rules)
    if ([...apiGroups, ...resources, ...verbs].includes('*'))
      throw new Error(`account ${workload}: a rule has "*"; expected each API group, resource and verb by its name`);
}
