// Runs an app's Python with its packages: `node workflows/python.ts dbt -m pytest`. The working directory is the app's folder.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { exitCode, UserError } from '../apps/platform/errors.ts';
import { ensurePythonEnvironment } from './python-env.ts';

const [app, ...args] = process.argv.slice(2);
try {
  if (app === undefined || !/^[a-z][a-z0-9-]*$/.test(app)) {
    throw new UserError(exitCode.usage, 'usage: node workflows/python.ts <app> <python arguments…>');
  }
  const python = await ensurePythonEnvironment(app, { onNotice: (notice) => console.error(notice) });
  const child = spawn(python, args, { cwd: join(import.meta.dirname, '..', 'apps', app), stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child as well: let it decide.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
