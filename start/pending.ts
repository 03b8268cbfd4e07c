// What one `npm start` still has to run, kept so that `--resume` goes on with the workflows after the one it mends.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonIfAny, writeFileAtomically } from '../apps/platform/files.ts';
import { rebase, stateUri } from '../workflows/local/moved-state.ts';

const requests = z.array(z.object({ template: z.string(), parameters: z.record(z.string(), z.string()) }));
/** With the state folder's URI at that time. */
const pendingFile = z.object({ state: z.string(), requests });

export type Request = z.output<typeof requests>[number];

const pathOf = (state: string) => join(state, 'pending.json');

/** The workflows of the last `npm start` that have not succeeded, in order; what they name in the state folder is where that is now. */
export async function readPending(state: string): Promise<Request[]> {
  const found = pendingFile.safeParse(await readJsonIfAny(pathOf(state)).catch(() => undefined)).data;
  const move = { from: found?.state ?? '', to: stateUri(state) };
  return (found?.requests ?? []).map((request) => ({ ...request, parameters: rebase(request.parameters, move) }));
}

export async function writePending(state: string, pending: readonly Request[]): Promise<void> {
  const content = { state: stateUri(state), requests: pending };
  if (pending.length === 0) await rm(pathOf(state), { force: true });
  else await writeFileAtomically(pathOf(state), `${JSON.stringify(content, null, 2)}\n`);
}

/** Whether a run was started for this request. */
export function isRunOf(
  request: Request | undefined,
  run: { readonly workflow: string; readonly parameters: Readonly<Record<string, string>> },
): boolean {
  return (
    request?.template === run.workflow &&
    Object.entries(request.parameters).every(([name, value]) => run.parameters[name] === value)
  );
}
