// What a `{{reference}}` stands for where it is written: whether it is known there, its kind, and the values that it may have.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import type { Kind } from '../expressions.ts';
import { commonFlags } from '../programs.ts';
import { type Dag, dagOf } from './depends.ts';
import { findProgram } from './flags.ts';
import { type Entry, type Index, inputsOf, isContainer, isRoot, outputsOf, parametersOf } from './index.ts';
import { valuesOf } from './kinds.ts';
import { type Found, runReferences, type Scope, type Source, toSource, wholeReference } from './scope.ts';

/** Finds what a reference is, or says why it is not known here. */
export function findSource(name: string, scope: Scope): Found {
  const run = runReferences.get(name);
  if (run) return run.exit ? asExitOnly(run.kind, name, scope) : { kind: run.kind };
  const [, kind = '', rest = ''] = /^(inputs\.parameters|workflow\.parameters|tasks|item)\.(.+)$/s.exec(name) ?? [];
  if (kind === 'workflow.parameters') return findParameter(rest, scope);
  if (kind === 'inputs.parameters' && scope.sees !== 'workflow') return findInput(rest, scope);
  if (kind === 'tasks' && (scope.sees === 'task' || scope.sees === 'outputs')) return findOutput(rest, scope);
  if ((name === 'item' || kind === 'item') && scope.item) return findItem(kind === 'item' ? rest : undefined, scope);
  return unknown(name, scope);
}

const unknown = (name: string, scope: Scope): Found => ({
  problem: `{{${name}}} is not known here${didYouMean(name, listKnown(scope))}`,
});

function asExitOnly(kind: Kind, name: string, { index, entry }: Scope): Found {
  return index.contextsOf(entry).every(({ part }) => part === 'exit')
    ? { kind }
    : { problem: `{{${name}}} is known below onExit only` };
}

function findParameter(name: string, scope: Scope): Found {
  const { index, entry } = scope;
  const lacks = index.contextsOf(entry).find(({ root }) => !parametersOf(root).some((one) => one.name === name))?.root;
  if (lacks && lacks !== entry.owner)
    return {
      problem: `{{workflow.parameters.${name}}} is the caller's, and workflow "${lacks.metadata.name}", which runs this template, has no such parameter; make it an input`,
    };
  if (lacks) return unknown(`workflow.parameters.${name}`, scope);
  return index.contextsOf(entry).every(({ root }) => root === entry.owner) ? toParameterSource(entry, name) : {};
}

function findInput(name: string, scope: Scope): Found {
  const { entry } = scope;
  if (!inputsOf(entry).some((one) => one.name === name)) return unknown(`inputs.parameters.${name}`, scope);
  return isRoot(entry) ? toParameterSource(entry, name) : {};
}

function toParameterSource({ owner }: Entry, name: string): Source {
  const parameter = parametersOf(owner).find((one) => one.name === name);
  if (parameter === undefined) return { parameter: name };
  const isBoolean = ['true', 'false'].includes(parameter.value ?? '');
  const values = parameter.enum ?? (isBoolean ? valuesOf('boolean') : undefined);
  return { parameter: name, values, kind: values?.every((one) => valuesOf('boolean')?.includes(one)) ? 'boolean' : undefined };
}

function findOutput(rest: string, scope: Scope): Found {
  const dag = dagOf(scope.entry);
  const [, name = '', output = ''] = /^([^.]+)\.outputs\.parameters\.(.+)$/s.exec(rest) ?? [];
  const before = dag.tasks.get(name);
  const callee = before && scope.index.calleeOf(scope.entry.owner, before.task);
  // A task whose template is missing is a finding of its own.
  if (before && callee === undefined) return {};
  if (before === undefined || callee === undefined || !outputsOf(callee).some((one) => one.name === output))
    return unknown(`tasks.${rest}`, scope);
  const visible = listVisible(scope, dag);
  if (!visible.before.has(name))
    return { problem: `{{tasks.${rest}}}: "${name}" does not come before "${scope.task?.name}"; let it depend on "${name}"` };
  if (!visible.succeeded.has(name))
    return {
      problem:
        scope.sees === 'outputs'
          ? `{{tasks.${rest}}}: "${name}" may be skipped, and then has no outputs`
          : `{{tasks.${rest}}}: "${name}" may end without outputs, for example skipped; write depends: ${name}.Succeeded`,
    };
  return before.task.withParam === undefined ? toOutputSource(scope.index, callee, output) : { kind: 'list' };
}

const listVisible = ({ sees, task }: Scope, dag: Dag) =>
  sees === 'task' && task
    ? { before: dag.listBefore(task.name), succeeded: dag.listSucceeded(task.name) }
    : { before: new Set(dag.tasks.keys()), succeeded: dag.always };

/** What a template's output is, followed through DAGs to the program that writes it. */
function toOutputSource(index: Index, entry: Entry, name: string): Source {
  const valueFrom = outputsOf(entry).find((one) => one.name === name)?.valueFrom;
  if (valueFrom && 'path' in valueFrom && isContainer(entry)) {
    const program = findProgram(entry.template.container);
    if (program === undefined || 'problem' in program) return {};
    const { args = [] } = entry.template.container;
    if (args[args.indexOf(commonFlags.result) + 1] === valueFrom.path) return { kind: 'json' };
    const file = valueFrom.path.split('/').at(-1) as string;
    const output = Object.hasOwn(program.outputs, file) ? program.outputs[file] : undefined;
    if (typeof output === 'object') return { kind: 'list', fields: output.each };
    return { kind: output, values: valuesOf(output) };
  }
  const inner = valueFrom && 'parameter' in valueFrom ? wholeReference(valueFrom.parameter) : undefined;
  // Templates that call each other in a circle are a finding of their own.
  if (inner === undefined || !inner.startsWith('tasks.')) return {};
  return toSource(findSource(inner, { index, entry, sees: 'outputs' }));
}

function findItem(field: string | undefined, scope: Scope): Found {
  const list = wholeReference(scope.task?.withParam ?? '');
  const source = list === undefined ? {} : toSource(findSource(list, { ...scope, item: false }));
  if (field === undefined) return source.fields ? { kind: 'json' } : {};
  if (source.fields === undefined) return {};
  const kind = Object.hasOwn(source.fields, field) ? source.fields[field] : undefined;
  return kind ? { kind, values: valuesOf(kind) } : unknown(`item.${field}`, scope);
}

/** Names that are known in a place, for whoever misspelt one. */
function listKnown(scope: Scope): string[] {
  const { entry, index, sees } = scope;
  const outputs = sees === 'task' || sees === 'outputs' ? listOutputs(scope) : [];
  return [
    ...runReferences.keys(),
    ...parametersOf(entry.owner).map(({ name }) => `workflow.parameters.${name}`),
    ...(sees === 'workflow' ? [] : inputsOf(entry).map(({ name }) => `inputs.parameters.${name}`)),
    ...outputs,
    ...(scope.item ? listItemFields(scope) : []),
  ].filter((name) => !runReferences.get(name)?.exit || index.contextsOf(entry).every(({ part }) => part === 'exit'));
}

function listOutputs(scope: Scope): string[] {
  const { before } = listVisible(scope, dagOf(scope.entry));
  return [...dagOf(scope.entry).tasks.values()].flatMap(({ task }) => {
    const callee = before.has(task.name) ? scope.index.calleeOf(scope.entry.owner, task) : undefined;
    return callee ? outputsOf(callee).map(({ name }) => `tasks.${task.name}.outputs.parameters.${name}`) : [];
  });
}

function listItemFields(scope: Scope): string[] {
  const list = wholeReference(scope.task?.withParam ?? '');
  const { fields = {} } = list === undefined ? {} : toSource(findSource(list, { ...scope, item: false }));
  return ['item', ...Object.keys(fields).map((field) => `item.${field}`)];
}
