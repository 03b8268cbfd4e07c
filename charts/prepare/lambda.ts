// What the lambda needs on Google's side: an account that a role of Amazon's may be, what it may do, and the file that tells it how to sign in.
import type { GoogleEnvironment } from '../env/environment.ts';
import { toCommand } from './shell-words.ts';

/** It asks where the cluster is and enters by its DNS name. What it may do inside is said by the manifests. */
const entering = ['container.clusters.connect', 'container.clusters.get'];
/** Google has no narrower right for the size of a node pool: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools/setSize */
const waking = ['container.clusters.update', 'container.operations.list'];

/** Where the script writes how to sign in; it holds no secret. */
const credentialsPath = ({ name }: GoogleEnvironment) => `.taxiway/lambda-${name}.json`;

export function toLambda(env: GoogleEnvironment): string[] {
  const { account, stack, wakes } = env.google.lambda;
  const role = `taxiway_${env.name.replaceAll('-', '_')}_lambda`;
  const [, , , , amazonAccount = ''] = env.google.amazon.role.split(':');
  const pool = `${env.name}-amazon`;
  return [
    toCommand(['make_account', account]),
    toCommand(['make_role', role, [...entering, ...(wakes === null ? [] : waking)].join()]),
    toCommand(['grant_project', account, `projects/${env.google.project}/roles/${role}`]),
    toCommand(['make_amazon_pool', pool, amazonAccount]),
    toCommand(['bind_amazon_role', account, pool, `arn:aws:sts::${amazonAccount}:assumed-role/${stack}`]),
    toCommand(['write_credentials', account, pool, credentialsPath(env)]),
    'open_dns_endpoint',
  ];
}
