// Finds Python, and fills environments: uv's own by pip, all others by uv. Every package is checked against its hash.
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemporaryError, UsageError, type UserError } from '../apps/platform/errors.ts';

const run = promisify(execFile);

export interface Installation {
  /** The environment's folder; there is none yet. */
  readonly folder: string;
  readonly python: string;
  readonly requirements: string;
  readonly signal: AbortSignal | undefined;
}

/** Real path of the first of python3.11 and python3 that is 3.11 or newer. */
export async function findPython(): Promise<string> {
  const tooOld: string[] = [];
  for (const candidate of ['python3.11', 'python3']) {
    const script = 'import sys; print(sys.executable); print(".".join(map(str, sys.version_info[:3])))';
    const output = await run(candidate, ['-c', script]).then(
      ({ stdout }) => stdout,
      () => undefined,
    );
    const [path, version] = output?.trim().split('\n') ?? [];
    if (path === undefined || version === undefined) continue;
    const [major, minor] = version.split('.').map(Number) as [number, number];
    if (major > 3 || (major === 3 && minor >= 11)) return realpath(path);
    tooOld.push(`${candidate} is ${version}`);
  }
  const got = tooOld.length === 0 ? 'found no python3.11 nor python3' : `${tooOld.join(', ')}`;
  throw new UsageError(
    `python: dbt and the models need Python 3.11 or newer: ${got}; install it (Debian: apt install python3 python3-venv)`,
  );
}

/** Makes an environment by Python's own means. */
export async function installWithPip({ folder, python, requirements, signal }: Installation): Promise<void> {
  const noVenv = (why: string) =>
    new UsageError(`python: can't make a Python environment (Debian: apt install python3-venv): ${why}`);
  await runInstaller([python, '-m', 'venv', folder], noVenv, signal);
  const pip = [join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await runInstaller([...pip, '--require-hashes', '--no-deps', '-r', requirements], noPackages, signal);
}

/** Makes an environment by uv, in a fraction of pip's time. */
export async function installWithUv(uv: string, { folder, python, requirements, signal }: Installation): Promise<void> {
  await runInstaller([uv, 'venv', '--quiet', '--no-project', '--python', python, folder], noPackages, signal);
  const target = join(folder, 'bin', 'python');
  // Compiled once here, or anew at each start where PYTHONDONTWRITEBYTECODE is set: half of MLflow's start.
  // The system's certificates, as pip takes them, so that a company's own registry is trusted here too.
  const flags = ['--quiet', '--system-certs', '--compile-bytecode', '--require-hashes', '--python', target];
  await runInstaller([uv, 'pip', 'sync', ...flags, requirements], noPackages, signal);
}

const noPackages = (why: string) => new TemporaryError(`python: can't install packages: ${why}`);

async function runInstaller(
  command: readonly string[],
  toError: (why: string) => UserError,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [file, ...args] = command as [string, ...string[]];
  const { VIRTUAL_ENV, PYTHONHOME, PYTHONPATH, ...environment } = process.env;
  try {
    await run(file, args, {
      env: { ...environment, UV_PYTHON_DOWNLOADS: 'never' },
      maxBuffer: 1 << 26,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
    throw toError(
      lines
        .filter((line) => line !== '')
        .slice(-5)
        .join(' ') || message,
    );
  }
}
