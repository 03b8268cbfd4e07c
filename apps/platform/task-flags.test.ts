import { expect, test } from 'vitest';
import { takeFlags } from './task-flags.ts';

test('a task says all at once which flags lack and which are not its own', () => {
  const flags = { name: 'a', spec: undefined as string | undefined, ownerUid: 'u' };
  expect(takeFlags('t', flags, ['name'], ['ownerUid'])).toEqual(flags);
  expect(() => takeFlags('t', flags, ['name', 'spec'])).toThrow(
    '--task t: --spec is missing; --owner-uid is of another task (--help lists the options)',
  );
});
