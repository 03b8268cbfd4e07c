// What `setup` may do: see and add to the Secrets that it makes, by name; make those that are missing; apply its policies.
import type { PolicyRule } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { ClusterEnvironment } from '../env/environment.ts';
import type { PolicyToMake } from './api-policies.ts';
import type { SecretToMake } from './random-secrets.ts';

const namespaces = ['platform', 'pipeline', 'monitoring'] as const;

export function setupRules(
  secrets: readonly SecretToMake[],
  policies: readonly PolicyToMake[],
  env: ClusterEnvironment,
): Record<(typeof namespaces)[number], PolicyRule[]> {
  const namesIn = (some: readonly { name: string; namespace: string }[], key: (typeof namespaces)[number]) =>
    some.filter(({ namespace }) => namespace === env.namespaces[key]).map(({ name }) => name);
  const rulesOf = (key: (typeof namespaces)[number]): PolicyRule[] => [
    // Rights by name don't hold for what is not there yet.
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: namesIn(secrets, key), verbs: ['get', 'patch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['create'] },
    {
      apiGroups: ['networking.k8s.io'],
      resources: ['networkpolicies'],
      resourceNames: namesIn(policies, key),
      verbs: ['get', 'patch'],
    },
  ];
  return { platform: rulesOf('platform'), pipeline: rulesOf('pipeline'), monitoring: rulesOf('monitoring') };
}

/** In `default`, where the API server's Service and its addresses are. */
export const besideApiRules: PolicyRule[] = [
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: [''], resources: ['services'], resourceNames: ['kubernetes'], verbs: ['get'] },
];
