import { expect, test } from 'vitest';
import { toEnd } from './run-end.ts';

const failures = JSON.stringify([
  { displayName: 'validate', message: 'exit\ncode 1', templateName: 'validate', phase: 'Failed' },
]);
const base = { workflow: 'batch', run: 'batch-1', category: 'green' };

test('a failed run names its steps, in one line, quoted as Argo does or not', () => {
  for (const text of [failures, JSON.stringify(failures)]) {
    const end = toEnd({ ...base, status: 'Failed', failures: text, link: 'https://x/argo' });
    expect(end.line).toBe('batch green failed: validate: exit code 1 (batch-1)');
    expect(end).toMatchObject({
      succeeded: false,
      labels: { workflow: 'batch', category: 'green' },
      annotations: { link: 'https://x/argo' },
    });
    expect(Object.values(end.labels)).not.toContain('batch-1');
  }
});

test.each(['', 'null', 'not json', '{}', '[1,{"a":2}]', '"\\"['])('failures %j can not be read and do not matter', (text) => {
  expect(toEnd({ ...base, status: 'Succeeded', failures: text })).toMatchObject({
    line: 'batch green succeeded (batch-1)',
    failed: [],
    succeeded: true,
  });
});

test('a list whose end is cut, quoted or not, names its first steps and counts the others', () => {
  const nodes = Array.from({ length: 360 }, (_, at) => ({
    displayName: `months(${at}:a"b\\)`,
    message: 'main: Error (exit code 1)',
  }));
  const whole = JSON.stringify(nodes);
  for (const text of [whole, JSON.stringify(whole)])
    for (let length = 5000; length < 5200; length++) {
      const { failed, more, line } = toEnd({ ...base, status: 'Failed', failures: text.slice(0, length), failureCount: 360 });
      expect([failed.length, more]).toEqual([20, 340]);
      expect(line).toContain('and 340 more nodes (batch-1)');
    }
  expect(toEnd({ ...base, status: 'Failed', failures: whole.slice(0, 30), failureCount: 360 })).toMatchObject({
    failed: [],
    more: 360,
  });
  expect(toEnd({ ...base, status: 'Failed', failures: whole })).toMatchObject({ more: 340 });
});
