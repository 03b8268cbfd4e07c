// Checks `when`, whose sides must be able to be equal, and `withParam`, which must be a list.

import { parseWhen } from '../when.ts';
import { type DagTask, dagOf } from './depends.ts';
import { type Entry, type Index, say } from './index.ts';
import { findChoiceProblem } from './kinds.ts';
import { type Scope, type Source, toSource, wholeReference } from './scope.ts';
import { findSource } from './sources.ts';

export const findConditionProblems = (entry: Entry, index: Index): string[] =>
  [...dagOf(entry).tasks.values()].flatMap((one) => {
    const { task, path } = one;
    const scope: Scope = { index, entry, sees: 'task', task };
    return [
      ...findWhenProblems(one, { ...scope, item: task.withParam !== undefined }).map((problem) =>
        say(`${path}.when`, entry, problem, task),
      ),
      ...findListProblems(one, scope).map((problem) => say(`${path}.withParam`, entry, problem, task)),
    ];
  });

function findWhenProblems({ task: { when } }: DagTask, scope: Scope): string[] {
  if (when === undefined) return [];
  try {
    return parseWhen(when).flatMap(({ left, right }) => findSideProblems([left, right], scope));
  } catch (error) {
    return [(error as Error).message];
  }
}

function findSideProblems(sides: readonly string[], scope: Scope): string[] {
  const references = sides.flatMap((side) => wholeReference(side) ?? []);
  const words = sides.filter((side) => wholeReference(side) === undefined);
  if (references.length === 0) return [`compares two words; one side must be a {{reference}}`];
  return references.flatMap((name) => {
    const found = findSource(name, scope);
    // An unknown reference is a finding of its own.
    if ('problem' in found) return [];
    const { values, kind, parameter } = found;
    if (values) return words.flatMap((word) => findChoiceProblem(word, values) ?? []);
    if (parameter !== undefined) return [`{{${name}}} may be anything; give the parameter "${parameter}" an enum`];
    return kind === undefined ? [] : [`{{${name}}} is a ${kind}; a condition compares a boolean or one of a few values`];
  });
}

function findListProblems({ task: { withParam } }: DagTask, scope: Scope): string[] {
  if (withParam === undefined) return [];
  const name = wholeReference(withParam);
  if (name === undefined) return isList(withParam) ? [] : ['expected one {{reference}} to a list'];
  const found = findSource(name, scope);
  if ('problem' in found) return [];
  return mayBeList(name, toSource(found)) ? [] : [`{{${name}}} is a ${found.kind}, not a list`];
}

/** Of outputs it is known; a parameter of the kind JSON looks like any other in YAML. */
const mayBeList = (name: string, { kind }: Source): boolean =>
  kind === undefined || kind === 'list' || (kind === 'json' && !name.startsWith('tasks.'));

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
