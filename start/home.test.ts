import { expect, test } from 'vitest';
import type { StepSummary, Summary } from '../workflows/local/summary.ts';
import { toHomePage } from './home.ts';

const now = new Date('2024-03-01T12:00:00Z');
const step = (name: string, more: Partial<StepSummary> = {}): StepSummary => ({
  name,
  status: 'succeeded',
  seconds: 1,
  log: `runs/r/${name}.log`,
  ...more,
});
const file = (month: string, triage: number) => ({
  file: `yellow_tripdata_${month}.parquet`,
  month,
  read: 1000,
  clean: 1000 - triage,
  triage,
  outsideRetention: 0,
  brokenRules: { zones: triage, vendor: 1 },
});
const run = (more: Partial<Summary> = {}): Summary => ({
  run: 'batch-yellow-1',
  workflow: 'batch',
  category: 'yellow',
  parameters: { run_date: '2024-02-01' },
  status: 'succeeded',
  startedAt: '2024-03-01T11:57:00Z',
  seconds: 75,
  steps: [step('transfer'), step('etl')],
  files: [file('2024-02', 250)],
  pid: 1,
  processStarted: 'x',
  ...more,
});

/** The page's text, without its style and marks. */
const read = (runs: readonly Summary[]): string =>
  toHomePage({ runs, now, state: '.taxiway' })
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

test('before the first run the page says what to do', () => {
  expect(read([])).toContain('Nothing has run yet npm start runs the pipeline');
});

test('a run that succeeded is told in a line', () => {
  expect(read([run()])).toContain('batch yellow 2024-02: succeeded 3 minutes ago , after 1 min 15 s.');
});

test('rows are those of the newest run of each month, with their share and reasons', () => {
  const older = run({ run: 'full', workflow: 'full-refresh', files: [file('2024-01', 100), file('2024-02', 900)] });
  const text = read([run(), older]);
  expect(text).toContain('Rows read 2,000 from 2 months Clean 82.5 % 350 triaged');
  expect(text).toContain('Why rows were triaged zones 350 vendor 2');
  expect(text).toContain('2024-02 1,000 750 250 25 % zones 250 2024-01 1,000 900 100 10 % zones 100');
});

test.each([
  [
    { rmse: 5.2, baselineRmse: 8.4, promoted: true, version: 2, baseline: 'champion 1' },
    '$5.20 promoted Model 2: $5.20 against $8.40 of champion 1',
  ],
  [
    { rmse: 6.1, baselineRmse: 6.0, promoted: false, version: 2, baseline: 'champion 1' },
    '$6.00 champion stays Model 2: $6.10 against $6.00 of champion 1',
  ],
  [{ rmse: 6.1 }, '$6.10 promoted Model: $6.10'],
])('the model figure shows what serves: %j', (model, text) => {
  expect(read([run({ model })])).toContain(`Fare model error (RMSE) ${text}`);
});

test('the newest validation is linked, from whichever run has one', () => {
  const page = toHomePage({
    runs: [run(), run({ run: 'b', validation: { successPercent: 97.3, success: true } })],
    now,
    state: 's',
  });
  expect(page).toContain('href="/docs/validation/yellow/2024-02-01/"');
  expect(page).toContain('97.3 %');
});

test('a failed run tells its step, reason, log and how to go on, once', () => {
  const steps = [
    step('transfer'),
    step('validate', { status: 'failed', exitCode: 1, message: 'validate: refused: 80 %' }),
    step('etl', { status: 'omitted' }),
  ];
  const text = read([run({ status: 'failed', steps, files: [] }), run({ run: 'full', files: [] })]);
  expect(text).toContain('batch yellow 2024-02: failed at validate refused: 80 % Log .taxiway/runs/r/validate.log');
  expect(text).toContain('Mend files then start anew, as before Resume npm start -- --resume batch-yellow-1');
  expect(text.match(/refused: 80 %/g)).toHaveLength(1);
});

test('an older failure is told in the list, without advice', () => {
  const steps = [step('etl', { status: 'failed', message: 'disk full' })];
  const text = read([run(), run({ run: 'old', status: 'failed', steps })]);
  expect(text).toContain('etl: disk full (.taxiway/runs/r/etl.log)');
  expect(text).not.toContain('--resume');
});

test('each category has its own news', () => {
  const text = read([run({ category: 'green' }), run({ status: 'stopped', steps: [step('dbt', { status: 'running' })] })]);
  expect(text).toContain('batch green 2024-02: succeeded');
  expect(text).toContain('batch yellow 2024-02: stopped at dbt Log .taxiway/runs/r/dbt.log Resume npm start');
});

test('hostile text stays text', () => {
  const evil = `"><img src=x onerror=alert(1)>'`;
  const page = toHomePage({
    runs: [
      run({
        run: evil,
        workflow: evil,
        category: evil,
        parameters: { run_date: `../../${evil}` },
        status: 'failed',
        startedAt: evil,
        steps: [step(evil, { status: 'failed', message: evil, log: evil })],
        files: [{ ...file(evil, 1), file: evil, brokenRules: { [evil]: 1 } }],
        validation: { successPercent: 1, success: false },
        model: { rmse: 1, baselineRmse: 2, version: evil, baseline: evil },
      }),
      run({ run: evil, category: evil, status: 'running', steps: [step(evil, { status: 'running' })] }),
    ],
    now,
    state: evil,
  });
  expect(page).not.toContain('<img');
  expect(page).not.toContain('="">');
  expect(page).not.toMatch(/href="[^"]*\.\.\//);
});
