import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dependsOf, type Ending } from '../depends.ts';
import { runGraph } from './schedule.ts';

const node = (name: string, depends = '') => ({ name, depends: dependsOf(depends === '' ? {} : { depends }) });

const graphs = fc
  .array(fc.record({ fails: fc.boolean(), ticks: fc.nat(3), before: fc.array(fc.nat(11), { maxLength: 3 }) }), { maxLength: 12 })
  .map((nodes) =>
    nodes.map(({ fails, ticks, before }, index) => {
      const names = [...new Set(before.filter((other) => other < index).map((other) => `t${other}`))];
      return { ...node(`t${index}`, names.map((name) => `${name}.Succeeded`).join(' && ')), before: names, fails, ticks };
    }),
  );

test('each node starts once, after what it depends on succeeded; without failures all run; each has an ending', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.boolean(), async (nodes, mayFail) => {
      const started: string[] = [];
      const succeeded = new Set<string>();
      const start = async (one: (typeof nodes)[number]): Promise<Ending> => {
        expect(started).not.toContain(one.name);
        expect(one.before.every((name) => succeeded.has(name))).toBe(true);
        started.push(one.name);
        for (let tick = 0; tick < one.ticks; tick++) await new Promise(setImmediate);
        if (mayFail && one.fails) return 'Failed';
        succeeded.add(one.name);
        return 'Succeeded';
      };
      const endings = await runGraph(nodes, start);
      expect(endings.size).toBe(nodes.length);
      if (!mayFail) expect(succeeded.size).toBe(nodes.length);
      // All runs that no failure stands before.
      for (const one of nodes)
        expect(started.includes(one.name)).toBe(one.before.every((name) => endings.get(name) === 'Succeeded'));
    }),
  );
});

test('a failure stops what needs it, and nothing else; what waits for it runs', async () => {
  const nodes = [
    node('bad'),
    node('slow'),
    node('after-slow', 'slow.Succeeded'),
    node('after-bad', 'bad'),
    node('cleanup', 'bad.Failed'),
  ];
  const endings = await runGraph(nodes, async ({ name }) => {
    if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, 20));
    return name === 'bad' ? 'Failed' : 'Succeeded';
  });
  expect(Object.fromEntries(endings)).toEqual({
    bad: 'Failed',
    slow: 'Succeeded',
    'after-slow': 'Succeeded',
    'after-bad': 'Omitted',
    cleanup: 'Succeeded',
  });
});

test('what comes after a skipped one runs only where it is content with that', async () => {
  const nodes = [node('maybe'), node('needs', 'maybe.Succeeded'), node('takes', 'maybe'), node('last', 'needs')];
  const endings = await runGraph(nodes, async ({ name }) => (name === 'maybe' ? 'Skipped' : 'Succeeded'));
  expect(Object.fromEntries(endings)).toEqual({ maybe: 'Skipped', needs: 'Omitted', takes: 'Succeeded', last: 'Omitted' });
});

test('an error of the runner itself is not swallowed', async () => {
  await expect(runGraph([node('x')], () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
});
