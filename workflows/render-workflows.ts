// Every workflow of an environment as WorkflowTemplates and CronWorkflows, and as the bytes of files.
import { pipelineWorkloads } from '../apps/contract/names.ts';
import { toYaml } from '../apps/platform/yaml.ts';
import { toCronWorkflow, toWorkflowTemplate } from './argo.ts';
import { createBackfill } from './backfill.ts';
import { createBatch } from './batch.ts';
import { checkRendered } from './check/rendered.ts';
import type { Workflow } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { createFreshness } from './freshness.ts';
import { createFullRefresh } from './full-refresh.ts';
import { createLambdaIntegrationTest } from './lambda-integration-test.ts';
import { createSweep } from './sweep.ts';

/** Workflows of this environment. */
export const createWorkflows = (environment: Environment): Workflow[] => [
  createBatch(environment),
  createFullRefresh(environment),
  createBackfill(environment),
  createFreshness(environment),
  createLambdaIntegrationTest(environment),
  ...(environment.cluster ? [createSweep(environment.cluster.namespaces.pipeline)] : []),
];

/** What a cluster starts by itself, in UTC; on one machine somebody does. */
const schedules: Readonly<Record<string, string>> = { freshness: '23 5 * * *', sweep: '*/15 * * * *' };

/** Objects as plain data, templates first. Throws UsageError with everything that does not resolve. */
export function renderWorkflows(environment: Environment) {
  const all = createWorkflows(environment);
  const templates = all.map((workflow) => toWorkflowTemplate(workflow, environment));
  const scheduled = environment.cluster ? all.filter(({ name }) => Object.hasOwn(schedules, name)) : [];
  const objects = [
    ...templates,
    ...scheduled.map((workflow) => toCronWorkflow(workflow, environment, schedules[workflow.name] as string)),
  ];
  checkRendered(objects, { accounts: pipelineWorkloads });
  return objects;
}

/** Names of files and their YAML, the same bytes on every machine. */
export const toWorkflowFiles = (environment: Environment): ReadonlyMap<string, string> =>
  new Map(renderWorkflows(environment).map((one) => [`${one.metadata.name}.yaml`, toYaml([one])]));
