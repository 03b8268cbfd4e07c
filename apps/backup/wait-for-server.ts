// Waits until Postgres takes connections.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { TemporaryError } from '../platform/errors.ts';
import { patiently } from './patiently.ts';

/** Throws TemporaryError where no server takes connections in time. */
export const waitForServer = (): Promise<void> => patiently(ask);

/** https://www.postgresql.org/docs/17/app-pg-isready.html */
async function ask(): Promise<void> {
  const child = spawn('pg_isready', ['--quiet', '--timeout=5'], { stdio: 'ignore' });
  const [code] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw new TemporaryError(`pg_isready can't be started: ${error.code}; the image of apps/backup has it`);
  });
  const place = `${process.env.PGHOST ?? 'socket'}:${process.env.PGPORT ?? '5432'}`;
  if (code !== 0) throw new TemporaryError(`${place}: no server of Postgres takes connections; look at its pod`);
}
