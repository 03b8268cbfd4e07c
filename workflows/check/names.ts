// Checks that every template that is referred to is there, that no name is there twice, and that templates don't call each other in a circle.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import type { Task, WorkflowTemplate } from '../template-schema.ts';
import { findCycle } from './depends.ts';
import { type Entry, type Index, inputsOf, outputsOf, parametersOf, say } from './index.ts';

/** Of a workflow's own fields: entrypoint, onExit, and names of parameters, volumes and templates. */
export function findWorkflowNameProblems(owner: WorkflowTemplate, index: Index): string[] {
  const { metadata, spec } = owner;
  const names = spec.templates.map(({ name }) => name);
  const parts = [
    ['entrypoint', spec.entrypoint] as const,
    ...(spec.onExit === undefined ? [] : [['onExit', spec.onExit] as const]),
  ];
  return [
    ...parts.flatMap(([field, name]) =>
      index.find(metadata.name, name)?.template.dag
        ? []
        : [
            `spec.${field}: "${name}" is not a DAG of this workflow${didYouMean(
              name,
              names.filter((one) => one !== name),
            )}`,
          ],
    ),
    ...findRepeated(parametersOf(owner), 'spec.arguments.parameters'),
    ...findRepeated(spec.volumes ?? [], 'spec.volumes'),
    ...findRepeated(spec.templates, 'spec.templates'),
  ];
}

/** Of a template: names of its inputs, outputs and tasks, and the templates that its tasks run. */
export function findNameProblems(entry: Entry, index: Index): string[] {
  const { template, path } = entry;
  const tasks = template.dag?.tasks ?? [];
  return [
    ...findRepeated(inputsOf(entry), `${path}.inputs.parameters`, entry),
    ...findRepeated(outputsOf(entry), `${path}.outputs.parameters`, entry),
    ...findRepeated(tasks, `${path}.dag.tasks`, entry),
    ...tasks.flatMap((task, number) => [
      ...findRepeated(task.arguments?.parameters ?? [], `${path}.dag.tasks[${number}].arguments.parameters`, entry),
      ...findCalleeProblems(entry, { task, path: `${path}.dag.tasks[${number}]` }, index),
    ]),
  ];
}

function findCalleeProblems(entry: Entry, { task, path }: { task: Task; path: string }, index: Index): string[] {
  if (index.calleeOf(entry.owner, task)) return [];
  const { template = '', templateRef } = task;
  const namesIn = (workflow: string) => index.templates.get(workflow)?.spec.templates.map(({ name }) => name);
  const [field, problem] =
    templateRef === undefined
      ? ['.template', refuse(template, 'a template of this workflow', namesIn(entry.owner.metadata.name))]
      : index.templates.has(templateRef.name)
        ? [
            '.templateRef.template',
            refuse(templateRef.template, `a template of workflow "${templateRef.name}"`, namesIn(templateRef.name)),
          ]
        : ['.templateRef.name', refuse(templateRef.name, 'a workflow', [...index.templates.keys()])];
  return [say(`${path}${field}`, entry, problem, task)];
}

const refuse = (name: string, expected: string, names: readonly string[] = []): string =>
  `"${name}" is not ${expected}${didYouMean(name, names)}`;

/** Templates that call each other would run for ever. */
export function findCallProblems(index: Index): ReadonlyMap<string, string> {
  const nameOf = (entry: Entry) => `${entry.owner.metadata.name}/${entry.template.name}`;
  const calls = new Map(
    index.entries.map((entry) => [
      nameOf(entry),
      (entry.template.dag?.tasks ?? []).flatMap((task) => {
        const callee = index.calleeOf(entry.owner, task);
        return callee ? [nameOf(callee)] : [];
      }),
    ]),
  );
  const cycle = findCycle(calls);
  const [first] = cycle ?? [];
  if (cycle === undefined || first === undefined) return new Map();
  return new Map([[first.split('/')[0] as string, `spec.templates: templates run each other: ${cycle.join(' → ')}`]]);
}

function findRepeated(items: readonly { readonly name: string }[], path: string, of?: Entry): string[] {
  const seen = new Set<string>();
  return items.flatMap(({ name }, number) => {
    if (seen.has(name))
      return [
        of ? say(`${path}[${number}].name`, of, `"${name}" is there twice`) : `${path}[${number}].name: "${name}" is there twice`,
      ];
    seen.add(name);
    return [];
  });
}
