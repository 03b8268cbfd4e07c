import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runGraph } from './schedule.ts';

const graphs = fc
  .array(fc.record({ fails: fc.boolean(), ticks: fc.nat(3), before: fc.array(fc.nat(11), { maxLength: 3 }) }), { maxLength: 12 })
  .map((nodes) =>
    nodes.map(({ fails, ticks, before }, index) => ({
      name: String(index),
      fails,
      ticks,
      dependencies: [...new Set(before.filter((other) => other < index).map(String))],
    })),
  );

test('each node starts once, after what it depends on succeeded; without failures all run', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.boolean(), async (nodes, mayFail) => {
      const started: string[] = [];
      const succeeded = new Set<string>();
      await runGraph(nodes, [], async (node) => {
        expect(started).not.toContain(node.name);
        expect(node.dependencies.every((name) => succeeded.has(name))).toBe(true);
        started.push(node.name);
        for (let tick = 0; tick < node.ticks; tick++) await new Promise(setImmediate);
        if (mayFail && node.fails) return false;
        succeeded.add(node.name);
        return true;
      });
      if (!mayFail) expect(succeeded.size).toBe(nodes.length);
    }),
  );
});

test('what is done does not start again, and nothing new starts after a failure', async () => {
  const nodes = [
    { name: 'done', dependencies: [] },
    { name: 'bad', dependencies: ['done'] },
    { name: 'slow', dependencies: ['done'] },
    { name: 'after-slow', dependencies: ['slow'] },
  ];
  const started: string[] = [];
  await runGraph(nodes, ['done'], async ({ name }) => {
    started.push(name);
    if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, 20));
    return name !== 'bad';
  });
  expect(started).toEqual(['bad', 'slow']);
});

test('an error of the runner itself is not swallowed', async () => {
  await expect(runGraph([{ name: 'x', dependencies: [] }], [], () => Promise.reject(new Error('disk full')))).rejects.toThrow(
    'disk full',
  );
});
