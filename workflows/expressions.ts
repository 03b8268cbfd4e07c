// The only file that writes Argo's `{{…}}`: typed references, the text that holds them, and how both look in YAML.

export type Reference =
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'result'; readonly step: string }
  | { readonly kind: 'run'; readonly field: keyof typeof runFields };

/** Literal pieces and references, in order. A bare string is no Text: `text` makes one, and refuses raw expressions. */
export interface Text {
  readonly parts: readonly (string | Reference)[];
}

const runFields = { name: '{{workflow.name}}', createdAt: '{{workflow.creationTimestamp.RFC3339}}' } as const;

/** The run's own name: unique, and kept by retries. */
export const runName: Text = { parts: [{ kind: 'run', field: 'name' }] };
/** When the run was created, RFC 3339 in UTC; the clock of every step, kept by retries. */
export const runCreatedAt: Text = { parts: [{ kind: 'run', field: 'createdAt' }] };
/** A parameter of the workflow. */
export const parameter = (name: string): Text => ({ parts: [{ kind: 'parameter', name }] });
/** The JSON that a step wrote to its result file. */
export const resultOf = (step: string): Text => ({ parts: [{ kind: 'result', step }] });

/** Template tag: text`${folder}${category}/` joins strings and references. Throws for a raw `{{…}}`. */
export function text(literals: TemplateStringsArray, ...values: readonly (string | Text)[]): Text {
  const parts = literals.flatMap((literal, index) => {
    const value = values[index];
    return [literal, ...(value === undefined ? [] : typeof value === 'string' ? [value] : value.parts)];
  });
  for (const part of parts) if (typeof part === 'string') refuseRawExpression(part);
  return { parts: parts.filter((part) => part !== '') };
}

/** Throws where a literal opens an expression. */
export function refuseRawExpression(literal: string): void {
  if (literal.includes('{{')) {
    throw new Error(
      `${JSON.stringify(literal)}: raw expressions are refused; use a parameter, a step's result or a value of workflows/expressions.ts`,
    );
  }
}

/** The input parameter through which a step's container receives a reference; undefined for what Argo knows everywhere. */
export function inputName(reference: Reference): string | undefined {
  if (reference.kind === 'run') return undefined;
  return reference.kind === 'parameter' ? reference.name : `${reference.step}-${resultName}`;
}

/** A text as the container's arguments hold it: references go through the step's inputs. */
export function toContainerText(value: Text): string {
  return value.parts
    .map((part) =>
      typeof part === 'string' ? part : part.kind === 'run' ? runFields[part.field] : `{{inputs.parameters.${inputName(part)}}}`,
    )
    .join('');
}

/** A reference as the DAG's task passes it on. */
export function toTaskText(reference: Reference): string {
  if (reference.kind === 'run') return runFields[reference.field];
  if (reference.kind === 'parameter') return `{{workflow.parameters.${reference.name}}}`;
  return `{{tasks.${reference.step}.outputs.parameters.${resultName}}}`;
}

/** The output parameter that holds a step's result JSON. */
export const resultName = 'result';

/** Retries what is temporary (exit 75) and pods that somebody deleted; outcomes and bugs are not retried. */
export const retryExpression = 'asInt(lastRetry.exitCode) == 75 || lastRetry.message == "pod deleted"';

/** Literal pieces and the names inside `{{…}}`, alternating as they stand in a YAML string. */
export function parseExpressions(source: string): readonly ({ readonly literal: string } | { readonly name: string })[] {
  return source
    .split(/(\{\{.*?\}\})/s)
    .filter((piece) => piece !== '')
    .map((piece) => (/^\{\{.*\}\}$/s.test(piece) ? { name: piece.slice(2, -2).trim() } : { literal: piece }));
}
