// What a cluster without a cloud must make for itself, by a Job at each sync: Secrets at random, and policies with the API server's addresses.
import { Chart } from 'cdk8s';
import { KubeJob, KubeRole, KubeRoleBinding } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { Construct } from 'constructs';
import { partOf } from '../apps/contract/names.ts';
import { Account } from './constructs/account.ts';
import { toContainer } from './constructs/container.ts';
import { toMetadata } from './constructs/metadata.ts';
import { toPodTemplate } from './constructs/pod.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { size } from './env/quantities.ts';
import { toPoliciesToMake } from './setup/api-policies.ts';
import { OpenPolicy } from './setup/open-policy.ts';
import { toSecretsToMake } from './setup/random-secrets.ts';
import { besideApiRules, setupRules } from './setup/rules.ts';
import { ownImage, ownUser } from './versions.ts';

const workload = 'setup';

export function createSetup(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const secrets = toSecretsToMake(env);
  const policies = toPoliciesToMake(env);
  new Account(chart, 'account', {
    workload,
    env,
    rules: setupRules(secrets, policies, env),
  });
  createRoleBesideApi(chart, env);
  new OpenPolicy(chart, 'policy', { workload, env });
  const template = toPodTemplate({
    workload,
    env,
    user: ownUser,
    priority: 'platform',
    pool: 'services',
    usesKubernetesApi: true,
    containers: [
      toContainer({
        name: workload,
        image: ownImage(env.registry, workload),
        size: size('20m', '1', '128Mi'),
        command: ['node', 'main.js'],
        args: ['--secrets', JSON.stringify(secrets), '--policies', JSON.stringify(policies)],
      }),
    ],
  });
  new KubeJob(chart, workload, {
    metadata: {
      ...toMetadata(workload, env),
      annotations: { 'argocd.argoproj.io/hook': 'Sync', 'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation' },
    },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: 600,
      template: { ...template, spec: { ...template.spec, containers: template.spec?.containers ?? [], restartPolicy: 'Never' } },
    },
  });
  return chart;
}

/** The API server's own Service is in a namespace that is not ours. */
function createRoleBesideApi(chart: Chart, env: ClusterEnvironment): void {
  const metadata = { ...toMetadata(workload, env), name: `${partOf}-${workload}`, namespace: 'default' };
  new KubeRole(chart, 'role-beside-api', { metadata, rules: besideApiRules });
  new KubeRoleBinding(chart, 'binding-beside-api', {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: workload, namespace: env.namespaces.platform }],
  });
}
