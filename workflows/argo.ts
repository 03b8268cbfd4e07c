// Renders a workflow as an Argo WorkflowTemplate: a DAG template, and a container template for each step.
import { dependenciesOf, referencesOf, type Step, type Workflow } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { inputName, resultName, retryExpression, toContainerText, toTaskText } from './expressions.ts';
import { resultFile, scratchMountPath, scratchVolume } from './mounts.ts';

/** The WorkflowTemplate of a workflow, as plain data. */
export function toWorkflowTemplate(workflow: Workflow, environment: Environment) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name: workflow.name, annotations: { 'workflows.argoproj.io/description': workflow.description } },
    spec: {
      entrypoint: 'main',
      arguments: { parameters: Object.entries(workflow.parameters).map(toParameter) },
      volumes: [
        { name: environment.state.volume, persistentVolumeClaim: { claimName: environment.state.claim } },
        { name: scratchVolume, emptyDir: {} },
      ],
      templates: [
        { name: 'main', dag: { tasks: workflow.steps.map(toTask) } },
        ...workflow.steps.map((one) => toContainerTemplate(one, environment)),
      ],
    },
  };
}

function toParameter([name, { description, default: value, enum: allowed }]: [string, Workflow['parameters'][string]]) {
  return {
    name,
    description,
    ...(value === undefined ? {} : { value }),
    ...(allowed === undefined ? {} : { enum: [...allowed] }),
  };
}

function toTask(one: Step) {
  const dependencies = dependenciesOf(one);
  const parameters = referencesOf(one).flatMap((reference) => {
    const name = inputName(reference);
    return name === undefined ? [] : [{ name, value: toTaskText(reference) }];
  });
  return {
    name: one.name,
    template: one.name,
    ...(dependencies.length === 0 ? {} : { dependencies: [...dependencies] }),
    ...(parameters.length === 0 ? {} : { arguments: { parameters } }),
  };
}

function toContainerTemplate(one: Step, environment: Environment) {
  const inputs = referencesOf(one).flatMap((reference) => inputName(reference) ?? []);
  const { limit, firstDelaySeconds, factor, maxMinutes } = environment.retry;
  return {
    name: one.name,
    ...(inputs.length === 0 ? {} : { inputs: { parameters: inputs.map((name) => ({ name })) } }),
    outputs: { parameters: [{ name: resultName, valueFrom: { path: resultFile } }] },
    retryStrategy: {
      limit,
      expression: retryExpression,
      backoff: { duration: `${firstDelaySeconds}s`, factor, maxDuration: `${maxMinutes}m` },
    },
    activeDeadlineSeconds: one.deadlineMinutes * 60,
    container: {
      image: environment.imageOf(one.app),
      command: [...one.command],
      args: toArgs(one),
      volumeMounts: [
        { name: environment.state.volume, mountPath: environment.state.mountPath },
        { name: scratchVolume, mountPath: scratchMountPath },
      ],
    },
  };
}

function toArgs({ args }: Step): string[] {
  const flags = Object.entries(args).flatMap(([key, value]) => {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, toContainerText(value)];
  });
  return [...flags, '--result', resultFile];
}
