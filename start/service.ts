// A server of ours as a child process: started on a free port of this machine, ended with this process.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { TemporaryError } from '../apps/platform/errors.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

export interface Service {
  readonly name: string;
  /** Where it answers. */
  readonly origin: URL;
  readonly pid: number;
  /** Resolves with the reason once the process is gone. */
  readonly ended: Promise<string>;
  /** Asks it to end, kills it half a second later; resolves once the process is gone. */
  readonly end: () => Promise<void>;
}

const startSeconds = 30;
const graceMilliseconds = 500;
const guard = pathToFileURL(join(import.meta.dirname, 'end-with-parent.mjs')).href;

/** Starts `apps/<name>/main.ts`. Throws TemporaryError where it does not say within 30 s that it listens. */
export async function startService(name: string, args: readonly string[]): Promise<Service> {
  const main = join(import.meta.dirname, '..', 'apps', name, 'main.ts');
  const child: Child = spawn(process.execPath, ['--import', guard, main, ...args, '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // The terminal's Ctrl-C is for npm start, which then ends this.
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const end = async () => {
    child.stdin.end();
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds);
    await ended;
    clearTimeout(killer);
  };
  try {
    const origin = await waitForOrigin(child, ended);
    return { name, origin, pid: child.pid as number, ended, end };
  } catch (error) {
    await end();
    throw new TemporaryError(
      `the ${name} server did not start: ${(error as Error).message}; see its lines above, then start again`,
    );
  }
}

const lineSchema = z.object({ listening: z.url() });

/** The address in the first line of standard output. */
async function waitForOrigin(child: Child, ended: Promise<string>): Promise<URL> {
  const lines = createInterface({ input: child.stdout });
  const deadline = new AbortController();
  try {
    const line = await Promise.race([
      new Promise<string>((resolve) => lines.once('line', resolve)),
      ended.then((reason) => Promise.reject(new Error(`it ended with ${reason}`))),
      sleep(startSeconds * 1000, undefined, { signal: deadline.signal }).then(() =>
        Promise.reject(new Error(`no answer within ${startSeconds} s`)),
      ),
    ]);
    return new URL(lineSchema.parse(JSON.parse(line)).listening);
  } finally {
    deadline.abort();
    lines.close();
    // A full pipe would block the server.
    child.stdout.resume();
  }
}
