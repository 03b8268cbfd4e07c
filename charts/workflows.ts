// The pipelines: every workflow as a WorkflowTemplate, and what starts by the clock as a CronWorkflow.
import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { renderWorkflows } from '../workflows/render-workflows.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { toWorkflowEnvironment } from './workflows/cluster-environment.ts';

export function createWorkflows(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, 'workflows');
  const objects = renderWorkflows(toWorkflowEnvironment(env));
  for (const { kind, metadata, ...rest } of objects)
    new ApiObject(chart, `${kind}-${metadata.name}`, { kind, metadata, ...rest });
  return chart;
}
