// Checks every `{{reference}}` of a workflow, wherever it stands: that it is known there.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { parseExpressions } from '../expressions.ts';
import type { WorkflowTemplate } from '../template-schema.ts';
import { dagOf } from './depends.ts';
import { type Entry, type Index, parametersOf, say } from './index.ts';
import type { Scope } from './scope.ts';
import { findSource } from './sources.ts';

type Visit = (text: string, path: string) => string[];

/** Of a template and its tasks. */
export function findExpressionProblems(entry: Entry, index: Index): string[] {
  const { dag, inputs, outputs, ...others } = entry.template;
  const inScope =
    (scope: Omit<Scope, 'index' | 'entry'>): Visit =>
    (text, path) =>
      findTextProblems(text, { ...scope, index, entry }).map((problem) => say(path, entry, problem, scope.task));
  const { tasks, ...graph } = dag ?? {};
  return [
    ...walk(inputs, `${entry.path}.inputs`, inScope({ sees: 'workflow' })),
    ...walk(outputs, `${entry.path}.outputs`, inScope({ sees: 'outputs' })),
    ...walk(others, entry.path, inScope({ sees: 'inputs' })),
    ...walk(graph, `${entry.path}.dag`, inScope({ sees: 'inputs' })),
    ...[...dagOf(entry).tasks.values()].flatMap(({ task, path }) => {
      const { withParam, ...rest } = task;
      const item = withParam !== undefined;
      return [
        ...walk(rest, path, inScope({ sees: 'task', task, item })),
        ...walk(withParam, `${path}.withParam`, inScope({ sees: 'task', task })),
      ];
    }),
  ];
}

/** Of the workflow's own fields, labels among them, which know nothing but the workflow. */
export function findWorkflowExpressionProblems(owner: WorkflowTemplate, index: Index): string[] {
  const { templates, arguments: given, ...spec } = owner.spec;
  const entry: Entry = { owner, template: { name: 'spec' } as Entry['template'], path: 'spec' };
  const names = parametersOf(owner).map(({ name }) => name);
  const scope: Scope = { index, entry, sees: 'workflow' };
  const asText: Visit = (text, path) => findTextProblems(text, scope).map((problem) => `${path}: ${problem}`);
  const asExpression: Visit = (text, path) =>
    [...text.matchAll(/\bworkflow\.parameters\.([\w-]+)/g)].flatMap(([, name = '']) =>
      names.includes(name) ? [] : [`${path}: "${name}" is not a parameter of this workflow${didYouMean(name, names)}`],
    );
  return [
    // A parameter's values are submitted as they are.
    ...walk(given, 'spec.arguments', (text, path) =>
      path.endsWith('.description') || !text.includes('{{') ? [] : [`${path}: a parameter's value holds no {{…}}`],
    ),
    ...walk(spec, 'spec', (text, path) => (path.endsWith('.expression') ? asExpression(text, path) : asText(text, path))),
  ];
}

function findTextProblems(text: string, scope: Scope): string[] {
  if (!text.includes('{')) return [];
  return parseExpressions(text).flatMap((piece) => {
    if ('name' in piece) {
      const found = findSource(piece.name, scope);
      return 'problem' in found ? [found.problem] : [];
    }
    if (piece.literal.includes('{{')) return ['"{{" without "}}"'];
    const [single] = /\{\s*(?:inputs|workflow|tasks|item)\b[^{}]*\}/.exec(piece.literal) ?? [];
    return single === undefined ? [] : [`${single} is plain text; write {${single}}`];
  });
}

function walk(value: unknown, path: string, visit: Visit): string[] {
  if (typeof value === 'string') return visit(value, path);
  if (Array.isArray(value)) return value.flatMap((one, at) => walk(one, `${path}[${at}]`, visit));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    walk(one, /^\w+$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`, visit),
  );
}
