// Runs a template as Argo would: a DAG task by task, a container as a step. Values are put in once and never looked at again.
import { dependsOf, type Ending } from '../depends.ts';
import type { Container, Task, Template, Templates, WorkflowTemplate } from '../template-schema.ts';
import { parseWhen } from '../when.ts';
import { expand } from './local-command.ts';
import { runGraph } from './schedule.ts';
import { createSemaphore, type Semaphore } from './semaphore.ts';

type Values = ReadonlyMap<string, string>;

/** A container template on its way to become a step. */
export interface Leaf {
  /** Unique in the run: task names joined by dots, with the number of the list's element where there is one. */
  readonly path: string;
  readonly template: Template & { readonly container: Container };
  /** What each `{{…}}` of the template stands for. */
  readonly values: Values;
  /** Whether an earlier result of the same step may stand for it: everything before it was taken over too. */
  readonly mayReuse: boolean;
}

export interface End {
  readonly ending: Ending;
  readonly outputs: Values;
  /** Taken over from before, all of it. */
  readonly reused: boolean;
}

/** What the engine is given: how a step runs, who hears of what does not run, and how mutexes are held. */
export interface Engine {
  readonly templates: Templates;
  /** `workflow.…` and what it stands for. */
  readonly workflowValues: Values;
  readonly runLeaf: (leaf: Leaf) => Promise<End>;
  /** A task whose condition does not hold, or whose predecessors did not end as it needs; and tasks of a list, as soon as it is known. */
  readonly onNotRun: (path: string, ending: 'Skipped' | 'Omitted') => void;
  readonly onExpand: (path: string, leaves: readonly string[]) => void;
  readonly withMutex: (name: string, path: string, work: () => Promise<End>) => Promise<End>;
  readonly signal: AbortSignal;
}

interface Invocation {
  /** Where `template` is looked up. */
  readonly owner: WorkflowTemplate;
  readonly template: Template;
  readonly path: string;
  readonly inputs: Values;
  readonly mayReuse: boolean;
}

/** Runs a template of a workflow with its inputs, its mutexes held. */
export function runTemplate(engine: Engine, call: Invocation): Promise<End> {
  const { template, inputs } = call;
  const values = new Map([...engine.workflowValues, ...prefix('inputs.parameters.', withDefaults(template, inputs))]);
  const mutexes = (template.synchronization?.mutexes ?? []).map(({ name }) => expand(name, values));
  return holdAll(engine, { names: mutexes, path: call.path }, () =>
    template.dag === undefined
      ? engine.runLeaf({
          path: call.path,
          template: template as Leaf['template'],
          values,
          mayReuse: call.mayReuse,
        })
      : runDag(engine, call, values),
  );
}

/** In one order everywhere, so that two runs can't wait for each other. */
export function holdAll(
  engine: Engine,
  { names, path }: { names: readonly string[]; path: string },
  work: () => Promise<End>,
): Promise<End> {
  return [...new Set(names)].sort().reduceRight((inner, name) => () => engine.withMutex(name, path, inner), work)();
}

async function runDag(engine: Engine, call: Invocation, inherited: Values): Promise<End> {
  const { template } = call;
  const tasks = template.dag?.tasks ?? [];
  const values = new Map(inherited);
  const ends = new Map<string, End>();
  const slots = createSemaphore(template.parallelism);
  const nodes = tasks.map((task) => ({ name: task.name, depends: dependsOf(task), task }));
  const endings = await runGraph(nodes, async ({ task, depends }) => {
    const mayReuse = call.mayReuse && depends.tasks.every((name) => ends.get(name)?.reused ?? false);
    const end = await runTask(engine, { ...call, mayReuse, path: join(call.path, task.name) }, { task, values, slots });
    ends.set(task.name, end);
    for (const [name, value] of end.outputs) values.set(`tasks.${task.name}.outputs.parameters.${name}`, value);
    return end.ending;
  });
  for (const [name, ending] of endings) if (ending === 'Omitted') engine.onNotRun(join(call.path, name), 'Omitted');
  const failed = worstOf([...endings.values()]);
  return {
    ending: failed ?? 'Succeeded',
    outputs: failed ? new Map() : readOutputs(template, values),
    reused: [...ends.values()].every(({ reused }) => reused),
  };
}

interface Surroundings {
  readonly task: Task;
  readonly values: Values;
  readonly slots: Semaphore;
}

async function runTask(engine: Engine, call: Omit<Invocation, 'inputs'>, { task, values, slots }: Surroundings): Promise<End> {
  // A condition that is not about the elements is asked once, before there are any.
  if (task.withParam === undefined || isLeftOut(task, values)) return runOnce(engine, call, { task, values, slots });
  const items = toItems(expand(task.withParam, values), call.path);
  engine.onExpand(
    call.path,
    items.flatMap((_, index) => listLeaves(engine.templates, call, task, `${call.path}.${index}`)),
  );
  if (items.length === 0) {
    engine.onNotRun(call.path, 'Skipped');
    return { ending: 'Skipped', outputs: new Map(), reused: true };
  }
  const ends = await Promise.all(
    items.map((item, index) =>
      runOnce(
        engine,
        { ...call, path: `${call.path}.${index}` },
        { task, values: new Map([...values, ...toItemValues(item)]), slots },
      ),
    ),
  );
  const endings = ends.map(({ ending }) => ending);
  return {
    ending: worstOf(endings) ?? (endings.every((ending) => ending === 'Skipped') ? 'Skipped' : 'Succeeded'),
    outputs: aggregate(ends),
    reused: ends.every(({ reused }) => reused),
  };
}

/** A graph or a list ends as the worst of its parts; undefined where none failed. */
const worstOf = (endings: readonly Ending[]): Ending | undefined =>
  (['Errored', 'Failed'] as const).find((one) => endings.includes(one));

const isLeftOut = ({ when }: Task, values: Values): boolean =>
  when !== undefined && !when.includes('{{item') && !holds(when, values);

function holds(when: string, values: Values): boolean {
  return parseWhen(when).every(({ left, right, negated }) => (expand(left, values) === expand(right, values)) !== negated);
}

function runOnce(engine: Engine, call: Omit<Invocation, 'inputs'>, { task, values, slots }: Surroundings): Promise<End> {
  if (task.when !== undefined && !holds(task.when, values)) {
    engine.onNotRun(call.path, 'Skipped');
    return Promise.resolve({ ending: 'Skipped', outputs: new Map(), reused: true });
  }
  const inputs = new Map((task.arguments?.parameters ?? []).map(({ name, value }) => [name, expand(value, values)]));
  const found = findTemplate(engine.templates, call.owner, task);
  return slots(() =>
    engine.signal.aborted
      ? Promise.resolve({ ending: 'Failed' as const, outputs: new Map(), reused: false })
      : runTemplate(engine, { ...call, ...found, inputs }),
  );
}

/** The template that a task runs, and the workflow that it is of. The check at the beginning has made sure that there is one. */
export function findTemplate(
  templates: Templates,
  owner: WorkflowTemplate,
  task: Task,
): { owner: WorkflowTemplate; template: Template } {
  const of = task.templateRef ? (templates.get(task.templateRef.name) as WorkflowTemplate) : owner;
  const wanted = task.templateRef?.template ?? task.template;
  return { owner: of, template: of.spec.templates.find(({ name }) => name === wanted) as Template };
}

/** Paths of the steps that a task stands for; a task over a list stands for itself until the list is known. */
function listLeaves(templates: Templates, { owner }: { owner: WorkflowTemplate }, task: Task, path: string): string[] {
  const found = findTemplate(templates, owner, task);
  return found.template.dag ? listSteps(templates, found.owner, found.template, path) : [path];
}

export function listSteps(templates: Templates, owner: WorkflowTemplate, { dag }: Template, path: string): string[] {
  return (dag?.tasks ?? []).flatMap((task) =>
    task.withParam === undefined ? listLeaves(templates, { owner }, task, join(path, task.name)) : [join(path, task.name)],
  );
}

function readOutputs({ outputs }: Template, values: Values): Values {
  return new Map(
    (outputs?.parameters ?? []).flatMap(({ name, valueFrom }): [string, string][] => {
      if (!('parameter' in valueFrom)) return [];
      const source = valueFrom.parameter.replace(/^\{\{\s*|\s*\}\}$/g, '');
      const value = values.get(source);
      // A task that was left out has no outputs.
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Each output of a list's runs as a JSON list. */
function aggregate(ends: readonly End[]): Values {
  const names = [...new Set(ends.flatMap(({ outputs }) => [...outputs.keys()]))];
  return new Map(names.map((name) => [name, JSON.stringify(ends.flatMap(({ outputs }) => outputs.get(name) ?? []))]));
}

/** Throws where the text is no JSON list: the step that wrote it has a bug. */
function toItems(text: string, path: string): unknown[] {
  try {
    const items: unknown = JSON.parse(text);
    if (Array.isArray(items)) return items;
  } catch {
    // Said below.
  }
  throw new Error(`${path}: withParam is no JSON list: ${JSON.stringify(text.slice(0, 80))}`);
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function toItemValues(item: unknown): [string, string][] {
  const fields = typeof item === 'object' && item !== null && !Array.isArray(item) ? Object.entries(item) : [];
  return [['item', toText(item)], ...fields.map(([name, value]): [string, string] => [`item.${name}`, toText(value)])];
}

const withDefaults = (template: Template, inputs: Values): Values =>
  new Map([
    ...(template.inputs?.parameters ?? []).flatMap(({ name, value }): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
    ...inputs,
  ]);

const prefix = (text: string, values: Values): [string, string][] =>
  [...values].map(([name, value]) => [`${text}${name}`, value]);
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
