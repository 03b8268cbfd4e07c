// The synth as a program: the same bytes everywhere, nothing touched on a mistake, every mistake named at once.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommon } from '../../charts/common.ts';
import { describeChanges } from '../../charts/describe-changes.ts';
import { readDist, replaceDist } from '../../charts/dist-folder.ts';
import { dev } from '../../charts/env/dev.ts';
import { prod } from '../../charts/env/prod.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { synthesize } from '../../charts/synthesize.ts';
import { copyChartSources } from '../fixtures/chart-sources.ts';
import { sampleEnvironment, synthesizeSample } from '../fixtures/sample-service.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const node = join(root, 'node_modules', '.bin', 'node');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-synth-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The program and its sources alone, elsewhere. */
async function copySources(name: string): Promise<string> {
  const copy = join(folder, name);
  await copyChartSources(copy);
  return copy;
}

const synth = (cwd: string, env: Record<string, string>) =>
  run(node, ['--import', 'tsx', 'charts/main.ts'], { cwd, env: { PATH: process.env.PATH ?? '', ...env } });

test('dist/ is what the code makes, byte for byte, under any time zone, locale and folder', async () => {
  const committed = await readDist(join(root, 'dist'));
  const copy = await copySources('other place');
  await synth(copy, { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' });
  const first = await readDist(join(copy, 'dist'));
  for (const [path, text] of first) await expect(text, path).toMatchFileSnapshot(join(root, 'dist', path));
  // Files that are no longer made, and line ends, which a file snapshot forgives.
  expect([...first.keys()]).toEqual([...committed.keys()]);
  expect(first).toEqual(committed);
  const { stdout } = await synth(copy, { TZ: 'America/St_Johns', LC_ALL: 'C' });
  expect(stdout).toBe(`dist/ is up to date (${committed.size} files)\n`);
  expect(await readDist(join(copy, 'dist'))).toEqual(first);
  expect((await readdir(copy)).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
});

test('a mistake in an environment: exit 2, every mistake with file and field, dist/ as it was', async () => {
  const copy = await copySources('mistakes');
  await cp(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  const spoiled = {
    ...prod,
    google: { ...prod.google, region: 'mars' },
    buckets: { ...prod.buckets, docs: prod.buckets.models, staging: '' },
  };
  await writeFile(join(copy, 'charts/env/prod.ts'), `export const prod = ${JSON.stringify(spoiled)};\n`);
  const failed = await synth(copy, {}).catch((error: { code: number; stderr: string }) => error);
  expect(failed).toMatchObject({ code: 2 });
  expect(failed.stderr.split('\n').filter((line) => line.startsWith('  '))).toEqual([
    '  charts/env/prod.ts: google.region: expected a region such as europe-west1, got "mars"',
    '  charts/env/prod.ts: buckets.staging: expected the name of a bucket of Google: 3 to 63 lower-case letters, digits, dashes and underscores, without "google", got ""',
    '  charts/env/prod.ts: google.zone: expected a zone of region "mars", got "europe-west1-b"',
    '  charts/env/prod.ts: google.warehouseLocation: expected "mars", "EU" or "US", got "europe-west1"',
    '  charts/env/prod.ts: buckets.models: "taxiway-prod-models" is buckets.docs already',
  ]);
  expect(await readDist(join(copy, 'dist'))).toEqual(await readDist(join(root, 'dist')));
});

test.each<[string, object, string]>([
  ['a missing bucket', { buckets: { ...dev.buckets, backups: undefined } }, 'dev.ts: buckets.backups: missing'],
  ['an unknown field', { colour: 'red' }, 'dev.ts: value: Unrecognized key: "colour"'],
  ['one namespace twice', { namespaces: { ...dev.namespaces, pipeline: 'taxiway' } }, '"taxiway" is namespaces.platform already'],
  ['another name than its file', { name: 'prod' }, 'dev.ts: name: expected "dev" as the file is named, got "prod"'],
  [
    'a driver on spot nodes',
    { engine: 'spark', nodePools: { ...dev.nodePools, spark: { label: 'x', tainted: true, spot: true } } },
    'nodePools.spark.spot: expected false',
  ],
  [
    'a limit below its request',
    { sizes: { ...dev.sizes, docs: { requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '500m', memory: '128Mi' } } } },
    'sizes.docs.requests.cpu: 2 is more than its limit 500m',
  ],
  [
    'a number for a quantity',
    { sizes: { ...dev.sizes, docs: { requests: { cpu: 1, memory: 2 }, limits: { cpu: 1, memory: 2 } } } },
    'sizes.docs.requests.cpu: expected processors such as 250m or 2, got 1',
  ],
  ['no size', { sizes: { ...dev.sizes, docs: undefined } }, 'sizes.docs'],
  ['no value at all', { buckets: 'none', sizes: null, namespaces: 3 }, 'buckets'],
])('%s is refused', (_, change, says) => {
  expect(() => checkEnvironments([], { dev: { ...dev, ...change } })).toThrow(says);
});

test('versions without a pin are refused, all at once', () => {
  const versions = { a: 'nginx', b: 'nginx:latest', c: 'nginx:1', d: 'nginx:1.29.1', e: 'host:5000/nginx' };
  expect(() => checkEnvironments([], { dev }, versions)).toThrow(
    /^4 to fix.*images\.a: .*images\.b: .*images\.c: .*images\.e: /s,
  );
});

test('two components of one name are refused', () => {
  const common = { component: 'common', environments: ['dev'], create: createCommon } as const;
  expect(() => synthesize([common, common], { dev: sampleEnvironment })).toThrow('two components are named "common"');
});

test('mistakes of a chart say where, and what was expected', () => {
  const change = (server: object) => () =>
    synthesizeSample((props) => ({ ...props, servers: props.servers.map((one) => ({ ...one, ...server })) }));
  expect(change({ image: 'docs:latest' })).toThrow(
    'dev/docs: container docs: image "docs:latest": expected an exact version from charts/versions.ts',
  );
  expect(change({ ports: { http: 80 } })).toThrow(
    'dev/docs: service docs: port http is 80; expected 8080 as in apps/contract/names.ts',
  );
  expect(() => synthesizeSample((props) => ({ ...props, user: 0 }))).toThrow(
    'pod docs: user 0: expected a number above 0, never root',
  );
  expect(() =>
    synthesizeSample((props) => ({ ...props, clusterRules: [{ apiGroups: [''], resources: ['*'], verbs: ['get'] }] })),
  ).toThrow('account docs: a rule has "*"');
});

test('a change of configuration rolls the pods and renames nothing', () => {
  expect(describeChanges(synthesizeSample(undefined, 'a'), synthesizeSample(undefined, 'b'))).toEqual([
    'dev/docs: ~ ConfigMap taxiway/docs-config',
    'dev/docs: ~ Deployment taxiway/docs',
  ]);
});

test('the name of a bucket is in the documents that use it alone', () => {
  const common = [{ component: 'common', environments: ['dev'], create: createCommon }] as const;
  const renamed = { ...sampleEnvironment, buckets: { ...sampleEnvironment.buckets, docs: 'renamed' } };
  expect(describeChanges(synthesize(common, { dev: sampleEnvironment }), synthesize(common, { dev: renamed }))).toEqual([
    'dev/common: ~ ConfigMap taxiway-pipeline/pipeline-environment',
  ]);
});

test('replacing dist leaves the new files and nothing else', async () => {
  const dist = join(folder, 'dist');
  await replaceDist(
    dist,
    new Map([
      ['a/b/old.yaml', 'x'],
      ['a/c/kept.yaml', 'x'],
    ]),
  );
  await replaceDist(dist, new Map([['a/c/kept.yaml', 'y']]));
  expect(await readDist(dist)).toEqual(new Map([['a/c/kept.yaml', 'y']]));
  expect(await readdir(join(dist, 'a'))).toEqual(['c']);
});

test('what a killed synth left beside dist is removed, what a living one has there is not', async () => {
  const dead = join(folder, 'dist-999999999-abcdef');
  const alive = join(folder, `dist-${process.pid}-abcdef`);
  await Promise.all([mkdir(dead), mkdir(alive)]);
  await replaceDist(join(folder, 'dist'), new Map());
  expect((await readdir(folder)).filter((name) => name.startsWith('dist-'))).toEqual([`dist-${process.pid}-abcdef`]);
});

test('two at once make the same folder', async () => {
  const dist = join(folder, 'twice');
  await replaceDist(dist, new Map([['old/x.yaml', 'x']]));
  const files = new Map(Array.from({ length: 20 }, (_, index) => [`a/${index}/x.yaml`, 'x'] as const));
  await Promise.all([replaceDist(dist, files), replaceDist(dist, files)]);
  expect((await readDist(dist)).size).toBe(20);
});

test('text that YAML 1.1 would read as something else is quoted', () => {
  const text = [...synthesizeSample(undefined, 'on').values()].join('');
  expect(text).toContain('a.txt: "on"');
});

test('what was found before is in the same list', () => {
  expect(() =>
    checkEnvironments(['charts/main.ts: two components are named "x"'], {
      dev: { ...dev, google: { ...dev.google, region: 'moon' } },
    }),
  ).toThrow(/to fix.*two components.*charts\/env\/dev\.ts: google\.region/s);
});
