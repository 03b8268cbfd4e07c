import { expect, test } from 'vitest';
import type { Task, Template, WorkflowTemplate } from '../template-schema.ts';
import { dagOf, findCycle } from './depends.ts';

/** Tasks as `name: depends`; a name with a question mark may be skipped. */
function createDag(...written: readonly string[]) {
  const tasks = written.map((line): Task => {
    const [name = '', depends = ''] = line.split(/: */);
    const skipped = name.endsWith('?') ? { when: '{{inputs.parameters.a}} == true' } : {};
    return { name: name.replace('?', ''), template: 'x', ...skipped, ...(depends === '' ? {} : { depends }) };
  });
  return dagOf({
    owner: {} as WorkflowTemplate,
    template: { name: 'main', dag: { tasks } } as Template,
    path: 'spec.templates[0]',
  });
}

test.each([
  [['a', 'b: a'], 'b', ['a'], ['a']],
  [['a?', 'b: a'], 'b', ['a'], []],
  [['a?', 'b: a.Succeeded'], 'b', ['a'], ['a']],
  // What had to succeed for b had to succeed for c.
  [['a?', 'b: a.Succeeded', 'c: b'], 'c', ['a', 'b'], ['a', 'b']],
  [['a?', 'b: a.Succeeded', 'c: b.Failed'], 'c', ['a', 'b'], ['a']],
  [['a?', 'b?: a.Succeeded', 'c: b'], 'c', ['a', 'b'], ['a']],
  // An omitted task says nothing of what it waited for.
  [['a?', 'b: a.Succeeded', 'c: b.Omitted'], 'c', ['a', 'b'], []],
  [['a', 'b', 'c: a || b'], 'c', ['a', 'b'], []],
  [['a', 'b', 'c: a && (b || b.Failed)'], 'c', ['a', 'b'], ['a']],
  [['a', 'b: "!a"'.replaceAll('"', '')], 'b', ['a'], []],
])('%j: before %s come %j, of which %j have succeeded', (tasks, task, before, succeeded) => {
  const dag = createDag(...tasks);
  expect([...dag.listBefore(task)].sort()).toEqual(before);
  expect([...dag.listSucceeded(task)].sort()).toEqual(succeeded);
});

test.each([
  [
    ['a', 'b: a'],
    ['a', 'b'],
  ],
  [['a?', 'b: a'], ['b']],
  [['a?', 'b: a.Succeeded', 'c: b'], []],
  [
    ['a', 'b: a.Failed', 'c: b.Omitted || b'],
    ['a', 'c'],
  ],
])('of %j, %j have succeeded where all went well', (tasks, always) => {
  expect([...createDag(...tasks).always].sort()).toEqual(always);
});

test('a circle is named along its way, and a long chain is none', () => {
  expect(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'b']);
  expect(findCycle(new Map([['a', ['a']]]))).toEqual(['a', 'a']);
  expect(
    findCycle(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['d']],
        ['c', ['d']],
        ['d', []],
      ]),
    ),
  ).toBeUndefined();
  const chain = new Map(Array.from({ length: 20_000 }, (_, number) => [`t${number}`, [`t${number + 1}`]]));
  expect(findCycle(chain)).toBeUndefined();
  expect(findCycle(chain.set('t20000', ['t0']))).toHaveLength(20_002);
});
