// Waits for Postgres: a new pod's way to it may open seconds after the pod has started, when the network has heard of the pod.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';

const waitSeconds = 30;
/** https://www.postgresql.org/docs/17/app-pg-isready.html */
const accepts = 0;
/** It refuses, as while it starts, or nobody answers. */
const passing: readonly number[] = [1, 2];

/** Throws TemporaryError where no server takes connections in time. */
export async function waitForServer(): Promise<void> {
  const end = Date.now() + waitSeconds * 1000;
  for (let tries = 0; ; tries += 1) {
    const code = await ask();
    if (code === accepts) return;
    if (!passing.includes(code) || Date.now() > end) break;
    if (tries === 0) log('waiting', { for: place() });
    await sleep(1000);
  }
  throw new TemporaryError(`${place()}: no server of Postgres takes connections; look at its pod`);
}

const place = (): string => `${process.env.PGHOST ?? 'socket'}:${process.env.PGPORT ?? '5432'}`;

/** The exit code of pg_isready; -1 where it was killed. */
async function ask(): Promise<number> {
  const child = spawn('pg_isready', ['--quiet', '--timeout=5'], { stdio: 'ignore' });
  const [code] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw new TemporaryError(`pg_isready can't be started: ${error.code}; the image of apps/backup has it`);
  });
  return code ?? -1;
}
