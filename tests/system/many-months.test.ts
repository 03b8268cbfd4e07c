// A backfill's shape with 360 months that are all refused, by the local runner: it ends, the exit handler runs, and its list is cut and counted.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callForEach, defineWorkflow, step } from '../../workflows/define-workflow.ts';
import { json, runFailureCount, runFailures, runStatus, text } from '../../workflows/expressions.ts';
import { createFixture, probeStep as probe, probeProgram } from '../fixtures/fixture-repository.ts';
import { repository } from '../fixtures/npm-start.ts';

const months = 360;

test('360 refused months', { timeout: 180_000 }, async () => {
  const month = defineWorkflow({
    name: 'month',
    description: 'One month.',
    parameters: { month: { kind: 'text', description: 'The month.' } },
    deadlineHours: 1,
    tasks: ({ month: which }) => {
      const refuse = probe('refuse', { code: text`1`, says: text`${which} ${'because '.repeat(80)}` });
      return [refuse, probe('later', { after: [refuse] })];
    },
  });
  const answer = JSON.stringify({ months: Array.from({ length: months }, (_, index) => ({ month: String(index) })) });
  const fixture = await createFixture(
    () => {
      const plan = step('plan', probeProgram({ months: { each: { month: 'text' } } }), {
        args: { name: text`plan`, state: text`/taxiway`, answer: json`${answer}` },
        deadlineMinutes: 1,
      });
      return [plan, callForEach('months', month, { each: plan.outputs.months, args: (item) => item })];
    },
    {
      others: [month],
      parallelism: 4,
      onExit: [probe('told', { status: runStatus, failures: runFailures, count: runFailureCount })],
    },
  );
  const summary = await fixture.run({});
  expect(summary.status).toBe('failed');
  expect(summary.steps.filter(({ status }) => status === 'failed')).toHaveLength(months);
  expect(summary.steps.at(-1)).toMatchObject({ name: 'told', status: 'succeeded' });
  const { argv = [] } = (await fixture.readCalls()).findLast(({ event }) => event === 'start') ?? {};
  const flagOf = (flag: string) => argv[argv.indexOf(flag) + 1] as string;
  expect([flagOf('--failures').length, flagOf('--count')]).toEqual([16_000, String(months)]);
  const finish = [
    '--workflow',
    'backfill',
    '--run',
    'r',
    '--status',
    'Failed',
    '--failures',
    flagOf('--failures'),
    '--failure-count',
    String(months),
  ];
  const { failed, more } = JSON.parse(
    execFileSync(process.execPath, [join(repository, 'apps', 'finish', 'main.ts'), ...finish], {
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  );
  expect([failed.length, more]).toEqual([20, 340]);
});
