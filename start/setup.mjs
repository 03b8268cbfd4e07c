// The first program of every npm script: installs the packages when package-lock.json has changed, then runs a file with the
// project's own Node. Plain JavaScript without packages, since it runs on any Node from 20 on, before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const node = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(modules, '.taxiway-lock-sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const lock = join(root, '.taxiway-install.lock');
  takeTurns(lock, () => {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    console.error('Installing packages by package-lock.json (once; about half a minute)');
    const installed = spawnSync('npm', ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (installed.status !== 0 || !existsSync(node)) {
      console.error('setup: npm ci failed (see above); check the network and the registry, then run the same command again');
      rmSync(lock, { force: true });
      process.exit(75);
    }
    writeFileSync(stamp, wanted);
  });
}

/** One installs, others wait. The lock is a link to its owner's number: it appears with it or not at all, and a dead owner's is broken. */
function takeTurns(lock, work) {
  for (;;) {
    try {
      symlinkSync(String(process.pid), lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = ownerOf(lock);
      if (owner !== undefined && !isAlive(owner)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function ownerOf(lock) {
  try {
    return Number(readlinkSync(lock));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

installPackages();
const [file, ...args] = process.argv.slice(2);
if (file !== undefined) {
  const path = [join(modules, '.bin'), process.env.PATH].join(process.platform === 'win32' ? ';' : ':');
  const child = spawn(node, [join(root, file), ...args], { stdio: 'inherit', env: { ...process.env, PATH: path } });
  // The terminal sends Ctrl-C to the child too: it ends in its own time, and this process with it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
