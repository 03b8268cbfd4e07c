// `tables` against a strict stand-in of BigQuery: made once, changed without loss, refused where data would be lost.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import { green } from '../../apps/contract/green.ts';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import type { Refusal } from '../fixtures/bigquery-state.ts';
import { type ProgramEnd, startProgram } from '../fixtures/run-program.ts';
import { patience } from '../fixtures/until.ts';

let bigQuery: BigQueryStandIn;
beforeEach(async () => {
  bigQuery = await startBigQuery();
});
afterEach(() => bigQuery.stop());

const names = [
  'staging',
  'historical',
  'ml',
  'bi',
  'zones',
  'staging.green_clean',
  'staging.green_triage',
  'historical.green_monthly',
];
const args = ['--category', 'green', '--warehouse', 'bigquery://taxiway-test/', '--location', 'EU'];
const define = (...more: string[]): Promise<ProgramEnd> => startProgram('tables', [...args, ...more], bigQuery.env).ended;
const stored = (name: string) => {
  const found = bigQuery.state.tables.get(name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};
const changes = () => bigQuery.calls.filter((call) => !call.startsWith('GET'));

test('datasets and tables are made as the contract says, and a second run changes nothing', async () => {
  expect(await define()).toMatchObject({ code: 0, result: { created: names, changed: [], unchanged: [] } });
  const clean = stored('staging.green_clean');
  expect(clean.timePartitioning).toEqual({ type: 'MONTH', field: 'lpep_pickup_datetime' });
  expect(clean.clustering).toEqual({ fields: ['PULocationID', 'DOLocationID'] });
  expect(clean.labels).toEqual({ 'part-of': 'taxiway', category: 'green' });
  for (const { schema, description } of bigQuery.state.tables.values()) {
    expect(description).toMatch(/\.$/);
    expect(schema.fields.filter((field) => !field.description)).toEqual([]);
  }
  expect(stored('staging.green_triage').schema.fields.at(-1)).toMatchObject({
    name: 'broken_rules',
    type: 'STRING',
    mode: 'REPEATED',
  });
  bigQuery.calls.length = 0;
  expect(await define()).toMatchObject({ code: 0, result: { created: [], changed: [], unchanged: names } });
  expect(changes()).toEqual([]);
});

test('a prefix stands before each dataset', async () => {
  const { result } = await define('--warehouse', 'bigquery://taxiway-test/dev_');
  expect(result.created).toEqual(names.map((name) => `dev_${name}`));
});

test('new columns, descriptions, labels and a longer expiry are changed; what others set stays', async () => {
  expect((await define('--expiry-days', '100')).code).toBe(0);
  const clean = stored('staging.green_clean');
  clean.labels = { 'cost-centre': '7', category: 'else' };
  const [first, second, ...rest] = clean.schema.fields;
  clean.schema.fields = [{ ...(first as object), policyTags: { names: ['a'] }, mode: 'REQUIRED' } as never, ...rest.slice(0, -1)];
  clean.schema.fields.push({ ...(second as object), description: 'old' } as never);
  const before = clean.schema.fields.map(({ name }) => name);
  const { code, result } = await define();
  expect(code).toBe(0);
  expect(result.changed).toEqual([
    {
      name: 'staging.green_clean',
      changes: [
        'column VendorID may be null',
        'description of column lpep_pickup_datetime',
        'column cbd_congestion_fee FLOAT added',
        'expiry of partitions: 100 days → none',
        'label part-of: none → taxiway',
        'label category: else → green',
      ],
    },
    { name: 'staging.green_triage', changes: ['expiry of partitions: 100 days → none'] },
  ]);
  const after = stored('staging.green_clean');
  expect(after.schema.fields.map(({ name }) => name)).toEqual([...before, 'cbd_congestion_fee']);
  expect(after.schema.fields[0]).toMatchObject({ name: 'VendorID', mode: 'NULLABLE', policyTags: { names: ['a'] } });
  expect(after.labels).toEqual({ 'cost-centre': '7', category: 'green', 'part-of': 'taxiway' });
  expect((await define()).result.changed).toEqual([]);
});

test('what would lose data is refused with every difference, and nothing is changed, not even what could be', async () => {
  await define();
  const clean = stored('staging.green_clean');
  clean.schema.fields = clean.schema.fields.map((field) =>
    field.name === 'trip_distance' ? { ...field, type: 'STRING' } : field,
  );
  clean.schema.fields.push({ name: 'tip_percent', type: 'FLOAT', mode: 'NULLABLE' });
  clean.clustering = { fields: ['DOLocationID'] };
  stored('historical.green_monthly').timePartitioning = { type: 'MONTH', field: 'other' };
  stored('staging.green_triage').description = 'old';
  bigQuery.calls.length = 0;
  const { code, stderr } = await define('--expiry-days', '30');
  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  for (const line of [
    'staging.green_clean: column trip_distance: STRING → FLOAT',
    'staging.green_clean: column tip_percent FLOAT → removed',
    'staging.green_clean: clustering: DOLocationID → PULocationID, DOLocationID',
    'staging.green_clean: expiry of partitions: none → 30 days, which deletes older months',
    'historical.green_monthly: partitions: MONTH of other → MONTH of first_day_of_month',
    'nothing was changed',
  ])
    expect(stderr).toContain(line);
  expect(changes()).toEqual([]);
});

test('a dataset in another location is refused', async () => {
  await define();
  const { code, stderr } = await define('--location', 'US');
  expect([code, stderr]).toEqual([1, expect.stringContaining('staging: location: EU → US')]);
});

test('three that are started at once make the same tables, once', async () => {
  const ends = await Promise.all([define(), define(), define()]);
  expect(ends.map(({ code, stderr }) => [code, stderr.includes('bug')])).toEqual(Array(3).fill([0, false]));
  expect(ends.flatMap(({ result }) => result.created).sort()).toEqual([...names].sort());
  expect(bigQuery.state.tables.size).toBe(toBigQueryTables(green).length);
});

test('killed at any moment, the next start makes what lacks', async () => {
  for (const calls of [9, 11, 14, 17]) {
    bigQuery.state.datasets.clear();
    bigQuery.state.tables.clear();
    bigQuery.calls.length = 0;
    const { child, ended } = startProgram('tables', args, bigQuery.env);
    await vi.waitFor(() => expect(bigQuery.calls.length).toBeGreaterThanOrEqual(calls), { timeout: patience, interval: 1 });
    child.kill('SIGKILL');
    await ended;
    const { code, result } = await define();
    expect([code, [...result.created, ...result.unchanged].sort()]).toEqual([0, [...names].sort()]);
  }
});

test('a name that is taken, and a change of others between reading and writing, are read again', async () => {
  bigQuery.faults.push({ on: /^POST datasets$/, how: 'done-and-cut', times: 1 });
  expect((await define()).code).toBe(0);
  stored('staging.green_clean').description = 'old';
  bigQuery.faults.push({ on: /^PATCH /, how: { status: 412, reason: 'conditionNotMet', message: 'changed' }, times: 1 });
  const { code, result } = await define();
  expect([code, result.changed]).toEqual([0, [{ name: 'staging.green_clean', changes: ['description of the table'] }]]);
});

const refusals: [refusal: Refusal, code: number, says: string][] = [
  [
    { status: 403, reason: 'accessDenied', message: 'Access Denied: Project p: no bigquery.datasets.create' },
    2,
    'not allowed: Access Denied',
  ],
  [{ status: 403, reason: 'quotaExceeded', message: 'Quota exceeded' }, 75, 'a quota of the project is used up'],
  [{ status: 400, reason: 'invalid', message: 'Invalid\n value' }, 2, 'BigQuery says 400 invalid: Invalid value'],
];
test.each(refusals)('%j ends with exit code %i', async (how, code, says) => {
  bigQuery.faults.push({ on: /^POST datasets$/, how, times: 99 });
  const { code: got, stderr } = await define();
  expect(got).toBe(code);
  expect(stderr.trim().split('\n').at(-1)).toBe(`tables: creating staging: ${stderr.split('creating staging: ').at(-1)?.trim()}`);
  expect(stderr).toContain(says);
});

test('what passes is tried again: 429, 503, a rate limit, a cut connection', async () => {
  for (const how of [
    { status: 429, reason: 'rateLimitExceeded', message: 'slow' },
    { status: 503, reason: 'backendError', message: 'down' },
    { status: 403, reason: 'rateLimitExceeded', message: 'slow' },
    'cut',
  ] as const)
    bigQuery.faults.push({ on: /^POST datasets\/staging\/tables$/, how, times: 1 });
  expect(await define()).toMatchObject({ code: 0, result: { created: names } });
});

test('another project, no sign-in and wrong flags are told in one line', async () => {
  const project = await define('--warehouse', 'bigquery://taxiway-other/');
  expect([project.code, project.stderr]).toEqual([
    2,
    'tables: reading staging: Not found: Project taxiway-other; check --warehouse and --location\n',
  ]);
  const env = { BIGQUERY_EMULATOR_HOST: bigQuery.env.BIGQUERY_EMULATOR_HOST ?? '', METADATA_SERVER_DETECTION: 'none' };
  const signIn = await startProgram('tables', args, env).ended;
  expect([signIn.code, signIn.stderr]).toEqual([2, expect.stringContaining('no sign-in was found')]);
  const flags = await define('--warehouse', 'bigquery://p');
  expect(flags).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--warehouse "bigquery://p": expected bigquery://project/'),
  });
});
