// Checks the graph of a DAG, and knows which tasks come before a task, and which of them must have succeeded.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { type Depends, dependsOf } from '../depends.ts';
import type { Task } from '../template-schema.ts';
import { type Entry, say } from './index.ts';

export interface DagTask {
  readonly task: Task;
  /** `spec.templates[0].dag.tasks[1]` */
  readonly path: string;
  readonly depends: Depends;
}

export interface Dag {
  readonly tasks: ReadonlyMap<string, DagTask>;
  readonly problems: readonly string[];
  /** Tasks that have ended before this one starts. */
  readonly listBefore: (task: string) => ReadonlySet<string>;
  /** Those of them that must have succeeded. */
  readonly listSucceeded: (task: string) => ReadonlySet<string>;
  /** Tasks that have succeeded wherever the whole DAG has. */
  readonly always: ReadonlySet<string>;
}

const dags = new WeakMap<Entry, Dag>();
const noDepends: Depends = { tasks: [], holds: () => true, surely: new Map() };

/** A task that has a condition or a list, which may be empty, may be skipped. */
const maySkip = ({ when, withParam }: Task): boolean => when !== undefined || withParam !== undefined;

/** The graph of a template; of one without a DAG, an empty one. */
export function dagOf(entry: Entry): Dag {
  const dag = dags.get(entry) ?? createDag(entry);
  dags.set(entry, dag);
  return dag;
}

function createDag(entry: Entry): Dag {
  const problems: string[] = [];
  const tasks = new Map<string, DagTask>();
  const names = (entry.template.dag?.tasks ?? []).map(({ name }) => name);
  for (const [number, task] of (entry.template.dag?.tasks ?? []).entries()) {
    const path = `${entry.path}.dag.tasks[${number}]`;
    const refuse = (field: string, name: string) => {
      const others = names.filter((one) => one !== task.name);
      problems.push(say(`${path}.${field}`, entry, `"${name}" is not a task of this DAG${didYouMean(name, others)}`, task));
    };
    const unknown = (task.dependencies ?? []).flatMap((name, at) => (names.includes(name) ? [] : [{ name, at }]));
    for (const { name, at } of unknown) refuse(`dependencies[${at}]`, name);
    let depends = noDepends;
    try {
      if (unknown.length === 0) depends = dependsOf(task);
      for (const name of depends.tasks) if (!names.includes(name)) refuse('depends', name);
    } catch (error) {
      problems.push(say(`${path}.depends`, entry, (error as Error).message, task));
    }
    if (!tasks.has(task.name)) tasks.set(task.name, { task, path, depends });
  }
  const cycle = findCycle(new Map([...tasks].map(([name, { depends }]) => [name, depends.tasks])));
  if (cycle) problems.push(say(`${entry.path}.dag.tasks`, entry, `tasks wait for each other: ${cycle.join(' → ')}`));
  return {
    tasks,
    problems,
    listBefore: (task) => follow(task, (name) => tasks.get(name)?.depends.tasks ?? []),
    listSucceeded: (task) => listSucceeded(tasks, task),
    always: listAlways(tasks),
  };
}

function listAlways(tasks: Dag['tasks']): ReadonlySet<string> {
  const isSkippable = (name: string) => maySkip((tasks.get(name) as DagTask).task);
  // Begins with all and gives up those that may never start, until nothing changes.
  const started = new Set(tasks.keys());
  const endIn = (name: string, world: 'Succeeded' | 'Skipped' | 'Omitted') => {
    if (!started.has(name)) return world;
    return isSkippable(name) && world !== 'Succeeded' ? 'Skipped' : 'Succeeded';
  };
  for (let before = Number.NaN; before !== started.size; ) {
    before = started.size;
    const worlds = (['Succeeded', 'Skipped', 'Omitted'] as const).map(
      (world) => new Map([...tasks.keys()].map((name) => [name, endIn(name, world)] as const)),
    );
    for (const name of started) if (!worlds.every((world) => tasks.get(name)?.depends.holds(world))) started.delete(name);
  }
  return new Set([...started].filter((name) => !isSkippable(name)));
}

/** Whatever is not omitted had its own condition met, so what that condition needs holds too. */
function listSucceeded(tasks: Dag['tasks'], task: string): ReadonlySet<string> {
  const surely = (name: string) => [...(tasks.get(name)?.depends.surely ?? [])];
  const started = follow(task, (name) =>
    surely(name).flatMap(([other, endings]) => (endings.includes('Omitted') ? [] : [other])),
  );
  const found = [task, ...started].flatMap(surely).flatMap(([name, endings]) => {
    const of = tasks.get(name)?.task;
    const possible = of && !maySkip(of) ? endings.filter((ending) => ending !== 'Skipped') : endings;
    return possible.every((ending) => ending === 'Succeeded' || ending === 'Daemoned') ? [name] : [];
  });
  return new Set(found);
}

function follow(start: string, next: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(next(start));
  // A set that grows while it is iterated is iterated to its end.
  for (const name of found) for (const other of next(name)) found.add(other);
  return found;
}

/** The names along a circle, the first one again at its end; undefined where there is none. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    // By hand: a long chain must not exhaust the stack.
    const way: { name: string; rest: Iterator<string> }[] = [];
    const onWay = new Set<string>();
    const enter = (name: string) => {
      way.push({ name, rest: (graph.get(name) ?? [])[Symbol.iterator]() });
      onWay.add(name);
    };
    if (!done.has(start)) enter(start);
    for (let last = way.at(-1); last; last = way.at(-1)) {
      const { done: ended, value: name } = last.rest.next();
      if (ended) {
        done.add(last.name);
        onWay.delete(last.name);
        way.pop();
      } else if (onWay.has(name)) return [...[...onWay].slice([...onWay].indexOf(name)), name];
      else if (!done.has(name)) enter(name);
    }
  }
  return undefined;
}
