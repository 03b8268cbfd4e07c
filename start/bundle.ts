// `npm run bundle -- <app>`: makes the folder that an app's image is built from, .taxiway/bundles/<app>, whole or not at all.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { UsageError, UserError } from '../apps/platform/errors.ts';
import { makeFolder } from '../apps/platform/files.ts';
import { type BundleContents, bundles } from './bundle-contents.ts';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
/** Packages with native code or WebAssembly: they stay packages beside the bundle. */
const natives = ['@duckdb/node-api', 'parquet-wasm'];
/** Folders of a package that are for browsers and bundlers. */
const forBrowsers: Readonly<Record<string, readonly string[]>> = { 'parquet-wasm': ['bundler', 'esm'] };
/** Some packages are CommonJS, and call `require` for Node's own modules. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Makes `<folder>/<app>` and returns its path. Throws UsageError where there is no such app. */
export async function bundle(app: string, folder: string): Promise<string> {
  const contents = contentsOf(app);
  await makeFolder(folder);
  const temporary = await mkdtemp(join(folder, `.${app}-`));
  try {
    await fillContext(app, contents, temporary);
    const target = join(folder, app);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What the image of an app holds. Throws UsageError where it has none. */
export function contentsOf(app: string): BundleContents {
  const contents = Object.hasOwn(bundles, app) ? bundles[app] : undefined;
  if (contents !== undefined) return contents;
  throw new UsageError(`"${app}" has no image; expected one of ${Object.keys(bundles).sort().join(', ')}`);
}

/** Fills an empty folder with all that an image is built from but the Dockerfile. Returns the sources that were bundled, as paths below the repository. */
export async function fillContext(app: string, contents: BundleContents, target: string): Promise<string[]> {
  for (const name of await copiedFiles(app, contents)) {
    const path = join(root, 'apps', app, name);
    await cp(path, join(target, name), { recursive: true, dereference: true });
  }
  return contents.language === 'typescript' ? bundleProgram(app, target) : [];
}

/** The files that an image gets as they are: their paths below the app's folder. */
export async function copiedFiles(app: string, { files }: BundleContents): Promise<string[]> {
  const source = join(root, 'apps', app);
  const names = await readdir(source, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => !entry.isDirectory() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .filter((name) => files.some((file) => (file === '*.py' ? isProgram(name) : name === file || name.startsWith(`${file}/`))))
    .sort();
}

const isProgram = (name: string) => /^(?!test_)[^/]*\.py$/.test(name);

async function bundleProgram(app: string, target: string): Promise<string[]> {
  const metafile = join(target, '.meta.json');
  const esbuild = promisify(execFile)(
    join(modules, '.bin', 'esbuild'),
    [
      join('apps', app, 'main.ts'),
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--target=node24',
      '--legal-comments=none',
      // A third of the bytes, which a step reads before it begins. Functions keep their names, for stack traces.
      '--minify',
      '--keep-names',
      '--log-level=warning',
      '--log-limit=0',
      `--banner:js=${banner}`,
      ...natives.map((name) => `--external:${name}`),
      `--metafile=${metafile}`,
      `--outfile=${join(target, 'main.js')}`,
    ],
    { cwd: root },
  );
  const { stderr } = await esbuild.catch((error: { stderr: string }) => {
    process.stderr.write(error.stderr);
    throw new UsageError(`apps/${app}/main.ts can't be bundled; correct what is printed above`);
  });
  process.stderr.write(stderr);
  const { inputs, outputs } = JSON.parse(await readFile(metafile, 'utf8')) as {
    inputs: Record<string, unknown>;
    outputs: Record<string, { imports: { path: string }[] }>;
  };
  await rm(metafile);
  const used = new Set(Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path)));
  for (const name of natives) if (used.has(name)) await copyPackage(name, target);
  await writeFile(join(target, 'package.json'), `${JSON.stringify({ name: app, private: true, type: 'module' }, null, 2)}\n`);
  return Object.keys(inputs).filter((path) => !path.split('/').includes('node_modules'));
}

/** A package with all that it depends on; of what is optional, what npm has installed for this system. */
async function copyPackage(name: string, target: string): Promise<void> {
  const copy = join(target, 'node_modules', name);
  const left = new Set(forBrowsers[name]?.map((folder) => join(modules, name, folder)));
  await cp(join(modules, name), copy, { recursive: true, filter: (path) => !left.has(path) });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    await readFile(join(copy, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const installed = new Set(await readdir(join(modules, name.split('/')[0] as string)));
  const optional = Object.keys(optionalDependencies).filter((one) => installed.has(one.split('/')[1] as string));
  for (const one of [...Object.keys(dependencies), ...optional]) await copyPackage(one, target);
}

if (process.argv[1] === import.meta.filename) {
  try {
    const apps = process.argv.slice(2);
    if (apps.length === 0) throw new UsageError(`name an app: ${Object.keys(bundles).sort().join(', ')}`);
    for (const app of apps) {
      await bundle(app, join(root, '.taxiway', 'bundles'));
      console.log(
        `.taxiway/bundles/${app}; its image: docker build --file ${contentsOf(app).dockerfile} .taxiway/bundles/${app}`,
      );
    }
    if (process.platform !== 'linux') console.error(`bundle: native packages are for ${process.platform}; build images on Linux`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`bundle: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}
