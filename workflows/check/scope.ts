// Places where `{{references}}` stand, what is known of them, and the references that every run has.

import {
  isExitField,
  type Kind,
  parseExpressions,
  runCreatedAt,
  runFailureCount,
  runFailures,
  runName,
  runStatus,
  toTaskText,
} from '../expressions.ts';
import type { Task } from '../template-schema.ts';
import type { Entry, Index } from './index.ts';

/** A place where references stand. */
export interface Scope {
  readonly index: Index;
  readonly entry: Entry;
  /** What of the template is known there: in a task what comes before it, in the outputs every task. */
  readonly sees: 'workflow' | 'inputs' | 'task' | 'outputs';
  readonly task?: Task;
  /** Whether the list's element is known. */
  readonly item?: boolean;
}

export interface Source {
  /** Undefined: YAML does not say. */
  readonly kind?: Kind | 'list' | undefined;
  /** The only values that it may have. */
  readonly values?: readonly string[] | undefined;
  /** What each element of a list has. */
  readonly fields?: Readonly<Record<string, Kind>> | undefined;
  /** The workflow's parameter that it is. */
  readonly parameter?: string | undefined;
}
export type Found = Source | { readonly problem: string };

/** By name; those of the exit handler are known there alone. */
export const runReferences = new Map(
  [runName, runCreatedAt, runStatus, runFailures, runFailureCount].map((one) => {
    const [reference] = one.parts;
    const exit = typeof reference === 'object' && isExitField(reference);
    return [wholeReference(toTaskText(one, 'main')) as string, { kind: one.kind, exit }] as const;
  }),
);

/** The name inside a text that is one `{{reference}}` and nothing else. */
export function wholeReference(written: string): string | undefined {
  const [piece, ...rest] = parseExpressions(written);
  return piece && 'name' in piece && rest.length === 0 ? piece.name : undefined;
}

/** What is known of a reference; nothing of an unknown one, which is a finding of its own. */
export const toSource = (found: Found): Source => ('problem' in found ? {} : found);
