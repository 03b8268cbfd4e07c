// Checks values by kind across templates: what a flag or a parameter takes is asked of every literal, default and output that reaches it.

import { type Kind, parseExpressions } from '../expressions.ts';
import type { WorkflowTemplate } from '../template-schema.ts';
import { type DagTask, dagOf } from './depends.ts';
import { listFlagUses } from './flags.ts';
import { type Entry, type Index, inputsOf, isContainer, isRoot, parametersOf, say } from './index.ts';
import { accepts, findBeginningProblem, findChoiceProblem, findLiteralProblem } from './kinds.ts';
import { type Scope, toSource, wholeReference } from './scope.ts';
import { findSource } from './sources.ts';

/** What a value must be, and who wants it; nobody is named where it is the parameter itself. */
interface Demand {
  readonly kind?: Kind;
  readonly values?: readonly string[];
  readonly by?: string;
}
/** Demands on each input of a template and each parameter of a workflow, by `<workflow>/<template>/<input>` and `<workflow>//<parameter>`. */
export type Demands = ReadonlyMap<string, readonly Demand[]>;

const keyOf = ({ owner, template }: Entry, input: string): string => `${owner.metadata.name}/${template.name}/${input}`;
const parameterKey = ({ metadata }: WorkflowTemplate, name: string): string => `${metadata.name}//${name}`;

/** Templates must not call each other in a circle. */
export function collectDemands(index: Index): Demands {
  const demands = new Map<string, Demand[]>();
  const done = new Set<Entry>();
  const add = (key: string, wanted: readonly Demand[]) => {
    const known = demands.get(key) ?? [];
    // One of each: six steps that take a category want the same.
    const news = wanted.filter(
      (one) => !known.some(({ kind, values }) => kind === one.kind && values?.join() === one.values?.join()),
    );
    demands.set(key, [...known, ...news]);
  };
  const pass = (value: string, entry: Entry, wanted: readonly Demand[]) => {
    const [, where, name = ''] = /^(inputs|workflow)\.parameters\.(.+)$/s.exec(wholeReference(value) ?? '') ?? [];
    if (where === 'inputs') add(keyOf(entry, name), wanted);
    if (where === 'inputs' && isRoot(entry)) add(parameterKey(entry.owner, name), wanted);
    if (where === 'workflow') for (const { root } of index.contextsOf(entry)) add(parameterKey(root, name), wanted);
  };
  const visit = (entry: Entry) => {
    if (done.has(entry)) return;
    done.add(entry);
    if (isRoot(entry))
      for (const { name, enum: values } of parametersOf(entry.owner))
        if (values) add(keyOf(entry, name), [{ values, by: `parameter "${name}" of workflow "${entry.owner.metadata.name}"` }]);
    if (isContainer(entry))
      for (const { flag, kind, value } of listFlagUses(entry.template.container))
        pass(value, entry, [{ kind, by: `${flag} of template "${entry.template.name}"` }]);
    for (const task of entry.template.dag?.tasks ?? []) {
      const callee = index.calleeOf(entry.owner, task);
      if (callee === undefined) continue;
      visit(callee);
      for (const { name, value } of task.arguments?.parameters ?? []) pass(value, entry, demands.get(keyOf(callee, name)) ?? []);
    }
  };
  for (const entry of index.entries) visit(entry);
  return demands;
}

/** Of the defaults and enums of a workflow's parameters. */
export function findDefaultProblems(owner: WorkflowTemplate, demands: Demands): string[] {
  return parametersOf(owner).flatMap(({ name, value, enum: values }, at) => {
    const path = `spec.arguments.parameters[${at}]`;
    const wanted = [...(demands.get(parameterKey(owner, name)) ?? []), ...(values ? [{ values }] : [])];
    return [
      ...(values ?? []).flatMap((one, number) =>
        findMisfits(one, wanted).map((problem) => `${path}.enum[${number}]: ${problem}`),
      ),
      ...(value === undefined ? [] : findMisfits(value, wanted).map((problem) => `${path}.value: ${problem}`)),
    ];
  });
}

/** Of the values that a submission gives: what the steps that take them would refuse. */
export function findGivenProblems(owner: WorkflowTemplate, demands: Demands, given: Readonly<Record<string, string>>): string[] {
  return Object.entries(given).flatMap(([name, value]) =>
    findMisfits(value, demands.get(parameterKey(owner, name)) ?? []).map((problem) => `parameter "${name}": ${problem}`),
  );
}

/** Of a template's defaults, flags, and what its tasks hand on. */
export function findValueProblems(entry: Entry, index: Index, demands: Demands): string[] {
  const uses = isContainer(entry) ? listFlagUses(entry.template.container) : [];
  return [
    ...inputsOf(entry).flatMap(({ name, value }, at) =>
      value === undefined
        ? []
        : findMisfits(value, demands.get(keyOf(entry, name)) ?? []).map((problem) =>
            say(`${entry.path}.inputs.parameters[${at}].value`, entry, problem),
          ),
    ),
    ...uses.flatMap(({ flag, kind, value, at }) =>
      judge(value, [{ kind, by: flag }], { index, entry, sees: 'inputs' }).map((problem) =>
        say(`${entry.path}.container.args[${at}]`, entry, problem),
      ),
    ),
    ...[...dagOf(entry).tasks.values()].flatMap((one) => findHandoverProblems(entry, one, { index, demands })),
  ];
}

function findHandoverProblems(
  entry: Entry,
  { task, path }: DagTask,
  { index, demands }: { index: Index; demands: Demands },
): string[] {
  const callee = index.calleeOf(entry.owner, task);
  const scope: Scope = { index, entry, sees: 'task', task, item: task.withParam !== undefined };
  return (task.arguments?.parameters ?? []).flatMap(({ name, value }, at) => {
    const wanted = callee ? (demands.get(keyOf(callee, name)) ?? []) : [];
    return judge(value, wanted, scope).map((problem) => say(`${path}.arguments.parameters[${at}].value`, entry, problem, task));
  });
}

function judge(value: string, wanted: readonly Demand[], scope: Scope): string[] {
  if (wanted.length === 0) return [];
  const reference = wholeReference(value);
  if (reference !== undefined) return judgeReference(reference, wanted, scope);
  const [first, ...rest] = parseExpressions(value);
  if (rest.length === 0) return findMisfits(value, wanted);
  return wanted.flatMap(({ kind, by }) => {
    const problem = first && 'literal' in first && kind ? findBeginningProblem(first.literal, kind) : undefined;
    return problem === undefined ? [] : [withTaker(problem, by)];
  });
}

function judgeReference(name: string, wanted: readonly Demand[], scope: Scope): string[] {
  const { kind: given, values, parameter } = toSource(findSource(name, scope));
  return wanted.flatMap(({ kind, values: allowed, by }) => {
    // What a parameter may be is asked at the parameter.
    if (kind && parameter === undefined && !accepts(kind, given))
      return [`{{${name}}} is of kind ${given}, but ${by} takes ${kind}`];
    const surplus = allowed && values?.find((one) => !allowed.includes(one));
    return surplus === undefined || parameter !== undefined ? [] : [`{{${name}}} may be "${surplus}", which ${by} does not take`];
  });
}

const findMisfits = (literal: string, wanted: readonly Demand[]): string[] =>
  wanted.flatMap(({ kind, values, by }) => {
    const problem = values ? findChoiceProblem(literal, values) : kind && findLiteralProblem(literal, kind);
    return problem === undefined ? [] : [withTaker(problem, by)];
  });

const withTaker = (problem: string, by: string | undefined): string =>
  by === undefined ? problem : `${problem}, which ${by} takes`;
