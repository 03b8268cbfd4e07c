// What a run would do, in text: each task with what it waits for, its condition and its command, as far as these are known before.
import { dependsOf } from '../depends.ts';
import { parseExpressions } from '../expressions.ts';
import type { Task, Template, Templates, WorkflowTemplate } from '../template-schema.ts';
import { findTemplate } from './run-template.ts';

type Values = ReadonlyMap<string, string>;

/** One text of several lines. What only a step can tell stands as `<step.output>`. Pure. */
export function toDryRun(root: WorkflowTemplate, templates: Templates, parameters: Readonly<Record<string, string>>): string {
  const workflow = new Map(Object.entries(parameters).map(([name, value]) => [`workflow.parameters.${name}`, value]));
  const inputs = new Map([
    ...workflow,
    ...Object.entries(parameters).map(([name, value]) => [`inputs.parameters.${name}`, value] as const),
  ]);
  const { entrypoint, onExit, templates: own } = root.spec;
  const find = (name: string) => own.find((one) => one.name === name) as Template;
  return [
    `${root.metadata.name}: nothing has run; this is what would`,
    ...describeDag({ templates, owner: root, workflow }, find(entrypoint), inputs),
    ...(onExit === undefined
      ? []
      : ['at the end, however that comes', ...describeDag({ templates, owner: root, workflow }, find(onExit), workflow)]),
  ].join('\n');
}

interface Place {
  readonly templates: Templates;
  readonly owner: WorkflowTemplate;
  readonly workflow: Values;
}

function describeDag(place: Place, { dag, parallelism, synchronization }: Template, values: Values): string[] {
  const held = (synchronization?.mutexes ?? []).map(({ name }) => fill(name, values));
  const notes = [
    ...held.map((name) => `holding the mutex ${name}`),
    ...(parallelism === undefined ? [] : [`${parallelism} at the same time`]),
  ];
  return [
    ...(notes.length > 0 ? [`  (${notes.join('; ')})`] : []),
    ...(dag?.tasks ?? []).flatMap((task) => describeTask(place, task, values)),
  ];
}

function describeTask(place: Place, task: Task, values: Values): string[] {
  const { owner, template } = findTemplate(place.templates, place.owner, task);
  const after = dependsOf(task).tasks;
  const notes = [
    ...(after.length > 0 ? [`after ${after.join(', ')}`] : []),
    ...(task.when === undefined ? [] : [`if ${fill(task.when, values)}`]),
    ...(task.withParam === undefined ? [] : [`for each of ${fill(task.withParam, values)}`]),
    ...(template.dag ? [`workflow ${owner.metadata.name}`] : []),
  ];
  const inputs = new Map([
    ...place.workflow,
    ...(task.arguments?.parameters ?? []).map(({ name, value }) => [`inputs.parameters.${name}`, fill(value, values)] as const),
  ]);
  const inside = template.dag ? describeDag({ ...place, owner }, template, inputs) : [`  ${toCommand(template, inputs)}`];
  return [`  ${task.name}${notes.length > 0 ? `  [${notes.join('; ')}]` : ''}`, ...inside.map((line) => `  ${line}`)];
}

const toCommand = ({ container }: Template, inputs: Values): string =>
  [container?.image.replace(/^.*\//, ''), ...(container?.args ?? []).map((arg) => fill(arg, inputs))]
    .map((word = '') => (/^[\w@%+=:,./<>-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ');

const fill = (text: string, values: Values): string =>
  parseExpressions(text)
    .map((piece) => ('literal' in piece ? piece.literal : (values.get(piece.name) ?? `<${toShort(piece.name)}>`)))
    .join('');

const toShort = (name: string): string =>
  name.replace(/^tasks\.(.*)\.outputs\.parameters\./, '$1.').replace(/^workflow\.|^inputs\.parameters\./, '');
