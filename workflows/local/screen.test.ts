import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toScreen } from './screen.ts';
import type { Summary } from './summary.ts';

const file = (month: string) => ({
  file: `green_tripdata_${month}.parquet`,
  month,
  read: 56_551,
  clean: 50_000,
  triage: 6_551,
  outsideRetention: 0,
  brokenRules: { vendor: 3_000, in_month: 12, zones: 4_000, fare_amount: 0 },
});

const succeeded: Summary = {
  run: 'batch-green-20240201-030405',
  workflow: 'batch',
  category: 'green',
  parameters: {},
  status: 'succeeded',
  startedAt: '2024-02-01T03:04:05Z',
  seconds: 12.34,
  steps: [
    { name: 'transfer', status: 'succeeded', seconds: 0.2, log: 'runs/x/transfer.log', attempts: 2 },
    { name: 'etl', status: 'succeeded', seconds: 10.05, log: 'runs/x/etl.log' },
  ],
  files: [file('2024-01')],
  validation: { successPercent: 96.5 },
  model: { version: '3', rmse: 1.2345, baselineRmse: 2.5, promoted: true },
  pid: 1,
  processStarted: '',
};

test('a run that succeeded', () => {
  expect(toScreen(succeeded, '.taxiway')).toBe(
    `
batch green: succeeded after 12.3 s
Run          batch-green-20240201-030405

  ✔ transfer succeeded     0.2 s  (2 attempts)
  ✔ etl      succeeded    10.1 s

Rows         56,551 read = 50,000 clean + 6,551 triaged
             from green_tripdata_2024-01.parquet
Broken rules zones 4,000, vendor 3,000, in_month 12
Validation   96.5 % of the expectations hold
Fare model   RMSE 1.234 USD, baseline 2.500; promoted: it serves now
`.trim(),
  );
});

test('the model of a data set that is gone has no name and no unit', () => {
  expect(toScreen({ ...succeeded, category: 'olive' }, '.taxiway')).toContain(
    '\nModel        RMSE 1.234, baseline 2.500; promoted',
  );
});

test('a backfill says what there was to do, and a month is one line', () => {
  const step = (name: string, status: 'succeeded' | 'skipped' | 'failed') => ({ name, status, seconds: 1, log: '' });
  const backfill = {
    months: ['2024-01-01', '2024-02-01'].map((month) => ({ run_date: month })),
    bytes: 3 * 2 ** 20,
    skipped: 1,
    cost: { usd: 0.024 },
  };
  const steps = [
    step('plan', 'succeeded'),
    step('months.0.etl', 'succeeded'),
    step('months.0.retrain', 'skipped'),
    step('months.1.etl', 'failed'),
  ];
  const screen = toScreen({ ...succeeded, workflow: 'backfill', steps, backfill, files: [] }, '.taxiway');
  expect(screen).toContain(
    '  ✔ plan     succeeded     1.0 s\n  ✔ months.0 succeeded     2.0 s\n  ✖ months.1 failed        1.0 s',
  );
  expect(screen).toContain('Months       2 to do (2024-01 to 2024-02, 3.0 MiB, about $0.02), 1 done before');
});

test('a run that failed says why, where its log is and how to go on', () => {
  const failed: Summary = {
    ...succeeded,
    status: 'failed',
    files: [],
    steps: [
      {
        name: 'transfer',
        status: 'failed',
        seconds: 0.2,
        log: 'runs/x/transfer.log',
        exitCode: 1,
        message: `transfer: ${'no '.repeat(40)}\u001b[2Jfile`,
      },
      { name: 'etl', status: 'omitted', seconds: 0, log: 'runs/x/etl.log' },
    ],
  };
  const screen = toScreen(failed, '.taxiway');
  expect(screen).toContain('Failed:      transfer: no no');
  expect(screen).not.toContain('\u001b');
  expect(screen).toMatch(
    /Its log: {5}\.taxiway\/runs\/x\/transfer\.log\nMend files: {2}then start anew, as before\nResume: {6}npm start -- --resume batch-green-20240201-030405$/,
  );
});

test('fits 80 × 24 and moves no cursor, whatever the values', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 300 });
  const summaries = fc.record({
    run: anything,
    category: anything,
    status: fc.constantFrom('running', 'succeeded', 'failed', 'stopped' as const),
    names: fc.array(anything, { maxLength: 30 }),
    stepStatus: fc.constantFrom('failed', 'succeeded', 'omitted', 'running', 'stopped', 'pending' as const),
    message: anything,
    files: fc.integer({ min: 0, max: 40 }),
    rule: anything,
  });
  fc.assert(
    fc.property(summaries, ({ run, category, status, names, stepStatus, message, files, rule }) => {
      const screen = toScreen(
        {
          ...succeeded,
          run,
          category,
          status: status as Summary['status'],
          steps: names.map((name) => ({ name, status: stepStatus as 'failed', seconds: 1e6, log: name, message })),
          files: Array.from({ length: files }, () => ({ ...file('2024-01'), file: rule, brokenRules: { [rule]: 1e9 } })),
        },
        run,
      );
      const lines = screen.split('\n');
      expect(lines.length).toBeLessThanOrEqual(24);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});

test('what to do about a failure stays on the screen, however many steps and files there are', () => {
  const steps = Array.from({ length: 20 }, (_, index) => ({
    name: `step-${index}`,
    status: 'failed' as const,
    seconds: 1,
    log: 'runs/x/y.log',
    message: 'm '.repeat(500),
  }));
  const screen = toScreen({ ...succeeded, status: 'failed', steps, files: [file('2024-01'), file('2024-02')] }, '.taxiway');
  expect(screen.split('\n').length).toBeLessThanOrEqual(24);
  expect(screen).toContain('… and 13 more steps');
  expect(screen).toContain('--resume batch-green-20240201-030405');
});
