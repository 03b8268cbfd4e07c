// What a workflow is: checked parameters and tasks that refer to each other by value, so that a misspelt or mistyped reference does not compile.
import {
  type Condition,
  isExitField,
  itemField,
  type Kind,
  outputOf,
  parameter,
  type Reference,
  referencesIn,
  refuseRawExpression,
  type Text,
} from './expressions.ts';
import type { FlagKind, ListOutput, Program } from './programs.ts';

export interface ParameterDefinition {
  readonly kind: Kind;
  /** Shown in the submit form. */
  readonly description: string;
  /** None: whoever submits must give it. */
  readonly default?: string;
  /** The only values allowed. */
  readonly enum?: readonly string[];
}
export type Parameters = Readonly<Record<string, ParameterDefinition>>;
type ReferencesTo<P extends Parameters> = { readonly [Name in keyof P]: Text<P[Name]['kind']> };

/** A flag of kind `text` takes a value of any kind. */
type Accepted<K> = K extends 'text' ? Text : K extends Kind ? Text<K> : never;
type Flags = Readonly<Record<string, FlagKind>>;
type Required<F extends Flags> = { [Name in keyof F]: F[Name] extends Kind ? Name : never }[keyof F];
type Args<F extends Flags> = { readonly [Name in Required<F>]: Accepted<F[Name]> } & {
  readonly [Name in Exclude<keyof F, Required<F>>]?: F[Name] extends `${infer K extends Kind}?` ? Accepted<K> : true;
};

/** A list that one task runs for each element of. */
export interface List<Fields extends Readonly<Record<string, Kind>> = Readonly<Record<string, Kind>>> {
  readonly of: Text;
  readonly item: { readonly [Name in keyof Fields]: Text<Fields[Name]> };
}
type Outputs<P extends Program> = {
  readonly [Name in keyof P['outputs']]: P['outputs'][Name] extends Kind
    ? Text<P['outputs'][Name]>
    : P['outputs'][Name] extends { readonly each: infer Fields extends Readonly<Record<string, Kind>> }
      ? List<Fields>
      : never;
};

interface TaskProps {
  /** Tasks that must succeed first. Those whose outputs are used come first anyway. */
  readonly after?: readonly Task[];
  /** Tasks that must have succeeded first, or been left out by their condition. */
  readonly afterUnlessSkipped?: readonly Task[];
  /** Tasks that must have ended first, however that came. */
  readonly afterEndOf?: readonly Task[];
  /** Left out where one of these does not hold. */
  readonly when?: Condition | readonly Condition[];
}

export interface StepProps extends TaskProps {
  /** The longest that one attempt may take. */
  readonly deadlineMinutes: number;
  /** Whose size, account and nodes it has in a cluster; `step` where nothing is said. */
  readonly workload?: 'step' | 'training';
  /** While it runs, no other step with this mutex does, in any workflow. */
  readonly mutex?: Text;
}

/** A task that runs a program. */
export interface Step extends StepProps {
  readonly name: string;
  readonly program: Program;
  readonly args: Readonly<Record<string, Text | true | undefined>>;
}

/** A task that runs another workflow's tasks for each element of a list. */
export interface Call extends TaskProps {
  readonly name: string;
  readonly workflow: Workflow;
  readonly args: Readonly<Record<string, Text>>;
  readonly each: List;
}

export type Task = Step | Call;

/** A step of a workflow: a program with its arguments. */
export function step<P extends Program>(
  name: string,
  program: P,
  { args, ...props }: StepProps & { readonly args: Args<P['flags']> },
): Step & { readonly outputs: Outputs<P> } {
  const outputs = Object.entries(program.outputs).map(([key, kind]) => [
    key,
    typeof kind === 'string' ? outputOf(name, key, kind) : toList(outputOf(name, key, 'json'), kind),
  ]);
  return { name, program, args, ...props, outputs: Object.fromEntries(outputs) as Outputs<P> };
}

const toList = (of: Text, { each }: ListOutput): List => ({
  of,
  item: Object.fromEntries(Object.entries(each).map(([field, kind]) => [field, itemField(field, kind)])),
});

/** Runs another workflow's tasks for each element of a list that an earlier step made. Every parameter must be given. */
export function callForEach<P extends Parameters, Fields extends Readonly<Record<string, Kind>>>(
  name: string,
  workflow: Workflow<P>,
  {
    each,
    args,
    ...props
  }: TaskProps & { readonly each: List<Fields>; readonly args: (item: List<Fields>['item']) => ReferencesTo<P> },
): Call {
  return { name, workflow, each: each as List, args: args(each.item) as Readonly<Record<string, Text>>, ...props };
}

export interface Workflow<P extends Parameters = Parameters> {
  readonly name: string;
  readonly description: string;
  readonly parameters: P;
  readonly tasks: readonly Task[];
  /** Tasks that run at the end, however that came. */
  readonly onExit: readonly Step[];
  /** What people see of a run that succeeded. */
  readonly results: Readonly<Record<string, Text>>;
  /** The longest that a run may take. */
  readonly deadlineHours: number;
  /** While it runs, no other with this mutex does. */
  readonly mutex?: Text;
  /** Tasks at the same time; the others wait. */
  readonly parallelism?: number;
}

interface WorkflowProps<P extends Parameters> extends Pick<Workflow, 'name' | 'description' | 'deadlineHours' | 'parallelism'> {
  readonly parameters: P;
  readonly mutex?: (parameters: ReferencesTo<P>) => Text;
  /** Receives a reference for each parameter; returns every task. */
  readonly tasks: (
    parameters: ReferencesTo<P>,
  ) => readonly Task[] | { readonly tasks: readonly Task[]; readonly results: Workflow['results'] };
  readonly onExit?: (parameters: ReferencesTo<P>) => readonly Step[];
}

/** Texts of a task's own: arguments, condition, mutex. */
export const textsOf = (task: Task): readonly Text[] => [
  ...Object.values(task.args).filter((value) => value !== true && value !== undefined),
  ...('mutex' in task && task.mutex ? [task.mutex] : []),
];

export const conditionsOf = ({ when = [] }: Task): readonly Condition[] => [when].flat();

/** Names of the tasks that must succeed before this one. */
export function dependenciesOf(task: Task): readonly string[] {
  const texts = [...textsOf(task), ...conditionsOf(task).map(({ left }) => left), ...('each' in task ? [task.each.of] : [])];
  const used = referencesIn(texts).flatMap((reference) => (reference.kind === 'output' ? [reference.step] : []));
  return [...new Set([...(task.after ?? []).map(({ name }) => name), ...used])];
}

/** Builds and checks a workflow. Throws with all problems listed. */
export function defineWorkflow<const P extends Parameters>(props: WorkflowProps<P>): Workflow<P> {
  const references = Object.fromEntries(
    Object.entries(props.parameters).map(([name, { kind }]) => [name, parameter(name, kind)]),
  ) as ReferencesTo<P>;
  const made = props.tasks(references);
  const { tasks, results } = 'tasks' in made ? made : { tasks: made, results: {} };
  const workflow: Workflow<P> = {
    ...props,
    tasks,
    results,
    onExit: props.onExit?.(references) ?? [],
    mutex: props.mutex?.(references),
  } as Workflow<P>;
  const problems = [
    ...findParameterProblems(workflow),
    ...findTaskProblems(workflow, workflow.tasks, 'main'),
    ...findTaskProblems(workflow, workflow.onExit, 'exit'),
  ];
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

function findTaskProblems({ parameters }: Workflow, tasks: readonly Task[], dag: 'main' | 'exit'): string[] {
  const earlier = new Set<string>();
  return tasks.flatMap((task) => {
    const problems = [
      ...dependenciesOf(task),
      ...[...(task.afterUnlessSkipped ?? []), ...(task.afterEndOf ?? [])].map(({ name }) => name),
    ]
      .filter((name) => !earlier.has(name))
      .map((name) => `${task.name}: comes after "${name}", which is not an earlier step`);
    const isKnown = (reference: Reference): boolean =>
      reference.kind === 'parameter'
        ? Object.hasOwn(parameters, reference.name)
        : reference.kind === 'item'
          ? 'each' in task
          : dag === 'exit' || !isExitField(reference);
    for (const reference of referencesIn(textsOf(task))) {
      if (isKnown(reference)) continue;
      problems.push(
        reference.kind === 'parameter'
          ? `${task.name}: "${reference.name}" is not a parameter of this workflow`
          : `${task.name}: ${JSON.stringify(reference)} is not known here`,
      );
    }
    if (!/^[a-z][a-z0-9-]*$/.test(task.name) || ['main', 'exit'].includes(task.name))
      problems.push(`${task.name}: a step's name is kebab-case, and neither "main" nor "exit"`);
    if (earlier.has(task.name)) problems.push(`${task.name}: two steps have this name`);
    earlier.add(task.name);
    return problems;
  });
}
