// Lists, conditions, mutexes, deadlines and exit handlers in the local runner.
import { expect, test } from 'vitest';
import {
  type Call,
  createFixture,
  probeStep as probe,
  probeProgram,
  statusesOf as statuses,
} from '../../tests/fixtures/fixture-repository.ts';
import { createListFixture, toListParameters } from '../../tests/fixtures/list-fixture.ts';
import { type Step, step } from '../define-workflow.ts';
import { equals, runFailures, runName, runStatus, text } from '../expressions.ts';

const toList = (...tags: string[]) => ({ parameters: toListParameters(...tags) });

test('a task over a list runs for each element, no more at a time than allowed; steps are told apart', async () => {
  const fixture = await createListFixture({ parallelism: 1 });
  for (const tag of ['a', 'c']) await fixture.setWait(`made-${tag}`, 50);
  const summary = await fixture.run(toList('a', '{item.tag} "; x', 'c'));
  expect(statuses(summary)).toEqual(
    Object.fromEntries(
      ['list', 'each.0.made', 'each.0.used', 'each.1.made', 'each.1.used', 'each.2.made', 'each.2.used', 'last'].map((name) => [
        name,
        'succeeded',
      ]),
    ),
  );
  const names = (await fixture.readCalls()).filter(({ event }) => event === 'start').map(({ name }) => name);
  expect(names).toEqual(['list', 'made-a', 'used-a', 'made-{item.tag} "; x', 'used-{item.tag} "; x', 'made-c', 'used-c', 'last']);
});

test('an empty list is skipped, and what needs it is left out', async () => {
  const fixture = await createListFixture();
  const summary = await fixture.run(toList());
  expect(statuses(summary)).toEqual({ list: 'succeeded', each: 'skipped', last: 'omitted' });
  expect(summary.status).toBe('succeeded');
});

test('a list goes on after a failure; a resumed run does only what is left', async () => {
  const fixture = await createListFixture({ parallelism: 1 });
  await fixture.setCodes('made-b', 1);
  const failed = await fixture.run(toList('a', 'b', 'c'));
  expect(failed.status).toBe('failed');
  expect(statuses(failed)).toMatchObject({
    'each.0.used': 'succeeded',
    'each.1.made': 'failed',
    'each.1.used': 'omitted',
    'each.2.used': 'succeeded',
    last: 'omitted',
  });
  const done = await fixture.run({ resume: failed.run });
  expect(done.status).toBe('succeeded');
  expect(done.steps.map(({ name }) => name)).toEqual(failed.steps.map(({ name }) => name));
  const names = (await fixture.readCalls()).filter(({ event }) => event === 'start').map(({ name }) => name);
  expect(names.slice(-3)).toEqual(['made-b', 'used-b', 'last']);
  expect(names).toHaveLength(9);
});

test('a task whose condition does not hold is skipped, and what needs it is left out', async () => {
  const fixture = await createFixture(() => {
    const judge = step('judge', probeProgram({ good: 'boolean' }), {
      args: { name: text`judge`, state: text`/taxiway`, answer: text`{"good":false}` },
      deadlineMinutes: 1,
    });
    const asks = (name: string, wanted: 'true' | 'false') => ({ ...probe(name), when: equals(judge.outputs.good, wanted) });
    const never = asks('never', 'true');
    return [judge, never, asks('always', 'false'), probe('needs', { after: [never] })];
  });
  const summary = await fixture.run({});
  expect(summary.status).toBe('succeeded');
  expect(statuses(summary)).toEqual({ judge: 'succeeded', never: 'skipped', always: 'succeeded', needs: 'omitted' });
});

test('the exit handler runs however the run ended, and knows how', async () => {
  const fixture = await createFixture(() => [probe('work')], {
    onExit: [probe('told', { status: runStatus, failures: runFailures, run: runName })],
  });
  const told = async () => {
    const { argv } = (await fixture.readCalls()).at(-1) as Call;
    const start = (await fixture.readCalls()).findLast(({ event }) => event === 'start') as Call;
    return (flag: string) => (argv ?? start.argv)[(argv ?? start.argv).indexOf(flag) + 1];
  };
  await fixture.setCodes('work', 1);
  const failed = await fixture.run({});
  expect(statuses(failed)).toEqual({ work: 'failed', told: 'succeeded' });
  expect(failed.status).toBe('failed');
  expect((await told())('--status')).toBe('Failed');
  expect(JSON.parse((await told())('--failures') as string)).toMatchObject([
    { displayName: 'work', message: 'work: the answer is 1' },
  ]);
  const done = await fixture.run({ resume: failed.run });
  expect(done.status).toBe('succeeded');
  expect((await told())('--status')).toBe('Succeeded');
  expect((await told())('--failures')).toBe('[]');
  await fixture.setCodes('told', 1);
  expect(await fixture.run({})).toMatchObject({ status: 'failed', steps: [{ status: 'succeeded' }, { status: 'failed' }] });
});

test('two runs with one mutex come after each other', async () => {
  const fixture = await createFixture(() => [probe('work', { wait: text`150` })], { mutex: text`only-one` });
  const runs = await Promise.all([fixture.run({}), fixture.run({})]);
  expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  expect((await fixture.readCalls()).map(({ event }) => event)).toEqual(['start', 'end', 'start', 'end']);
  expect(fixture.lines.some((line) => line.includes('waits for the mutex only-one'))).toBe(true);
});

test('a run that is late is ended, and says so', async () => {
  const seconds = 3;
  const slow = (name: string, after: Step[] = []) => ({
    ...probe(name, { after, wait: text`2000` }),
    deadlineMinutes: seconds / 60,
  });
  const fixture = await createFixture(
    () => {
      const first = slow('first');
      return [first, slow('second', [first])];
    },
    { deadlineHours: seconds / 3600, onExit: [{ ...probe('told', { status: runStatus }), deadlineMinutes: seconds / 60 }] },
  );
  const summary = await fixture.run({});
  expect(summary.status).toBe('failed');
  expect(statuses(summary)).toEqual({ first: 'succeeded', second: 'stopped', told: 'succeeded' });
  expect(fixture.lines).toContain(`run: the run took longer than its deadline of ${seconds} s`);
});
