// The policy of the program that finds out where the API server is: until it has, nobody can say where to.
import { KubeNetworkPolicy } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { Construct } from 'constructs';
import { toMetadata, toSelector } from '../constructs/metadata.ts';
import type { WorkloadPolicyProps } from '../constructs/network-policy.ts';

/** To anywhere, from nowhere. */
export class OpenPolicy extends Construct {
  constructor(scope: Construct, id: string, { workload, env }: WorkloadPolicyProps) {
    super(scope, id);
    new KubeNetworkPolicy(this, 'policy', {
      metadata: toMetadata(workload, env),
      spec: { podSelector: { matchLabels: toSelector(workload) }, policyTypes: ['Ingress', 'Egress'], egress: [{}] },
    });
  }
}
