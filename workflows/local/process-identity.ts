// Tells a process from another that got its number later, by when it started.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal only for the same process. */
  readonly started: string;
}

/** The identity of a living process, or undefined where there is none. A zombie is dead. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid < 1) return undefined;
  const started = process.platform === 'linux' ? readLinuxStart(pid) : readStart(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether this very process still runs. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.started === started;
}

/** Whether a process was started since this machine was: numbers of earlier times mean nothing. Always false off Linux. */
export function isOfThisBoot({ started }: ProcessIdentity): boolean {
  const boot = identifyProcess(process.pid)?.started.split(':')[0];
  return process.platform === 'linux' && started.split(':')[0] === boot;
}

function readLinuxStart(pid: number): string | undefined {
  try {
    // The command's name, in parentheses, may hold anything; the fields after it are plain: state first, start (ticks since boot) twentieth.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function readStart(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
