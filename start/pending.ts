// What one `npm start` still has to run, kept so that `--resume` goes on with the workflows after the one it mends.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonIfAny, writeFileAtomically } from '../apps/platform/files.ts';

const requests = z.array(z.object({ template: z.string(), parameters: z.record(z.string(), z.string()) }));

export type Request = z.output<typeof requests>[number];

const pathOf = (state: string) => join(state, 'pending.json');

/** The workflows of the last `npm start` that have not succeeded, in order. */
export async function readPending(state: string): Promise<Request[]> {
  return requests.safeParse(await readJsonIfAny(pathOf(state)).catch(() => undefined)).data ?? [];
}

export async function writePending(state: string, pending: readonly Request[]): Promise<void> {
  if (pending.length === 0) await rm(pathOf(state), { force: true });
  else await writeFileAtomically(pathOf(state), `${JSON.stringify(pending, null, 2)}\n`);
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
