// The only file that writes Argo's `{{…}}`: typed references, the text that holds them, and how both look in YAML.
import { retriedExitCodes } from './retried-exit-codes.ts';

/** What a value is. A flag of kind `text` takes any; every other takes its own kind alone. */
export type Kind = 'text' | 'uri' | 'path' | 'category' | 'month' | 'time' | 'number' | 'boolean' | 'json';

export type Reference =
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'output'; readonly step: string; readonly name: string }
  | { readonly kind: 'item'; readonly field: string }
  | { readonly kind: 'run'; readonly field: RunField };

/** Literal pieces and references, in order. A bare string is no Text: `text` makes one, and refuses raw expressions. */
export interface Text<K extends Kind = Kind> {
  readonly kind: K;
  readonly parts: readonly (string | Reference)[];
}

/** An argument of a program takes 128 KiB: of a list that grows with the months its beginning is handed over, and how many there are. */
const longestFailures = 16_000;

const runFields = {
  name: 'workflow.name',
  createdAt: 'workflow.creationTimestamp.RFC3339',
  status: 'workflow.status',
  failures: `=workflow.failures[0:${longestFailures}]`,
  // Each step and graph has retries, so that its first attempt is the node `name(0)`.
  failureCount: "=len(split(workflow.failures, '(0)')) - 1",
} as const;
type RunField = keyof typeof runFields;
/** What only an exit handler can know. */
const exitFields: readonly RunField[] = ['status', 'failures', 'failureCount'];

const ofRun = <K extends Kind>(kind: K, field: RunField): Text<K> => ({ kind, parts: [{ kind: 'run', field }] });
/** The run's own name: unique, and kept by retries. */
export const runName = ofRun('text', 'name');
/** When the run was created, RFC 3339 in UTC; the clock of every step, kept by retries. */
export const runCreatedAt = ofRun('time', 'createdAt');
/** For exit handlers: Succeeded, Failed or Error. */
export const runStatus = ofRun('text', 'status');
/** For exit handlers: the steps that failed, as a JSON list which may be cut at its end. */
export const runFailures = ofRun('json', 'failures');
/** For exit handlers: how many steps failed, and graphs of which a part failed. */
export const runFailureCount = ofRun('number', 'failureCount');
/** The values of both, given the whole list, which the local runner writes as Argo does. */
export const toFailureValues = (failures: readonly object[]): [name: string, value: string][] => [
  [runFields.failures, JSON.stringify(failures).slice(0, longestFailures)],
  [runFields.failureCount, String(failures.length)],
];

/** A parameter of the workflow. */
export const parameter = <K extends Kind>(name: string, kind: K): Text<K> => ({ kind, parts: [{ kind: 'parameter', name }] });
/** What a step wrote as the output of that name. */
export const outputOf = <K extends Kind>(step: string, name: string, kind: K): Text<K> => ({
  kind,
  parts: [{ kind: 'output', step, name }],
});
/** A field of the list's element that this run of a step is for. */
export const itemField = <K extends Kind>(field: string, kind: K): Text<K> => ({ kind, parts: [{ kind: 'item', field }] });

const tagOf =
  <K extends Kind>(kind: K) =>
  (literals: TemplateStringsArray, ...values: readonly (string | Text)[]): Text<K> => {
    const parts = literals.flatMap((literal, index) => {
      const value = values[index];
      return [literal, ...(value === undefined ? [] : typeof value === 'string' ? [value] : value.parts)];
    });
    for (const part of parts) if (typeof part === 'string') refuseRawExpression(part);
    return { kind, parts: parts.filter((part) => part !== '') };
  };

/** Template tags: uri`${folder}${category}/` joins strings and references. They throw for a raw `{{…}}`. */
export const text = tagOf('text');
export const uri = tagOf('uri');
export const path = tagOf('path');
export const number = tagOf('number');
export const json = tagOf('json');

/** Throws where a literal opens an expression. */
export function refuseRawExpression(literal: string): void {
  if (literal.includes('{{')) {
    throw new Error(
      `${JSON.stringify(literal)}: raw expressions are refused; use a parameter, a step's output or a value of workflows/expressions.ts`,
    );
  }
}

/** References of texts, each once, in order of use. */
export function referencesIn(texts: readonly Text[]): readonly Reference[] {
  const all = texts.flatMap(({ parts }) => parts.filter((part) => typeof part !== 'string'));
  return [...new Map(all.map((reference) => [JSON.stringify(reference), reference])).values()];
}

export const isExitField = (reference: Reference): boolean => reference.kind === 'run' && exitFields.includes(reference.field);

/** The input parameter through which a step's container receives a reference; undefined for what Argo knows everywhere. */
export function inputName(reference: Reference): string | undefined {
  if (reference.kind === 'run') return isExitField(reference) ? reference.field : undefined;
  if (reference.kind === 'item') return reference.field;
  return reference.kind === 'parameter' ? reference.name : `${reference.step}-${reference.name}`;
}

/** A text as a container template holds it: references go through the template's inputs. */
export function toContainerText(value: Text): string {
  return join(value, (reference) => {
    const input = inputName(reference);
    return input === undefined ? toRunText(reference) : `inputs.parameters.${input}`;
  });
}

/** A text as a task of the DAG passes it on: parameters are the DAG's inputs; an exit handler, which has none, reads the workflow's. */
export function toTaskText(value: Text, dag: 'main' | 'exit'): string {
  return join(value, (reference) => {
    if (reference.kind === 'run') return toRunText(reference);
    if (reference.kind === 'item') return `item.${reference.field}`;
    if (reference.kind === 'output') return `tasks.${reference.step}.outputs.parameters.${reference.name}`;
    return `${dag === 'main' ? 'inputs' : 'workflow'}.parameters.${reference.name}`;
  });
}

/** A task's condition: the text equals one of the values that it may have, or does not. */
export interface Condition {
  readonly left: Text;
  readonly right: string;
  readonly negated?: true;
}
export const equals = <K extends 'boolean' | 'text'>(
  left: Text<K>,
  right: K extends 'boolean' ? 'true' | 'false' : string,
): Condition => ({ left, right });
export const differs = (left: Text<'category'>, right: string): Condition => ({ left, right, negated: true });
/** All of the conditions hold. */
export const toWhen = (conditions: readonly Condition[]): string =>
  conditions.map(({ left, right, negated }) => `${toTaskText(left, 'main')} ${negated ? '!=' : '=='} ${right}`).join(' && ');

/** The workflow's labels come from its parameters: https://argo-workflows.readthedocs.io/en/latest/workflow-of-workflows/ */
export const toLabelExpression = (name: string): string => `workflow.parameters.${name}`;

const toRunText = (reference: Reference): string => (reference.kind === 'run' ? runFields[reference.field] : '');
const join = ({ parts }: Text, write: (reference: Reference) => string): string =>
  parts.map((part) => (typeof part === 'string' ? part : `{{${write(part)}}}`)).join('');

/** The output parameter that holds a step's result JSON. */
export const resultName = 'result';

/**
 * Retries what is temporary (exit 75), what was killed (137) or asked to end (143), and pods that the cluster took away: then the message is
 * not of a container. Outcomes and bugs are not retried, nor is what took too long. A container that never ended has the exit code "-1".
 * Where the container `wait` has a message, `main` ended well and only storing failed: its log's upload is worth another try, an
 * output that is not there is not.
 */
export const retryExpression = `!(lastRetry.message matches "^[^:]*deadline") && (asInt(lastRetry.exitCode) in [${retriedExitCodes.join(', ')}] || !(lastRetry.message matches "^(main: |wait: .*open /mainctrfs/)"))`;
/** What a template without a strategy of its own retries, graphs among them: a pod that is gone, and nothing else. */
export const defaultRetryExpression = 'lastRetry.message == "pod deleted"';

/** Literal pieces and the names inside `{{…}}`, alternating as they stand in a YAML string. */
export function parseExpressions(source: string): readonly ({ readonly literal: string } | { readonly name: string })[] {
  return source
    .split(/(\{\{.*?\}\})/s)
    .filter((piece) => piece !== '')
    .map((piece) => (/^\{\{.*\}\}$/s.test(piece) ? { name: piece.slice(2, -2).trim() } : { literal: piece }));
}
