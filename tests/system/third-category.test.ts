// Made-up categories, of taxis and not: one contract file, `npm run synth`, and the whole pipeline runs on it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { addDatasets, cloneProject, synthesize } from '../fixtures/clone-of-project.ts';
import { readSummaries, repository, startPipeline } from '../fixtures/npm-start.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { digestWarehouse } from '../fixtures/warehouse-digest.ts';

let folder: string;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-third-'));
  clone = join(folder, 'clone');
  await cloneProject(clone);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("README's recipe, step by step: one file, and what is made from it", async () => {
  const readme = await readFile(join(repository, 'README.md'), 'utf8');
  const recipe = /^## Add a data set\n[\s\S]*?(?=^(?:## |\[ARCHITECTURE))/m.exec(readme)?.[0] ?? '';
  expect(recipe.trimEnd().split('\n').length).toBeLessThan(50);
  const [, path = ''] = /^One file, `(.*?)`/m.exec(recipe) ?? [];
  const [, code = ''] = /^```ts\n([\s\S]*?)^```/m.exec(recipe) ?? [];
  const [, commands = ''] = /^```sh\n([\s\S]*?)^```/m.exec(recipe) ?? [];
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: clone, encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'before');

  await writeFile(join(clone, path), code);
  const printed = execFileSync('bash', ['-euxc', commands], { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(printed).toContain('batch meters: succeeded');
  expect(printed).toContain('the data set is new');
  const changed = git('status', '--porcelain', '--untracked-files=all')
    .split('\n')
    .flatMap((line) => line.slice(3) || []);
  const made =
    /^(dist\/|apps\/contract\/generated\/|apps\/dbt\/(models|macros)\/generated\/|apps\/dbt\/seeds\/|apps\/ml\/generated\/|apps\/validate\/expectations\/)/;
  expect(changed.filter((name) => !made.test(name))).toEqual([path]);
  expect(changed.length).toBeGreaterThan(10);
});

test('one contract file is all that a category takes', async () => {
  const source = (await readFile(join(clone, 'apps/contract/green.ts'), 'utf8'))
    .replaceAll('lpep_', 'opep_')
    .replaceAll('green', 'olive')
    .replace("title: 'Green taxi'", "title: 'Olive taxi'")
    .replace(
      '  must: [',
      "  key: ['VendorID', time.pickup, time.dropoff, 'PULocationID', 'DOLocationID', 'trip_distance'],\n  must: [",
    )
    .replace(
      'tripColumns.congestion_surcharge,',
      "tripColumns.congestion_surcharge,\n  { name: 'pool_size', type: 'int', description: 'Parties that shared the ride.', optional: true },",
    );
  await writeFile(join(clone, 'apps/contract/olive.ts'), source);
  synthesize(clone);

  const input = join(folder, 'input');
  const state = join(folder, 'state');
  await makeSampleFiles(input, { category: 'olive', months: 3, rows: 1500, from: clone });
  const { code, output } = await startPipeline(state, ['--once', '--category', 'olive', '--input', input], clone).ended;
  expect(output).toContain('batch olive: succeeded');
  expect(code).toBe(0);
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files.map((file) => file.month)).toEqual(['2024-11', '2024-12', '2025-01']);
  for (const file of files) expect(file.clean + file.triage).toBe(file.read);
  const tables = await digestWarehouse(state, 'olive');
  expect(Object.values(tables).every((digest) => !digest.startsWith('0/'))).toBe(true);
});

test('a data set that is not of taxis: its own dimension and key, names of codes, no model, and a sample that follows from the rest', async () => {
  await addDatasets(clone, 'rides');
  expect(await readFile(join(clone, 'dist/local/workflows/batch.yaml'), 'utf8')).toContain(
    '{{inputs.parameters.category}} != rides',
  );

  const input = join(folder, 'rides');
  const state = join(folder, 'state-of-rides');
  await makeSampleFiles(input, { category: 'rides', months: 3, rows: 1500, from: clone });
  const { code, output } = await startPipeline(state, ['--once', '--category', 'rides', '--input', input], clone).ended;
  expect(output).toContain('batch rides: succeeded');
  expect(code).toBe(0);
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files.map((file) => file.month)).toEqual(['2024-11', '2024-12', '2025-01']);
  // Most of the made-up rows keep the rules, and some break them.
  for (const file of files) expect(file.clean / file.read).toBeGreaterThan(0.9);
  expect(files.some((file) => file.triage > 0)).toBe(true);
  const rows = await withDuckDb(join(state, 'warehouse.duckdb'), async (connection) => {
    const of = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    return {
      tables: await of("SELECT table_schema || '.' || table_name AS name FROM information_schema.tables ORDER BY 1"),
      view: await of('SELECT DISTINCT rider, from_area, from_name, to_name FROM bi.dbt__bi__rides_m2m ORDER BY ALL LIMIT 4'),
      rides: await of('SELECT count(*) = count(DISTINCT ride_id) AS once FROM staging.rides_clean'),
    };
  });
  expect(rows.tables.map(({ name }) => name)).toEqual([
    'bi.dbt__bi__rides_m2m',
    'historical.rides_monthly',
    'staging.rides_clean',
    'staging.rides_triage',
    'zones.docks',
  ]);
  expect(rows.view[0]).toEqual({ rider: 'annual member', from_area: 'Downtown', from_name: 'City Hall', to_name: 'City Hall' });
  expect(rows.rides).toEqual([{ once: true }]);
});

test('hourly weather, which is no trip: CSV with instants and a word for what is missing', async () => {
  await addDatasets(clone, 'weather');

  const input = join(folder, 'weather');
  const state = join(folder, 'state-of-weather');
  await mkdir(input);
  const stations = ['EWR', 'JFK', 'LGA'];
  for (const month of ['2013-01', '2013-02', '2013-03']) {
    const days = new Date(Date.UTC(2013, Number(month.slice(5)), 0)).getUTCDate();
    const rows = Array.from({ length: days * 24 * 3 }, (_, index) => {
      const time = new Date(Date.parse(`${month}-01T00:00:00Z`) + Math.floor(index / 3) * 3_600_000).toISOString();
      const temperature = index % 50 === 0 ? 'NA' : index === 7 ? '999' : (20 + (index % 40)).toFixed(2);
      return [stations[index % 3], time.replace('.000', ''), temperature, index % 10 === 0 ? '0.1' : '0', '-3'].join(',');
    });
    // A row of the month before, in UTC, though the wall clocks of New York are in another.
    const stray = 'EWR,2012-12-31T23:30:00Z,40,0,1';
    await writeFile(
      join(input, `weather_${month}.csv`),
      ['origin,time_hour,temp,precip,wind_dir', ...rows, stray, ''].join('\n'),
    );
  }
  const { code, output } = await startPipeline(state, ['--once', '--category', 'weather', '--input', input], clone).ended;
  expect(output).toContain('batch weather: succeeded');
  expect(code).toBe(0);
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files.map(({ read, clean, triage }) => [read, clean, triage])).toEqual([
    [31 * 72 + 1, 31 * 72 - 1, 2],
    [28 * 72 + 1, 28 * 72 - 1, 2],
    [31 * 72 + 1, 31 * 72 - 1, 2],
  ]);
  const days = await withDuckDb(join(state, 'warehouse.duckdb'), async (connection) =>
    (
      await connection.runAndReadAll(
        "SELECT day::VARCHAR AS day, observations, coldest, warmest, rain, dry, frosts FROM bi.dbt__bi__weather_m2m WHERE year = 2013 AND month = 2 AND station = 'Newark' ORDER BY day",
      )
    ).getRowObjectsJson(),
  );
  expect(days).toHaveLength(28);
  const ofFirstDay = Array.from({ length: 24 }, (_, hour) => hour * 3);
  const temperatures = ofFirstDay.filter((index) => index % 50 !== 0).map((index) => 20 + (index % 40));
  const wet = ofFirstDay.filter((index) => index % 10 === 0).length;
  expect(days[0]).toEqual({
    day: '2013-02-01',
    observations: '24',
    coldest: Math.min(...temperatures),
    warmest: Math.max(...temperatures),
    rain: expect.closeTo(wet / 10, 6),
    dry: (24 - wet) / 24,
    frosts: String(temperatures.filter((one) => one < 32).length),
  });
  const page = (await readFile(join(state, 'buckets/docs/datasets/weather.html'), 'utf8')).replaceAll('<wbr>', '');
  expect(page).toContain('weather_YYYY-MM.csv');
  expect(page).not.toMatch(/\btrips?\b|\bfares?\b|\btaxis?\b/i);
});

test('a data set that is not of taxis with a model of its own: it is trained, and the prediction service asks what its inputs say', async () => {
  await addDatasets(clone, 'rides', 'ride-times');

  const input = join(folder, 'ridetimes');
  const state = join(folder, 'state-of-ridetimes');
  await makeSampleFiles(input, { category: 'ridetimes', months: 3, rows: 1500, from: clone });
  const { code, output } = await startPipeline(state, ['--once', '--category', 'ridetimes', '--input', input], clone).ended;
  expect(output).toContain('batch ridetimes: succeeded');
  expect(output).toMatch(/Riding time model RMSE \d+\.\d+ minutes/);
  expect(code).toBe(0);

  const program = spawn(process.execPath, [
    join(clone, 'apps/predict/main.ts'),
    ...['--models', join(state, 'buckets', 'models'), '--port', '0'],
  ]);
  onTestFinished(() => void program.kill('SIGKILL'));
  const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
  const { listening } = JSON.parse(line) as { listening: string };
  const ride = {
    category: 'ridetimes',
    start_dock: 'JC1',
    end_dock: 'JC2',
    started_at: '2025-01-15T08:30',
    member: 'casual',
    electric: true,
  };
  const ask = async (more: object) => {
    const body = JSON.stringify({ ...ride, charged: '2025-01-14', speed: 15, gears: 3, ...more });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    return (await fetch(new URL('api/predict', listening), init)).json();
  };
  const [near, far] = [await ask({ distance: 1 }), await ask({ distance: 7 })] as { minutes: number }[];
  // Four minutes a kilometre.
  expect((far?.minutes ?? 0) - (near?.minutes ?? 0)).toBeGreaterThan(15);
  expect(await ask({})).toMatchObject({ minutes: expect.any(Number), unit: 'minutes', distance: 4.12, distance_estimated: true });
  expect(await ask({ end_dock: 'JC9' })).toEqual({
    errors: [{ field: 'end_dock', message: expect.stringContaining('has no place') }],
  });
  expect(await (await fetch(listening)).text()).toContain('<h1>Predict the riding time</h1>');
});
