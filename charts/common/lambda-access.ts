// What the lambda may do in the cluster, as which it is no pod: to the API server it is the user that its Google service account is.
import {
  KubeClusterRole,
  KubeClusterRoleBinding,
  KubeRole,
  KubeRoleBinding,
  type PolicyRule,
} from 'cdk8s-plus-28/lib/imports/k8s.js';
import { Construct } from 'constructs';
import { partOf } from '../../apps/contract/names.ts';
import { toLabels } from '../constructs/metadata.ts';
import type { GoogleEnvironment } from '../env/environment.ts';

const name = 'lambda';
/** One object, one workflow: it looks whether the template is there, notes the object's version in a Lease, and creates the workflow. */
const startWorkflows: PolicyRule[] = [
  { apiGroups: ['argoproj.io'], resources: ['workflowtemplates'], verbs: ['get'] },
  { apiGroups: ['argoproj.io'], resources: ['workflows'], verbs: ['create', 'get'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
];
/** Nodes are in no namespace; it sees whether a pool that it wakes has any. */
const seeNodes: PolicyRule[] = [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }];

export class LambdaAccess extends Construct {
  constructor(scope: Construct, id: string, { env }: { readonly env: GoogleEnvironment }) {
    super(scope, id);
    const labels = toLabels(name, 'common');
    const metadata = { name, namespace: env.namespaces.pipeline, labels };
    const apiGroup = 'rbac.authorization.k8s.io';
    const subjects = [
      { kind: 'User', apiGroup, name: `${env.google.lambda.account}@${env.google.project}.iam.gserviceaccount.com` },
    ];
    new KubeRole(this, 'role', { metadata, rules: startWorkflows });
    new KubeRoleBinding(this, 'binding', { metadata, roleRef: { apiGroup, kind: 'Role', name }, subjects });
    if (env.google.lambda.wakes === null) return;
    const wide = { name: `${partOf}-${name}`, labels };
    new KubeClusterRole(this, 'cluster-role', { metadata: wide, rules: seeNodes });
    new KubeClusterRoleBinding(this, 'cluster-binding', {
      metadata: wide,
      roleRef: { apiGroup, kind: 'ClusterRole', name: wide.name },
      subjects,
    });
  }
}
