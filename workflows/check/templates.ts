// The check in place of `argo lint`: names, graphs, references and kinds of all workflows together, at synth and before a run.

import type { Templates, WorkflowTemplate } from '../template-schema.ts';
import { findArgumentProblems } from './arguments.ts';
import { findConditionProblems } from './conditions.ts';
import { findContainerProblems, findMutexProblems } from './containers.ts';
import { dagOf } from './depends.ts';
import { findExpressionProblems, findWorkflowExpressionProblems } from './expressions.ts';
import { findFlagProblems } from './flags.ts';
import { createIndex, type Entry, type Index, isContainer, type Place } from './index.ts';
import { findCallProblems, findNameProblems, findWorkflowNameProblems } from './names.ts';
import { collectDemands, type Demands, findDefaultProblems, findValueProblems } from './values.ts';

/** Every problem by workflow; workflows without any are left out. Each is one line: field, template and task, what is wrong. */
export function findTemplateProblems(templates: Templates, place: Place = {}): ReadonlyMap<string, string[]> {
  const index = createIndex(templates, place);
  const circles = findCallProblems(index);
  // What follows calls would never come to an end in a circle.
  const demands = circles.size > 0 ? undefined : collectDemands(index);
  const problems = new Map<string, string[]>();
  for (const [name, owner] of templates) {
    const circle = circles.get(name);
    const found = [...findWorkflowProblems(owner, index, demands), ...(circle === undefined ? [] : [circle])];
    if (found.length > 0) problems.set(name, found);
  }
  return problems;
}

function findWorkflowProblems(owner: WorkflowTemplate, index: Index, demands: Demands | undefined): string[] {
  return [
    ...findWorkflowNameProblems(owner, index),
    ...findMutexProblems(owner.spec, 'spec'),
    ...(demands ? [...findWorkflowExpressionProblems(owner, index), ...findDefaultProblems(owner, demands)] : []),
    ...index.entries.filter((entry) => entry.owner === owner).flatMap((entry) => findEntryProblems(entry, index, demands)),
  ];
}

function findEntryProblems(entry: Entry, index: Index, demands: Demands | undefined): string[] {
  return [
    ...findNameProblems(entry, index),
    ...dagOf(entry).problems,
    ...findArgumentProblems(entry, index),
    ...findMutexProblems(entry.template, entry.path),
    ...(isContainer(entry) ? [...findFlagProblems(entry, index), ...findContainerProblems(entry, index)] : []),
    ...(demands
      ? [
          ...findExpressionProblems(entry, index),
          ...findConditionProblems(entry, index),
          ...findValueProblems(entry, index, demands),
        ]
      : []),
  ];
}
