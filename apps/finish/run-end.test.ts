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
