// Each image's contents, alone in a folder of their own, answer --help; and each Dockerfile keeps to what the charts expect of it.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sparkImage } from '../../apps/contract/names.ts';
import { images, ownApps, ownUser, sparkUser, sparkVersion } from '../../charts/versions.ts';
import { bundle } from '../../start/bundle.ts';
import { bundles } from '../../start/bundle-contents.ts';
import { ensureImagePython, ensurePythonEnvironment } from '../../workflows/python-env.ts';
import { findChecker } from '../fixtures/find-checker.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';

const root = join(import.meta.dirname, '..', '..');
/** What the image installs; Spark's brings PySpark itself. */
const ensurePython = (app: string, files: readonly string[]) =>
  files.includes('image-requirements.txt') && app !== 'spark' ? ensureImagePython(app) : ensurePythonEnvironment(app);
const dockerfile = (app: string) => join(root, bundles[app]?.dockerfile ?? '');
let folder: string;

// Outside of the repository: Node would find its packages in a folder above.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundles-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every image of the charts has its contents, and no other has', () => {
  expect(Object.keys(bundles).sort()).toEqual([...ownApps].sort());
});

describe.each(Object.entries(bundles))('%s', (app, { language, files, programs }) => {
  test('starts from its declared contents alone', async () => {
    const cwd = await bundle(app, folder);
    const bin = dirname(language === 'python' ? await ensurePython(app, files) : process.execPath);
    for (const [program = '', ...args] of programs) {
      const { status, stdout, stderr } = spawnSync(join(bin, program), [...args, '--help'], {
        cwd,
        env: { PATH: '/usr/bin:/bin', HOME: folder, PYTHONDONTWRITEBYTECODE: '1', LANG: 'C.UTF-8' },
        encoding: 'utf8',
      });
      expect([stderr, status]).toEqual(['', 0]);
      expect(stdout).toMatch(/^usage: /im);
    }
    // An image is pulled before a step begins.
    if (language === 'typescript') expect((await stat(join(cwd, 'main.js'))).size).toBeLessThan(6 * 2 ** 20);
  });

  test('its Dockerfile names exact versions and the user of the charts', async () => {
    const text = await readFile(dockerfile(app), 'utf8');
    const pythonImages = Array(2).fill(expect.stringMatching(/^python:\d+\.\d+\.\d+-/));
    const sparkImages = [expect.stringMatching(/^maven:\d+\.\d+\.\d+-/), expect.stringMatching(`^spark:${sparkVersion}-`)];
    // The backup runs Postgres' own programs, of the server's version.
    const nodeImages = [await nodeImage(), app === 'backup' ? images.postgres : 'scratch'];
    expect([...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(
      language === 'typescript' ? nodeImages : app === 'spark' ? sparkImages : pythonImages,
    );
    const user = app === 'spark' ? sparkUser : ownUser;
    expect(text).toContain(`\nUSER ${user}:${user}\n`);
  });
});

test('the same bundle has the same bytes, and a second one replaces the first', async () => {
  const first = await readFile(join(await bundle('finish', folder), 'main.js'));
  const again = await bundle('finish', folder);
  expect(await readFile(join(again, 'main.js'))).toEqual(first);
  expect((await readdir(folder)).filter((name) => name.startsWith('.finish'))).toEqual([]);
  expect((await readdir(again)).sort()).toEqual(['main.js', 'package.json']);
});

test("validate's bundle judges a file and writes rows of it: DuckDB and WebAssembly are beside it", async () => {
  const cwd = await bundle('validate', folder);
  await makeSampleFiles(folder, { months: 1, rows: 500 });
  const [file = ''] = (await readdir(folder)).filter((name) => name.startsWith('yellow'));
  const flags = ['--file', join(folder, file), '--suite', 'expectations/yellow.json', '--category', 'yellow'];
  const { status, stderr } = spawnSync(process.execPath, ['main.js', ...flags, '--report', join(folder, 'report')], {
    cwd,
    env: { HOME: folder, TMPDIR: folder },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect((await readdir(join(folder, 'report'))).sort()).toEqual(['index.html', 'result.json', 'rows.parquet']);
});

test('an app without an image is refused by name', async () => {
  const expected = `expected one of ${Object.keys(bundles).sort().join(', ')}`;
  for (const name of ['sample', '../docs', 'toString', ''])
    await expect(bundle(name, folder)).rejects.toThrow(`"${name}" has no image; ${expected}`);
});

test('a Spark job names files that its image has, and the Spark that the tests run', async () => {
  const files = await readdir(await bundle('spark', folder));
  const made = await readFile(dockerfile('spark'), 'utf8');
  const missing = Object.values(sparkImage).filter((path) => !files.includes(basename(path)) && !made.includes(` ${path}\n`));
  expect([missing, Object.values(sparkImage).filter((path) => dirname(path) !== '/app')]).toEqual([[], []]);
  expect(await readFile(join(root, 'apps', 'spark', 'requirements.txt'), 'utf8')).toContain(`\npyspark==${sparkVersion} `);
});

test.each(['dbt', 'ml'])(
  "%s: its image has every package of one machine in the same version, and BigQuery's client",
  async (app) => {
    const versions = async (file: string) => {
      const text = await readFile(join(root, 'apps', app, file), 'utf8');
      return [...text.matchAll(/^[a-z0-9][^ ;]*==[^ ;]+/gim)].map(([version]) => version);
    };
    const image = await versions('image-requirements.txt');
    const here = await versions('requirements.txt');
    expect(here.filter((one) => !image.includes(one))).toEqual([]);
    expect([here.join(' '), image.join(' ')]).toEqual([
      expect.not.stringContaining('bigquery'),
      expect.stringContaining('google-cloud-bigquery=='),
    ]);
  },
);

test("MLflow's server is of its client's version", async () => {
  const version = async (app: string, name: string) =>
    (await readFile(join(root, 'apps', app, 'requirements.txt'), 'utf8')).match(new RegExp(`^${name}==(\\S+)`, 'm'))?.[1];
  expect(await version('mlflow', 'mlflow')).toBe(await version('ml', 'mlflow-skinny'));
});

const hadolint = await findChecker('hadolint');
test.skipIf(!hadolint)('hadolint has nothing to say', () => {
  const { stdout, status } = spawnSync(hadolint as string, [...new Set(ownApps.map(dockerfile))], { encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});

/** The Node that tests ran with. */
async function nodeImage(): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return `node:${devDependencies.node}-bookworm-slim`;
}
