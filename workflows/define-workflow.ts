// What a workflow is: checked parameters and steps that refer to each other by value, so that a misspelt reference does not compile.
import { parameter, type Reference, refuseRawExpression, resultOf, type Text } from './expressions.ts';

export interface ParameterDefinition {
  /** Shown in the submit form. */
  readonly description: string;
  /** None: whoever submits must give it. */
  readonly default?: string;
  /** The only values allowed. */
  readonly enum?: readonly string[];
}

export interface StepProps {
  /** The folder of `apps/` whose image runs. */
  readonly app: string;
  readonly command: readonly [program: 'node' | 'python', file: string];
  /** Flags in camelCase: `runDate` is `--run-date`; `true` is a flag without a value. */
  readonly args: Readonly<Record<string, Text | true>>;
  /** Steps that must succeed first. Steps whose results are arguments come first anyway. */
  readonly after?: readonly Step[];
  /** The longest that one attempt may take. */
  readonly deadlineMinutes: number;
}

export interface Step extends StepProps {
  readonly name: string;
  /** The JSON that the step writes. */
  readonly result: Text;
}

export interface Workflow {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, ParameterDefinition>>;
  readonly steps: readonly Step[];
}

interface WorkflowProps<Name extends string> extends Omit<Workflow, 'parameters' | 'steps'> {
  readonly parameters: Readonly<Record<Name, ParameterDefinition>>;
  /** Receives a reference for each parameter; returns every step. */
  readonly steps: (parameters: Readonly<Record<Name, Text>>) => readonly Step[];
}

/** A step of a workflow. */
export function step(name: string, props: StepProps): Step {
  return { name, ...props, result: resultOf(name) };
}

/** References of a step's arguments, each once, in order of use. */
export function referencesOf(of: Step): readonly Reference[] {
  const all = Object.values(of.args).flatMap((value) =>
    value === true ? [] : value.parts.filter((part) => typeof part !== 'string'),
  );
  return [...new Map(all.map((reference) => [JSON.stringify(reference), reference])).values()];
}

/** Names of the steps that must succeed before this one. */
export function dependenciesOf(of: Step): readonly string[] {
  const results = referencesOf(of).flatMap((reference) => (reference.kind === 'result' ? [reference.step] : []));
  return [...new Set([...(of.after ?? []).map(({ name }) => name), ...results])];
}

/** Builds and checks a workflow. Throws with all problems listed. */
export function defineWorkflow<Name extends string>(props: WorkflowProps<Name>): Workflow {
  const names = Object.keys(props.parameters) as Name[];
  const references = Object.fromEntries(names.map((name) => [name, parameter(name)])) as Record<Name, Text>;
  const workflow: Workflow = { ...props, steps: props.steps(references) };
  const problems = [...findParameterProblems(workflow), ...findStepProblems(workflow)];
  if (problems.length > 0) throw new Error(`workflows: ${problems.map((problem) => `${props.name}.${problem}`).join('; ')}`);
  return workflow;
}

function findParameterProblems({ parameters }: Workflow): string[] {
  return Object.entries(parameters).flatMap(([name, { description, default: fallback, enum: allowed }]) => {
    for (const literal of [description, fallback ?? '', ...(allowed ?? [])]) refuseRawExpression(literal);
    const problems = /^[a-z][a-z0-9_]*$/.test(name) ? [] : [`${name}: a parameter's name is snake_case`];
    if (allowed && fallback !== undefined && !allowed.includes(fallback))
      problems.push(`${name}: default "${fallback}" is not one of ${allowed.join(', ')}`);
    return problems;
  });
}

function findStepProblems({ parameters, steps }: Workflow): string[] {
  const earlier = new Set<string>();
  return steps.flatMap((one) => {
    const problems = dependenciesOf(one)
      .filter((name) => !earlier.has(name))
      .map((name) => `${one.name}: comes after "${name}", which is not an earlier step`);
    for (const reference of referencesOf(one)) {
      if (reference.kind === 'parameter' && !Object.hasOwn(parameters, reference.name)) {
        problems.push(`${one.name}: "${reference.name}" is not a parameter of this workflow`);
      }
    }
    if (!/^[a-z][a-z0-9-]*$/.test(one.name) || one.name === 'main')
      problems.push(`${one.name}: a step's name is kebab-case, and not "main"`);
    if (earlier.has(one.name)) problems.push(`${one.name}: two steps have this name`);
    earlier.add(one.name);
    return problems;
  });
}
