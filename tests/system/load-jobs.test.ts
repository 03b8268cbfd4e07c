// load's jobs against a strict stand-in of BigQuery: started twice, killed, cut off, refused.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findGcsServer } from '../fixtures/gcs-server.ts';
import { bucket, type LoadLab, run, startLoadLab } from '../fixtures/load-lab.ts';
import { writeMonths } from '../fixtures/random-trips.ts';
import { patience } from '../fixtures/until.ts';
import { mixed } from '../fixtures/yellow-months.ts';

const tool = findGcsServer();
const runDate = '2024-02-01';
const clean = 'dev_staging.yellow_clean$202402';
const monthly = 'dev_historical.yellow_monthly$202402';

describe.skipIf(tool === undefined)('load', () => {
  let lab: LoadLab;
  let rows: { clean: number; triage: number; monthly: number };
  const fill = async (seed: number) => {
    const [file] = await writeMonths(join(lab.folder, `${seed}`), { '2024-02': mixed('2024-02', seed) });
    const { result } = await lab.startEtl({ file: file as string }).ended;
    rows = result.rows;
  };
  beforeAll(async () => {
    lab = await startLoadLab(tool as string);
    await lab.reset();
    await fill(1);
  });
  afterAll(() => lab?.stop());
  beforeEach(() => lab.reset());

  const start = (flags: Parameters<LoadLab['startLoad']>[0] = {}) => lab.startLoad({ 'run-date': runDate, ...flags });
  const load = (flags?: Parameters<LoadLab['startLoad']>[0]) => start(flags).ended;
  const state = () => lab.bigQuery().state;
  const jobs = () => [...state().jobs.entries()];
  const lastLine = (stderr: string) => stderr.trimEnd().split('\n').at(-1);

  test('replaces a month by three jobs with labels, the monthly figures last', async () => {
    const { code, result } = await load();
    expect(code).toBe(0);
    expect(result.jobs.map(({ rows }: { rows: number }) => rows)).toEqual([rows.clean, rows.triage, rows.monthly]);
    expect(jobs().map(([, { request }]) => request.configuration.labels)).toEqual(
      ['clean', 'triage', 'monthly'].map((kind) => ({ run, category: 'yellow', step: 'load', table: `${kind}-202402` })),
    );
    expect(state().partitions.get(clean)).toMatchObject({ rows: rows.clean, job: result.jobs[0].job });
  });

  test('again, it replaces what others wrote since, by jobs of the next names', async () => {
    const first = await load();
    state().partitions.set(clean, { rows: 1, job: 'of-others', files: [] });
    const again = await load();
    const ids = ({ result }: typeof first) => result.jobs.map(({ job }: { job: string }) => job);
    expect(ids(again)).toEqual(ids(first).map((id: string) => `${id}-2`));
    expect(state().partitions.get(clean)?.rows).toBe(rows.clean);
  });

  test('killed while a job runs, the next start waits for the same job', async () => {
    state().pollsOfJobs = 1_000_000;
    const { child, ended } = start();
    await vi.waitFor(() => expect(jobs()).toHaveLength(1), { timeout: patience, interval: 20 });
    child.kill('SIGKILL');
    await ended;
    expect(state().partitions.size).toBe(0);
    state().pollsOfJobs = 1;
    for (const [, job] of jobs()) job.polls = 2;
    const { code, stderr } = await load();
    expect([code, jobs()]).toEqual([0, expect.objectContaining({ length: 3 })]);
    expect(stderr).toContain('adopted');
  });

  test('killed at ten random moments: each table has the old rows or the new, the monthly one last; the next start goes on', async () => {
    const place = (kind: string) => `dev_${kind === 'monthly' ? 'historical' : 'staging'}.yellow_${kind}$202402`;
    const places = ['clean', 'triage', 'monthly'].map(place);
    const old = { rows: 1, job: 'of-an-earlier-run', files: [] };
    const setOld = () => {
      for (const one of places) state().partitions.set(one, old);
    };
    setOld();
    await load();
    const calls = lab.bigQuery().calls.length;
    const all = [rows.clean, rows.triage, rows.monthly];
    const moments = fc.sample(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { numRuns: 10 });
    for (const [index, random] of moments.entries()) {
      await lab.reset();
      setOld();
      const last = Math.floor(((index + random) / 10) * calls);
      const { child, ended } = start();
      await vi.waitFor(() => expect(lab.bigQuery().calls.length).toBeGreaterThan(last), { timeout: patience, interval: 1 });
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
      const found = places.map((one) => state().partitions.get(one));
      const fresh = found.map((one) => one !== old);
      expect(found.map((one) => (one === old ? 'old' : one?.rows))).toEqual(fresh.map((isNew, at) => (isNew ? all[at] : 'old')));
      // New ones come in this order.
      expect([fresh, moments]).toEqual([[...fresh].sort((a, b) => Number(b) - Number(a)), moments]);
      expect((await load()).code).toBe(0);
      expect(places.map((one) => state().partitions.get(one)?.rows)).toEqual(all);
    }
  }, 120_000);

  test('those that are started while it runs wait for the same jobs', async () => {
    state().pollsOfJobs = 1_000_000;
    const starts = [1, 2, 3].map(() => load());
    await vi.waitFor(
      () => expect(lab.bigQuery().calls.filter((call) => call.startsWith('GET jobs')).length).toBeGreaterThan(12),
      {
        timeout: patience,
      },
    );
    state().pollsOfJobs = 3;
    for (const [, job] of jobs()) job.polls = 3;
    expect((await Promise.all(starts)).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(state().partitions.get(clean)?.rows).toBe(rows.clean);
  });

  test('a job that fails for a moment is started again under the next name; after three, exit 75', async () => {
    const down = { reason: 'backendError', message: 'Error encountered' };
    state().jobErrors.push(down);
    expect((await load()).code).toBe(0);
    expect(jobs().map(([id]) => id.replace(/^.*-[0-9a-f]{24}/, ''))).toEqual(['', '-2', '', '']);
    state().jobErrors.push(down, down, down);
    const { code, stderr } = await load({ run: 'other' });
    expect([code, lastLine(stderr)]).toEqual([75, expect.stringMatching(/failed: Error encountered \(backendError\)$/)]);
    // The next try of the step goes on behind them.
    expect((await load({ run: 'other' })).code).toBe(0);
  });

  test.each([
    ['quotaExceeded', 'Quota exceeded: too many loads', 75],
    ['accessDenied', 'Access Denied: Table', 2],
    ['notFound', 'Not found: Table dev_staging.yellow_clean', 2],
    ['invalid', 'Provided Schema does not match Table', 1],
  ])('a job that fails by %s keeps the old rows and ends with %s; the next start goes on', async (reason, message, code) => {
    await load({ run: 'earlier' });
    const before = state().partitions.get(clean);
    // One that fails at once, and one that fails after a while.
    for (const polls of [0, 1]) {
      state().pollsOfJobs = polls;
      state().jobErrors.push({ reason, message });
      const end = await load();
      expect([end.code, lastLine(end.stderr)]).toEqual([code, expect.stringContaining(`${message} (${reason})`)]);
      expect(state().partitions.get(clean)).toEqual(before);
    }
    expect((await load()).code).toBe(0);
    expect(state().partitions.get(monthly)?.job).not.toBe(before?.job);
  });

  test.each([
    [{ status: 429, reason: 'rateLimitExceeded', message: 'slow' }, 0],
    [{ status: 403, reason: 'rateLimitExceeded', message: 'slow' }, 0],
    [{ status: 503, reason: 'backendError', message: 'down' }, 0],
    ['cut', 0],
    ['done-and-cut', 0],
    [{ status: 403, reason: 'quotaExceeded', message: 'Quota exceeded: too many loads' }, 75],
    [{ status: 403, reason: 'accessDenied', message: 'Access Denied: bigquery.jobs.create' }, 2],
  ] as const)('a request that is answered by %o ends with %s', async (how, code) => {
    lab.bigQuery().faults.push({ on: /^POST jobs/, how, times: 1 });
    const end = await load();
    expect(end.code, end.stderr).toBe(code);
    if (code === 0) expect(state().partitions.get(monthly)?.rows).toBe(rows.monthly);
    else expect([lastLine(end.stderr), jobs()]).toEqual([expect.stringContaining((how as { message: string }).message), []]);
  });

  describe('changes nothing where', () => {
    const expectNothing = async (flags: Parameters<LoadLab['startLoad']>[0], code: number, says: string | RegExp) => {
      const end = await load(flags);
      const line = typeof says === 'string' ? expect.stringContaining(says) : expect.stringMatching(says);
      expect([end.code, lastLine(end.stderr)]).toEqual([code, line]);
      expect(lab.bigQuery().calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
    };

    test('tables are missing, or have other columns, each by name', async () => {
      state().tables.delete('dev_staging.yellow_triage');
      const fields = state().tables.get('dev_historical.yellow_monthly')?.schema.fields ?? [];
      fields[0] = { name: 'former', type: 'STRING' };
      await expectNothing(
        {},
        2,
        /^load: taxiway-test: dev_staging\.yellow_triage: no such table; dev_historical\.yellow_monthly: column VendorID is missing, expected INTEGER; dev_historical\.yellow_monthly: column former is not the contract's; run tables first/,
      );
      await expectNothing({ warehouse: 'bigquery://taxiway-test/prod_' }, 2, 'prod_staging.yellow_clean: no such table');
    });

    test('files are missing, or not those that were counted', async () => {
      await expectNothing({ 'run-date': '2024-03-01' }, 2, 'there are no Parquet files of staging.yellow_clean; run etl again');
      await expectNothing({ filled: `gs://${bucket}/none.json` }, 2, 'no such file, expected what etl or Spark writes');
      const { client } = lab.gcs;
      const filled = `runs/${run}/filled.json`;
      const before = (await lab.gcs.read(bucket, filled)) as Buffer;
      const { tables } = JSON.parse(before.toString());
      for (const [changed, says] of [
        [
          { ...tables, 'staging.yellow_clean': { rows: rows.clean + 1 } },
          `${rows.clean} rows, but ${rows.clean + 1} were written`,
        ],
        [{ 'staging.yellow_clean': tables['staging.yellow_clean'] }, 'it says nothing of staging.yellow_triage'],
      ] as const) {
        await client
          .bucket(bucket)
          .file('other.json')
          .save(JSON.stringify({ tables: changed }));
        await expectNothing({ filled: `gs://${bucket}/other.json` }, says.includes('nothing') ? 2 : 1, says);
      }
    });

    test('flags are wrong', async () => {
      await expectNothing({ 'run-date': '1959-12-01' }, 2, 'BigQuery has partitions from 1960-01-01 to 2159-12-01');
      await expectNothing({ 'run-date': '2024-13-01' }, 2, 'expected the first day of a month');
      await expectNothing({ tables: lab.folder }, 2, 'expected a gs:// URI: BigQuery loads from Cloud Storage alone');
      await expectNothing({ run: undefined }, 2, '--run');
    });

    test('the account has no permission, or a quota is used up', async () => {
      const how = { status: 403, reason: 'accessDenied', message: 'Access Denied: bigquery.tables.get' };
      lab.bigQuery().faults.push({ on: /^GET datasets/, how, times: 1 });
      await expectNothing({}, 2, 'not allowed: Access Denied');
      lab.bigQuery().faults.push({ on: /^GET datasets/, how: { ...how, reason: 'quotaExceeded' }, times: 1 });
      await expectNothing({}, 75, 'a quota of the project is used up');
    });
  });

  test('BigQuery counts other rows: exit code 1', async () => {
    state().outputRowsOfLoads = '7';
    const end = await load();
    expect([end.code, lastLine(end.stderr)]).toEqual([1, expect.stringContaining(`counts 7 rows, expected ${rows.clean}`)]);
  });
});
