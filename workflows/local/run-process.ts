// Runs one command in a process group of its own, with a deadline and a way to stop it; its output goes straight to a log file.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { LocalCommand } from './local-command.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

export interface ProcessProps {
  readonly command: LocalCommand;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Open file that stdout and stderr are appended to. */
  readonly logDescriptor: number;
  readonly deadlineSeconds?: number | undefined;
  readonly signal: AbortSignal;
  /** Between SIGTERM and SIGKILL; 10 s. */
  readonly graceMilliseconds?: number;
  readonly onStart?: (identity: ProcessIdentity) => void;
}

export interface ProcessEnd {
  /** 128 + the signal's number where a signal ended it, as a shell counts; 127 where it could not start. */
  readonly exitCode: number;
  readonly why?: 'deadline' | 'stopped' | 'could not start';
  readonly message?: string;
}

/** Resolves when the process and the rest of its group are gone. Never throws. */
export function runProcess(props: ProcessProps): Promise<ProcessEnd> {
  if (props.signal.aborted) return Promise.resolve({ exitCode: 143, why: 'stopped' });
  // Else spawn blames the program for it.
  if (!existsSync(props.command.cwd)) {
    return Promise.resolve({ exitCode: 127, why: 'could not start', message: `no such folder: ${props.command.cwd}` });
  }
  return new Promise((resolve) => {
    const { file, args, cwd } = dieWithParent(props.command);
    let child: ReturnType<typeof spawn>;
    try {
      child = spawn(file, args, {
        cwd,
        env: props.environment,
        detached: true,
        stdio: ['ignore', props.logDescriptor, props.logDescriptor],
      });
    } catch (error) {
      // Node throws at once for what the system refuses early, such as an argument longer than 128 KiB.
      resolve({ exitCode: 127, why: 'could not start', message: (error as Error).message });
      return;
    }
    let why: 'deadline' | 'stopped' | undefined;
    let killer: NodeJS.Timeout | undefined;
    const stop = (reason: 'deadline' | 'stopped') => {
      if (why !== undefined) return;
      why = reason;
      signalGroup(child.pid, 'SIGTERM');
      killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), props.graceMilliseconds ?? 10_000);
    };
    const onAbort = () => stop('stopped');
    props.signal.addEventListener('abort', onAbort);
    const deadline =
      props.deadlineSeconds === undefined ? undefined : setTimeout(() => stop('deadline'), props.deadlineSeconds * 1000);
    const finish = (end: ProcessEnd) => {
      clearTimeout(deadline);
      clearTimeout(killer);
      props.signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    child.on('spawn', () => {
      const identity = identifyProcess(child.pid as number);
      if (identity) props.onStart?.(identity);
    });
    child.on('error', (error) => finish({ exitCode: 127, why: 'could not start', message: error.message }));
    child.on('exit', (code, signal) => {
      // A container's other processes end with its first one; so do these.
      signalGroup(child.pid, 'SIGKILL');
      finish({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), ...(why ? { why } : {}) });
    });
  });
}

/** Signals every process of a group; quietly where none is left. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {}
}

let setpriv: string | undefined | null = null;

/** The program that asks the kernel to kill a process with its parent, where there is one that can (busybox's can't). */
function findSetpriv(): string | undefined {
  if (setpriv === null) {
    const works = (path: string) => spawnSync(path, ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
    setpriv = process.platform === 'linux' ? ['/usr/bin/setpriv', '/bin/setpriv'].find(works) : undefined;
  }
  return setpriv;
}

/** On Linux the kernel kills the command when this process dies without a chance to do it itself. */
function dieWithParent(command: LocalCommand): LocalCommand {
  const file = findSetpriv();
  return file === undefined ? command : { ...command, file, args: ['--pdeathsig', 'KILL', '--', command.file, ...command.args] };
}
