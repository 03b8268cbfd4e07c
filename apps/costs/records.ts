// What each run has cost, as its exit step saw it: `<records>/<YYYY-MM>/<run>.json`. Workflows are deleted after days, these stay.
import { z } from 'zod';
import { listFolder, readJsonIfAny, writeFileAtomically } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { joinUri, toPath } from '../platform/uri.ts';

const count = z.number().min(0);
const step = z.object({ step: z.string(), jobs: count, bytesBilled: count, slotMs: count, podSeconds: count, usd: count });
const record = z.object({
  version: z.literal(1),
  run: z.string(),
  category: z.string(),
  from: z.string(),
  to: z.string(),
  bytesBilled: count,
  slotMs: count,
  podSeconds: count,
  usd: count,
  steps: z.array(step),
});
export type RunRecord = z.output<typeof record>;

const pathOf = (records: string, { run, from }: Pick<RunRecord, 'run' | 'from'>): string =>
  toPath(joinUri(records, from.slice(0, 7), `${run}.json`));

/** The record of an earlier try, if any. */
export async function readRecord(records: string, of: Pick<RunRecord, 'run' | 'from'>): Promise<RunRecord | undefined> {
  return record.safeParse(await readJsonIfAny(pathOf(records, of)).catch(() => undefined)).data;
}

export const writeRecord = (records: string, written: RunRecord): Promise<void> =>
  writeFileAtomically(pathOf(records, written), `${JSON.stringify(written, null, 2)}\n`);

/** The records of a month, `2026-11`, in the order of their runs. One that can't be read is logged and left out. */
export async function readMonth(records: string, month: string): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  for (const name of await listFolder(toPath(joinUri(records, month)))) {
    const path = toPath(joinUri(records, month, name));
    const read = record.safeParse(await readJsonIfAny(path).catch(() => undefined));
    if (read.success) found.push(read.data);
    else log('left out, no record of a run', { file: path });
  }
  return found;
}
