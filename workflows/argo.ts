// Renders a workflow as an Argo WorkflowTemplate: a DAG template, a container template for each step, and the exit handler.
import { runLabels } from '../apps/contract/names.ts';
import { type Call, conditionsOf, dependenciesOf, type Step, type Task, textsOf, type Workflow } from './define-workflow.ts';
import type { Ending } from './depends.ts';
import type { Environment } from './environment.ts';
import {
  inputName,
  type Reference,
  referencesIn,
  resultName,
  retryExpression,
  toContainerText,
  toLabelExpression,
  toTaskText,
  toWhen,
} from './expressions.ts';
import { outputsFolder, resultFile, scratchMountPath, scratchVolume } from './mounts.ts';
import { commonFlags, toFlag } from './programs.ts';

/** The WorkflowTemplate of a workflow, as plain data. */
export function toWorkflowTemplate(workflow: Workflow, environment: Environment) {
  const { cluster } = environment;
  const { onExit, tasks } = workflow;
  const steps = [...tasks, ...onExit].filter((task): task is Step => 'program' in task);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: {
      name: workflow.name,
      ...(cluster && { namespace: cluster.namespaces.pipeline, labels: cluster.labelsOf(workflow.name) }),
      annotations: { 'workflows.argoproj.io/description': workflow.description },
    },
    spec: {
      entrypoint: 'main',
      ...(onExit.length > 0 && { onExit: 'exit' }),
      arguments: { parameters: Object.entries(workflow.parameters).map(toParameter) },
      activeDeadlineSeconds: workflow.deadlineHours * 3600,
      ...toLabels(workflow),
      volumes: [...environment.volumes, { name: scratchVolume, emptyDir: cluster ? { sizeLimit: '20Gi' } : {} }],
      templates: [
        toMain(workflow),
        ...(onExit.length > 0 ? [toExit(onExit)] : []),
        ...steps.map((one) => toContainerTemplate(one, environment)),
      ],
    },
  };
}

/** What starts a workflow by the clock; a run that is late waits for no other. */
export function toCronWorkflow({ name, description }: Workflow, { cluster }: Environment, schedule: string) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: {
      name,
      ...(cluster && { namespace: cluster.namespaces.pipeline, labels: cluster.labelsOf(name) }),
      annotations: { 'workflows.argoproj.io/description': description },
    },
    spec: {
      schedules: [schedule],
      timezone: 'UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      workflowSpec: { workflowTemplateRef: { name } },
    },
  };
}

function toLabels({ parameters }: Workflow) {
  const labels = Object.entries(runLabels).filter(([name]) => Object.hasOwn(parameters, name));
  // A label takes fewer characters than a text that the lambda's test compares.
  if (labels.length === 0 || parameters.category?.kind === 'text') return {};
  const entries = labels.map(([name, label]) => [label, { expression: toLabelExpression(name) }]);
  return { workflowMetadata: { labelsFrom: Object.fromEntries(entries) } };
}

function toParameter([name, { description, default: value, enum: allowed }]: [string, Workflow['parameters'][string]]) {
  return {
    name,
    description,
    ...(value === undefined ? {} : { value }),
    ...(allowed === undefined ? {} : { enum: [...allowed] }),
  };
}

function toMain({ parameters, tasks, results, mutex, parallelism }: Workflow) {
  return {
    name: 'main',
    inputs: { parameters: Object.keys(parameters).map((name) => ({ name })) },
    ...(Object.keys(results).length > 0 && {
      outputs: {
        parameters: Object.entries(results).map(([name, value]) => ({
          name,
          valueFrom: { parameter: toTaskText(value, 'main') },
        })),
      },
    }),
    ...(mutex && toSynchronization(toTaskText(mutex, 'main'))),
    ...(parallelism !== undefined && { parallelism }),
    // Argo would start what is due beside a failure, or not: what does not need it goes on.
    dag: { failFast: false, tasks: tasks.map((task) => toTask(task, 'main')) },
  };
}

/** Every part of the end runs, whatever happens to the others. */
const toExit = (onExit: readonly Step[]) => ({
  name: 'exit',
  dag: { failFast: false, tasks: onExit.map((task) => toTask(task, 'exit')) },
});

function toTask(task: Task, dag: 'main' | 'exit') {
  const depends = toDepends(task);
  const parameters = 'program' in task ? toStepArguments(task, dag) : toCallArguments(task, dag);
  return {
    name: task.name,
    ...('program' in task ? { template: task.name } : { templateRef: { name: task.workflow.name, template: 'main' } }),
    ...(depends !== '' && { depends }),
    ...(conditionsOf(task).length > 0 && { when: toWhen(conditionsOf(task)) }),
    ...('each' in task && { withParam: toTaskText(task.each.of, dag) }),
    ...(parameters.length === 0 ? {} : { arguments: { parameters } }),
  };
}

/** What a task waits for, as `depends` says it. */
const toDepends = (task: Task): string =>
  [
    ...dependenciesOf(task).map((name) => `${name}.Succeeded`),
    ...(task.afterUnlessSkipped ?? []).map(({ name }) => toAnyOf(name, ['Succeeded', 'Skipped'])),
    ...(task.afterEndOf ?? []).map(({ name }) => toAnyOf(name, allEndings)),
  ].join(' && ');
const toAnyOf = (name: string, endings: readonly Ending[]) => `(${endings.map((ending) => `${name}.${ending}`).join(' || ')})`;
const allEndings: readonly Ending[] = ['Succeeded', 'Failed', 'Errored', 'Skipped', 'Omitted'];

const toStepArguments = (task: Step, dag: 'main' | 'exit') =>
  inputsOf(task).map(([name, reference]) => ({ name, value: toTaskText({ kind: 'text', parts: [reference] }, dag) }));

const toCallArguments = ({ args }: Call, dag: 'main' | 'exit') =>
  Object.entries(args).map(([name, value]) => ({ name, value: toTaskText(value, dag) }));

function inputsOf(of: Step): [name: string, reference: Reference][] {
  return referencesIn(textsOf(of)).flatMap((reference): [string, Reference][] => {
    const name = inputName(reference);
    return name === undefined ? [] : [[name, reference]];
  });
}

function toContainerTemplate(one: Step, environment: Environment) {
  const inputs = inputsOf(one);
  const { limit, firstDelaySeconds, factor } = environment.retry;
  const args = toArgs(one);
  const used = environment.mounts.filter(({ mountPath }) => args.some((arg) => arg.includes(mountPath)));
  const place = environment.cluster?.placeOf({ workload: one.workload ?? 'step', app: one.program.app });
  return {
    name: one.name,
    ...(inputs.length === 0 ? {} : { inputs: { parameters: inputs.map(([name]) => ({ name })) } }),
    outputs: {
      parameters: [
        { name: resultName, valueFrom: { path: resultFile } },
        ...Object.keys(one.program.outputs).map((name) => ({ name, valueFrom: { path: `${outputsFolder}/${name}` } })),
      ],
    },
    ...(one.mutex && toSynchronization(toContainerText(one.mutex))),
    retryStrategy: {
      limit,
      expression: retryExpression,
      // No longest duration: Argo counts the attempts' own time, too, and ends the last ones by it.
      backoff: { duration: `${firstDelaySeconds}s`, factor },
    },
    activeDeadlineSeconds: one.deadlineMinutes * 60,
    ...place?.template,
    container: {
      image: environment.imageOf(one.program.app),
      command: [...one.program.command],
      args,
      ...place?.container,
      volumeMounts: [...used, ...(place?.mounts ?? []), { name: scratchVolume, mountPath: scratchMountPath }],
    },
  };
}

const toSynchronization = (name: string) => ({ synchronization: { mutexes: [{ name }] } });

function toArgs({ args, program }: Step): string[] {
  const flags = Object.entries({ ...program.fixed, ...args }).flatMap(([key, value]) => {
    const flag = toFlag(key);
    if (value === undefined) return [];
    return value === true ? [flag] : [flag, typeof value === 'string' ? value : toContainerText(value)];
  });
  const outputs = Object.keys(program.outputs).length > 0 ? [commonFlags.outputs, outputsFolder] : [];
  return [...flags, commonFlags.result, resultFile, ...outputs];
}
