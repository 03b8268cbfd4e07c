// Steps that several workflows end with: documentation, the prediction service's restart, and what happens on exit.
import { type Step, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { equals, runFailures, runName, runStatus, type Text, text, uri } from './expressions.ts';
import { programs } from './programs.ts';
import { runFile } from './run-files.ts';

export const publishStep = (environment: Environment, of: { category: Text<'category'>; part: Text; after: Step }) =>
  step('publish', programs.publish, {
    args: { category: of.category, dbt: runFile(environment, of.part, 'dbt/'), docs: uri`${environment.buckets.docs}` },
    after: [of.after],
    deadlineMinutes: 30,
  });

/** On one machine the service looks for a new champion by itself; in a cluster its Deployment restarts, and waits until it serves. */
export const refreshSteps = (
  { cluster }: Environment,
  category: Text<'category'>,
  training: Step & { readonly outputs: { readonly version: Text<'text'>; readonly promoted: Text<'boolean'> } },
): Step[] =>
  cluster === undefined
    ? []
    : [
        step('refresh', programs.refresh, {
          args: {
            namespace: text`${cluster.namespaces.platform}`,
            deployment: text`${cluster.predict}`,
            champion: text`${category}-${training.outputs.version}`,
          },
          when: equals(training.outputs.promoted, 'true'),
          deadlineMinutes: 15,
        }),
      ];

/** Tells how the run ended; in a cluster also proves that no Spark pod of it remains. */
export function exitSteps({ cluster }: Environment, workflow: string, category?: Text<'category'>): Step[] {
  const finish = step('finish', programs.finish, {
    args: {
      workflow: text`${workflow}`,
      run: runName,
      status: runStatus,
      failures: runFailures,
      ...(category && { category }),
      ...(cluster && {
        alerts: uri`${cluster.alerts}`,
        link: uri`${cluster.site}/argo/workflows/${cluster.namespaces.pipeline}/${runName}`,
      }),
    },
    deadlineMinutes: 5,
  });
  if (cluster === undefined) return [finish];
  const sparkGone = step('spark-gone', programs.proveSparkGone, {
    args: { namespace: text`${cluster.namespaces.pipeline}`, workflow: runName },
    deadlineMinutes: 10,
  });
  return [sparkGone, finish];
}
