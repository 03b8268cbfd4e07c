// The cdk8s app: every component of every environment. A new component is one file beside this one and one line below.
import { join } from 'node:path';
import { UserError } from '../apps/platform/errors.ts';
import { localEnvironment } from '../workflows/local-environment.ts';
import { toWorkflowFiles } from '../workflows/render-workflows.ts';
import { createAlertmanager } from './alertmanager.ts';
import { createArgoWorkflows } from './argo-workflows.ts';
import { createArgocd, createArgocdRoot } from './argocd.ts';
import { createCommon } from './common.ts';
import type { Component, EnvironmentName } from './component.ts';
import { createCrds } from './crds.ts';
import { describeChanges } from './describe-changes.ts';
import { readDist, replaceDist } from './dist-folder.ts';
import { createDocs } from './docs.ts';
import { checkEnvironments } from './environments.ts';
import { createGrafana } from './grafana.ts';
import { createLoadBalancer } from './load-balancer.ts';
import { createMetricsExporters } from './metrics-exporters.ts';
import { createMlflow } from './mlflow.ts';
import { createObjects } from './objects.ts';
import { createPostgres } from './postgres.ts';
import { createPredict } from './predict.ts';
import { createPrometheus } from './prometheus.ts';
import { createSetup } from './setup.ts';
import { createSparkOperator } from './spark-operator.ts';
import { findRepeatedNames, synthesize } from './synthesize.ts';
import { createTrigger } from './trigger.ts';
import { createWorkflows } from './workflows.ts';

const clusters: readonly EnvironmentName[] = ['dev', 'prod', 'solo'];
/** Clusters without a cloud. */
const own: readonly EnvironmentName[] = ['solo'];

const parts: readonly Component[] = [
  { component: 'workflows', environments: ['local'], render: () => toWorkflowFiles(localEnvironment) },
  { component: 'crds', environments: clusters, create: createCrds },
  { component: 'common', environments: clusters, create: createCommon },
  { component: 'setup', environments: own, create: createSetup },
  { component: 'objects', environments: own, create: createObjects },
  { component: 'trigger', environments: own, create: createTrigger },
  { component: 'argo-workflows', environments: clusters, create: createArgoWorkflows },
  { component: 'workflows', environments: clusters, create: createWorkflows },
  { component: 'spark-operator', environments: clusters, create: createSparkOperator },
  { component: 'prometheus', environments: clusters, create: createPrometheus },
  { component: 'alertmanager', environments: clusters, create: createAlertmanager },
  { component: 'grafana', environments: clusters, create: createGrafana },
  { component: 'load-balancer', environments: clusters, create: createLoadBalancer },
  { component: 'postgres', environments: clusters, create: createPostgres },
  { component: 'mlflow', environments: clusters, create: createMlflow },
  { component: 'predict', environments: clusters, create: createPredict },
  { component: 'docs', environments: clusters, create: createDocs },
  { component: 'metrics-exporters', environments: clusters, create: createMetricsExporters },
];

/** Argo CD's Applications are about all others, and see their objects: they come last. */
export const components: readonly Component[] = [
  ...parts,
  { component: 'argocd', environments: clusters, create: (scope, env) => createArgocd(scope, env, parts) },
  { component: 'root', environments: clusters, create: createArgocdRoot },
];

/** Builds everything in memory, then replaces `dist` and prints what changed. Throws UserError and leaves `dist` as it was. */
export async function synthesizeInto(dist: string): Promise<void> {
  const files = synthesize(components, checkEnvironments(findRepeatedNames(components)));
  const before = await readDist(dist);
  await replaceDist(dist, files);
  for (const line of describeChanges(before, files)) console.log(line);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  try {
    await synthesizeInto(process.argv[2] ?? join(import.meta.dirname, '..', 'dist'));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`synth: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}
