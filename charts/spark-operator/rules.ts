// What spark-operator may do. It watches the pipeline's namespace alone and makes no Ingress, so that the controller needs no ClusterRole;
// upstream's: https://github.com/kubeflow/spark-operator/tree/v2.4.0/charts/spark-operator-chart/templates
import type { PolicyRule } from 'cdk8s-plus-28/lib/imports/k8s.js';

const allowed = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources: [...resources],
  verbs: [...verbs],
});

const watch = ['get', 'list', 'watch'] as const;
const change = ['create', 'update', 'patch', 'delete'] as const;
const group = 'sparkoperator.k8s.io';

/** Leads if it holds the lease, and tells so. */
const lead = (lease: string): PolicyRule[] => [
  allowed('coordination.k8s.io', ['leases'], ['create']),
  { ...allowed('coordination.k8s.io', ['leases'], ['get', 'update']), resourceNames: [lease] },
  allowed('', ['events'], ['create', 'update', 'patch']),
];

export const controllerRules = (lease: string) => ({
  platform: lead(lease),
  pipeline: [
    allowed('', ['pods'], [...watch, ...change, 'deletecollection']),
    // A driver's settings, its Service, and the disks of its executors.
    allowed('', ['configmaps', 'services', 'persistentvolumeclaims'], [...watch, ...change]),
    allowed('', ['events'], ['create', 'update', 'patch']),
    allowed(group, ['sparkapplications', 'scheduledsparkapplications', 'sparkconnects'], [...watch, ...change]),
    allowed(
      group,
      ['sparkapplications', 'scheduledsparkapplications', 'sparkconnects'].flatMap((one) => [
        `${one}/status`,
        `${one}/finalizers`,
      ]),
      ['get', 'update', 'patch'],
    ),
  ],
});

/** It keeps its certificate in a Secret, whose name can't be given when it is created. */
export const webhookRules = (lease: string, secret: string) => ({
  platform: [
    ...lead(lease),
    allowed('', ['secrets'], ['create']),
    { ...allowed('', ['secrets'], ['get', 'update']), resourceNames: [secret] },
  ],
  pipeline: [allowed('', ['pods'], watch), allowed(group, ['sparkapplications', 'scheduledsparkapplications'], watch)],
});

/** Fills in the certificate's authority; these objects have no namespace. It asks for them by name, so that rules by name suffice. */
export const webhookClusterRules = (name: string): PolicyRule[] => [
  {
    ...allowed(
      'admissionregistration.k8s.io',
      ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
      [...watch, 'update'],
    ),
    resourceNames: [name],
  },
];
