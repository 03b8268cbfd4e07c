// What each run has cost, as its exit step saw it: `<records>/<YYYY-MM>/<run>.json`. Workflows are deleted after days, these stay.
import { z } from 'zod';
import { mapConcurrently } from '../platform/concurrent.ts';
import { log } from '../platform/log.ts';
import { listNames, readJsonIfSound, writeJsonObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';

const recordsAtOnce = 32;

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

const uriOf = (records: string, { run, from }: Pick<RunRecord, 'run' | 'from'>): string =>
  joinUri(records, from.slice(0, 7), `${run}.json`);

/** The record of an earlier try, if any. */
export async function readRecord(records: string, of: Pick<RunRecord, 'run' | 'from'>): Promise<RunRecord | undefined> {
  return record.safeParse(await readJsonIfSound(uriOf(records, of))).data;
}

export async function writeRecord(records: string, written: RunRecord): Promise<void> {
  await writeJsonObject(uriOf(records, written), written);
}

/** The records of a month, `2026-11`, in the order of their runs. One that can't be read is logged and left out. */
export async function readMonth(records: string, month: string): Promise<RunRecord[]> {
  const names = await listNames(`${joinUri(records, month)}/`, { direct: true });
  const all = await mapConcurrently(names, recordsAtOnce, async (name) => {
    const uri = joinUri(records, month, name);
    return { uri, read: record.safeParse(await readJsonIfSound(uri)) };
  });
  return all.flatMap(({ uri, read }) => {
    if (!read.success) log('left out, no record of a run', { file: uri });
    return read.data ?? [];
  });
}
