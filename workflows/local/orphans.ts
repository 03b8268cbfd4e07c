// Steps that outlived their runner: found by the process numbers that it recorded, and ended before anything else runs.
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from '../../apps/platform/errors.ts';
import { listFolder, readJsonIfAny } from '../../apps/platform/files.ts';
import { identifyProcess, isAlive, isOfThisBoot, type ProcessIdentity } from './process-identity.ts';
import { readSummary, runPath, runsFolder, writeSummary } from './run-folder.ts';
import { signalGroup } from './run-process.ts';

const processIdentity = z.object({ pid: z.int(), started: z.string() });

/** Records a step's process while it runs. Synchronous: no moment in which it runs unrecorded for long. */
export function recordProcess(path: string, identity: ProcessIdentity): void {
  writeFileSync(path, JSON.stringify(identity));
}

export function forgetProcess(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Marks the runs of dead runners as stopped and ends what is left of their steps: two of them must not write to one
 * warehouse. Throws UsageError for `resuming`, a run that another living process works on.
 */
export async function stopOrphans(state: string, resuming?: string): Promise<void> {
  for (const run of await listFolder(runsFolder(state))) {
    const summary = await readSummary(state, run);
    if (summary?.status === 'running' && isAlive({ pid: summary.pid, started: summary.processStarted })) {
      if (run === resuming)
        throw new UsageError(`run ${run} is still going on in process ${summary.pid}; wait for it, or stop it first`);
      continue;
    }
    if (summary?.status !== 'running' && run !== resuming) continue;
    for (const name of await listFolder(runPath(state, run, ''))) {
      if (name.endsWith('.process.json')) await stopOrphan(runPath(state, run, name));
    }
    if (summary?.status === 'running') {
      const steps = summary.steps.map((step) => (step.status === 'running' ? { ...step, status: 'stopped' as const } : step));
      await writeSummary(state, { ...summary, status: 'stopped', steps });
    }
  }
}

async function stopOrphan(path: string): Promise<void> {
  const identity = processIdentity.safeParse(await readJsonIfAny(path).catch(() => undefined)).data;
  if (identity && isAlive(identity)) {
    signalGroup(identity.pid, 'SIGTERM');
    for (let waited = 0; isAlive(identity) && waited < 10_000; waited += 50) await sleep(50);
    signalGroup(identity.pid, 'SIGKILL');
    while (isAlive(identity)) await sleep(20);
  } else if (identity && isOfThisBoot(identity) && identifyProcess(identity.pid) === undefined) {
    // Its own children may be left: they keep the group, and so its number, from being given to others.
    signalGroup(identity.pid, 'SIGKILL');
  }
  forgetProcess(path);
}
