// cluster: the steps that talk to Kubernetes. Each task has a file of its own; this one reads flags and signals.
import { z } from 'zod';
import { categoryOption } from '../contract/categories.ts';
import { connect } from '../platform/kubernetes-connection.ts';
import { runProgram } from '../platform/program.ts';
import { takeFlags } from '../platform/task-flags.ts';
import { toUri } from '../platform/uri.ts';
import { championVersion, jsonList, jsonObject, label, name, uid, workflowName } from './flags.ts';
import { refresh } from './refresh.ts';
import { runAndReport } from './run-and-report.ts';
import { proveSparkGone } from './spark-gone.ts';
import { sweep } from './sweep.ts';

await runProgram({
  name: 'cluster',
  description:
    'Runs a Spark job to its end, proves that none is left, sweeps lost ones, or restarts a service for a new champion.',
  options: {
    task: z.enum(['spark-job', 'spark-gone', 'sweep', 'refresh']).describe('spark-job, spark-gone, sweep or refresh'),
    namespace: label.describe('namespace of the objects'),
    workflow: workflowName.optional().describe('spark-job, spark-gone: name of the Workflow that the Spark job belongs to'),
    name: name.optional().describe('spark-job: name of the SparkApplication, the same for each try of a step'),
    spec: jsonObject.optional().describe('spark-job: its spec as JSON, without arguments'),
    arguments: jsonList.optional().describe("spark-job: the application's arguments, a JSON list of texts"),
    category: categoryOption.optional().describe('spark-job: the data set, a label of all that the job is made of'),
    report: z
      .string()
      .transform(toUri)
      .optional()
      .describe("spark-job: URI of the JSON that the application writes; its rows become this step's"),
    ownerUid: uid
      .optional()
      .describe('spark-job, may be left out: uid of the Workflow; its deletion then deletes the SparkApplication'),
    deployment: label.optional().describe('refresh: name of the Deployment'),
    champion: championVersion
      .optional()
      .describe('refresh: version that the pods are to read; the same one again restarts nothing'),
  },
  run: ({ task, ...flags }) => {
    switch (task) {
      case 'spark-job': {
        const needed = ['namespace', 'workflow', 'name', 'category', 'spec', 'arguments', 'report'] as const;
        const { report, category, ...job } = takeFlags(task, flags, needed, ['ownerUid']);
        return runAndReport(connect(), { job: { ...job, category: category.category }, report });
      }
      case 'spark-gone':
        return proveSparkGone(connect(), takeFlags(task, flags, ['namespace', 'workflow']));
      case 'sweep':
        return sweep(connect(), takeFlags(task, flags, ['namespace']));
      case 'refresh':
        return refresh(connect(), takeFlags(task, flags, ['namespace', 'deployment', 'champion']));
    }
  },
});
