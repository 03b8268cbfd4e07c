// The Python environment of an app: .venv/<app>, made by uv from hashed requirements on first use, renewed when they change.
import { createHash } from 'node:crypto';
import { access, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../apps/platform/errors.ts';
import { readJsonIfAny, writeFileAtomically } from '../apps/platform/files.ts';
import { withLock } from './local/lock.ts';
import { findPython, installWithPip, installWithUv } from './python-install.ts';

export interface PythonEnvironmentProps {
  /** Root of the repository; this one. */
  readonly repository?: string;
  /** The file of its packages, below the repository; `apps/<app>/requirements.txt` unless given. */
  readonly requirements?: string;
  /** Told once before something that takes long. */
  readonly onNotice?: (notice: string) => void;
  /** Ends an installation; the next call starts it anew. */
  readonly signal?: AbortSignal | undefined;
}

/** Path of the Python with an app's packages. Throws UsageError where Python, its venv module or the packages can't be had. */
export async function ensurePythonEnvironment(app: string, props: PythonEnvironmentProps = {}): Promise<string> {
  const repository = props.repository ?? join(import.meta.dirname, '..');
  const requirements = join(repository, props.requirements ?? `apps/${app}/requirements.txt`);
  return ensureEnvironment({ ...props, repository, name: app, requirements, install: installPackages });
}

/** The same with what the app's image has besides: the clients of buckets and of BigQuery. `npm start` needs none of them. */
export const ensureImagePython = (app: string, props: PythonEnvironmentProps = {}): Promise<string> =>
  ensurePythonEnvironment(`${app}-image`, { requirements: `apps/${app}/image-requirements.txt`, ...props });

interface Environment extends PythonEnvironmentProps {
  readonly repository: string;
  /** Folder below .venv. */
  readonly name: string;
  readonly requirements: string;
  readonly install: (python: string, environment: Environment) => Promise<void>;
}

async function ensureEnvironment(environment: Environment): Promise<string> {
  const { repository, name, requirements } = environment;
  const folder = join(repository, '.venv', name);
  const result = join(folder, 'bin', 'python');
  const stamp = join(folder, 'taxiway-stamp.json');
  const hash = await hashFile(requirements);
  if (await isUsable(stamp, hash, result)) return result;
  await withLock(
    `${folder}.lock`,
    async () => {
      if (await isUsable(stamp, hash, result)) return;
      const python = await findPython();
      environment.onNotice?.(`Installing ${name}'s Python packages (once; it may take a minute)`);
      // Paths inside an environment are absolute, so it can't be built elsewhere and renamed: the stamp, written last, says that it is whole.
      await rm(folder, { recursive: true, force: true });
      await environment.install(python, environment);
      const written: Stamp = { requirements: hash, python: await identifyFile(python) };
      await writeFileAtomically(stamp, `${JSON.stringify(written)}\n`);
    },
    ({ pid }) => environment.onNotice?.(`Waiting for process ${pid}, which installs ${name}'s Python packages`),
  );
  return result;
}

/** What an environment was made from. */
interface Stamp {
  /** SHA-256 of the requirements file. */
  readonly requirements: string;
  /** The Python below it; an upgrade changes its file. */
  readonly python: { readonly path: string; readonly size: number; readonly modified: number };
}

async function identifyFile(path: string): Promise<Stamp['python']> {
  const { size, mtimeMs } = await stat(path);
  return { path, size, modified: Math.floor(mtimeMs) };
}

/** Without starting Python, which would cost each step a tenth of a second. */
async function isUsable(path: string, hash: string, python: string): Promise<boolean> {
  try {
    const stamp = (await readJsonIfAny(path)) as Stamp | undefined;
    await access(python);
    return stamp?.requirements === hash && isDeepStrictEqual(stamp.python, await identifyFile(stamp.python.path));
  } catch {
    return false;
  }
}

async function installUv(python: string, { name, repository, requirements, signal }: Environment): Promise<void> {
  await installWithPip({ folder: join(repository, '.venv', name), python, requirements, signal });
}

async function installPackages(python: string, { name, repository, requirements, signal }: Environment): Promise<void> {
  const uvRequirements = join(import.meta.dirname, 'uv-requirements.txt');
  const uvPython = await ensureEnvironment({ repository, name: 'uv', requirements: uvRequirements, install: installUv, signal });
  const uv = join(dirname(uvPython), 'uv');
  await installWithUv(uv, { folder: join(repository, '.venv', name), python, requirements, signal });
}

async function hashFile(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(`python: ${path}: no such file; a Python app lists its packages there, with hashes`);
  }
}
