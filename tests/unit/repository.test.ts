// What must hold for the repository as a whole, whoever changes it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFile(join(root, path), 'utf8');

test('every dependency is pinned exactly', async () => {
  const { dependencies, devDependencies } = JSON.parse(await read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  expect(
    Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([]);
});

test('the lock files name no host, and every Python package has a hash', async () => {
  expect(await read('package-lock.json')).not.toContain('"resolved"');
  const ofApps = ['dbt', 'ml', 'mlflow', 'spark'].map((app) => `${app}/requirements.txt`);
  const ofImages = ['dbt', 'ml', 'spark'].map((app) => `${app}/image-requirements.txt`);
  const apps = [...ofApps, ...ofImages].map((file) => `apps/${file}`);
  for (const path of [
    ...apps,
    'tests/checkers/requirements.txt',
    'tests/moto/requirements.txt',
    'tests/odcs/requirements.txt',
    'workflows/uv-requirements.txt',
  ]) {
    const text = await read(path);
    expect(text).not.toMatch(/https?:\/\/|--index-url|--find-links/);
    const packages = text.split('\n').filter((line) => /^[a-z0-9]/i.test(line));
    expect(packages.filter((line) => !line.endsWith('\\'))).toEqual([]);
    expect(text.match(/--hash=sha256:/g)?.length ?? 0).toBeGreaterThanOrEqual(packages.length);
  }
});

test("Python's DuckDB is the one of the Node package, since a newer one writes files that this one can't open", async () => {
  const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: Record<string, string> };
  const version = dependencies['@duckdb/node-api']?.split('-')[0];
  for (const app of ['dbt', 'ml']) expect(await read(`apps/${app}/requirements.txt`)).toContain(`duckdb==${version} `);
});

test('no Parquet file of others and no large file is in the repository', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  expect(tracked.filter((path) => path.endsWith('.parquet'))).toEqual([]);
});

test("programs make folders by makeFolder: Node's own way never ends in /proc", () => {
  const programs = ['apps', 'charts', 'lambda', 'start', 'workflows'].flatMap((folder) => [
    `${folder}/*.ts`,
    `:!${folder}/*.test.ts`,
  ]);
  const found = spawnSync('git', ['grep', '-lE', String.raw`mkdir\(.*recursive`, '--', ...programs], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(found.stdout).toBe('');
});

test('no program knows a data set: words of taxis are in their own files alone', () => {
  const words = String.raw`\b(taxi|cab|fare|trip|passenger|pickup|dropoff|vendor|borough)s?\b|fare_|_fare|trip_|_trip|tripdata|New York`;
  const programs = ['apps', 'charts', 'imports', 'lambda', 'start', 'workflows'];
  const own = ['yellow', 'green', 'fhvhv*', 'bikes', 'bike-sample', 'trip*', 'taxi-zones', 'zones'];
  const not = [
    ...own.map((name) => `apps/contract/${name}.ts`),
    // Made from them, units of money, and what tests read.
    ...['*generated*', 'apps/dbt/seeds', 'apps/validate/expectations', 'apps/contract/units.ts', 'imports'],
    ...['*.test.ts', '*.test.yaml', '*/test_*.py', '*/fixtures/*', 'charts/diff/*'],
  ].map((path) => `:!${path}`);
  const { status, stdout } = spawnSync('git', ['grep', '-niP', words, '--', ...programs, ...not], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([0, 1]).toContain(status);
  expect(stdout.split('\n').filter((line) => line !== '' && !/America\/New_York/.test(line))).toEqual([]);
});
