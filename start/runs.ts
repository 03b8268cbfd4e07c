// The runs that this machine remembers, newest first.
import { join } from 'node:path';
import { listFolder, readJsonIfAny } from '../apps/platform/files.ts';
import { isAlive } from '../workflows/local/process-identity.ts';
import { type Summary, summarySchema } from '../workflows/local/summary.ts';

/** Reads the latest summaries, newest first; unreadable ones are left out. A run whose process has died is shown as stopped. */
export async function readRuns(state: string, most = 50): Promise<Summary[]> {
  const runs = await listFolder(join(state, 'runs'));
  const summaries = await Promise.all(
    runs.map((run) => readJsonIfAny(join(state, 'runs', run, 'summary.json')).catch(() => undefined)),
  );
  return summaries
    .flatMap((value) => summarySchema.safeParse(value).data ?? [])
    .map((summary) =>
      summary.status === 'running' && !isAlive({ pid: summary.pid, started: summary.processStarted })
        ? { ...summary, status: 'stopped' as const }
        : summary,
    )
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.run < b.run ? 1 : -1))
    .slice(0, most);
}
