// Argo's `depends`: task names with what must have become of them, joined by &&, || and !.
// https://argo-workflows.readthedocs.io/en/latest/enhanced-depends-logic/

import { didYouMean } from '../apps/contract/did-you-mean.ts';

export type Ending = 'Succeeded' | 'Failed' | 'Errored' | 'Skipped' | 'Omitted' | 'Daemoned';
/** What `a` alone stands for. */
const content: readonly Ending[] = ['Succeeded', 'Skipped', 'Daemoned'];
/** More levels are a mistake, and would exhaust the stack. */
const deepest = 100;
const endings: readonly string[] = ['Succeeded', 'Failed', 'Errored', 'Skipped', 'Omitted', 'Daemoned'];

export interface Depends {
  /** Tasks that must have ended before the condition is asked. */
  readonly tasks: readonly string[];
  readonly holds: (endings: ReadonlyMap<string, Ending>) => boolean;
  /** How tasks must have ended wherever the condition holds; tasks that may have ended in any way are not in it. */
  readonly surely: Surely;
}
type Surely = ReadonlyMap<string, readonly Ending[]>;

/** Throws an Error that says what was expected where. */
export function parseDepends(written: string): Depends {
  const words = written.match(/&&|\|\||[!()]|[^\s&|!()]+|\S/g) ?? [];
  const tasks = new Set<string>();
  let at = 0;
  type Test = Pick<Depends, 'holds' | 'surely'>;
  const refuse = (): never => {
    const got = words[at] === undefined ? 'the end' : `"${words[at]}"`;
    throw new Error(`${JSON.stringify(written)}: expected a task, "!" or "(", got ${got}`);
  };
  let depth = 0;
  const parseOne = (): Test => {
    if (depth > deepest) throw new Error(`${JSON.stringify(written.slice(0, 80))}: nested deeper than ${deepest} levels`);
    depth += 1;
    const test = parseUnnested();
    depth -= 1;
    return test;
  };
  const parseUnnested = (): Test => {
    const word = words[at] ?? refuse();
    at += 1;
    if (word === '!') {
      const inner = parseOne();
      return { holds: (ended) => !inner.holds(ended), surely: new Map() };
    }
    if (word === '(') {
      const inner = parseAny();
      if (words[at] !== ')') throw new Error(`${JSON.stringify(written)}: expected ")"`);
      at += 1;
      return inner;
    }
    at -= 1;
    const match = /^([a-z0-9-]+)(?:\.([A-Za-z]+))?$/.exec(word) ?? refuse();
    at += 1;
    const [, task = '', ending] = match;
    if (ending !== undefined && !endings.includes(ending))
      throw new Error(
        `${JSON.stringify(written)}: "${ending}" is no ending; expected one of ${endings.join(', ')}${didYouMean(ending, endings)}`,
      );
    tasks.add(task);
    const wanted = ending === undefined ? content : [ending as Ending];
    return { holds: (ended) => wanted.includes(ended.get(task) as Ending), surely: new Map([[task, wanted]]) };
  };
  const parseAll = (): Test => {
    const tests = [parseOne()];
    while (words[at] === '&&') {
      at += 1;
      tests.push(parseOne());
    }
    return { holds: (ended) => tests.every(({ holds }) => holds(ended)), surely: tests.map(({ surely }) => surely).reduce(both) };
  };
  function parseAny(): Test {
    const tests = [parseAll()];
    while (words[at] === '||') {
      at += 1;
      tests.push(parseAll());
    }
    return {
      holds: (ended) => tests.some(({ holds }) => holds(ended)),
      surely: tests.map(({ surely }) => surely).reduce(either),
    };
  }
  const test = parseAny();
  if (at < words.length) throw new Error(`${JSON.stringify(written)}: expected "&&", "||" or the end, got "${words[at]}"`);
  return { tasks: [...tasks], ...test };
}

const both = (a: Surely, b: Surely): Surely =>
  new Map([
    ...a,
    ...[...b].map(([task, endings]) => [task, endings.filter((one) => a.get(task)?.includes(one) ?? true)] as const),
  ]);
const either = (a: Surely, b: Surely): Surely =>
  new Map(
    [...a].flatMap(([task, endings]) =>
      b.has(task) ? [[task, [...new Set([...endings, ...(b.get(task) ?? [])])]] as const] : [],
    ),
  );

/** What a task waits for: `depends`, or `dependencies`, which are content with skipped ones. */
export const dependsOf = ({
  depends,
  dependencies = [],
}: {
  depends?: string | undefined;
  dependencies?: readonly string[] | undefined;
}): Depends =>
  depends === undefined && dependencies.length === 0
    ? { tasks: [], holds: () => true, surely: new Map() }
    : parseDepends(depends ?? dependencies.join(' && '));
