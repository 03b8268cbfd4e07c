// What is known of a loaded month: `<records>/<category>/<YYYY-MM-01>.json`. `months` writes it, validate compares new months with it.
import { z } from 'zod';
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf } from '../contract/file-name.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { log } from '../platform/log.ts';
import { listNames, readJsonIfSound } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';

const recordsAtOnce = 32;

/** What a month's rows were like as a whole. Quantiles by the figure's name; shares of the rows by hour of day. */
export const monthProfile = z.object({
  rows: z.number().int(),
  quantiles: z.record(z.string(), z.object({ median: z.number().nullable(), p95: z.number().nullable() })),
  hours: z.array(z.number()).length(24),
});
export type MonthProfile = z.output<typeof monthProfile>;

/** Why a month was loaded though a gate refused it. */
export const acceptance = z.object({ reason: z.string(), refusedBy: z.array(z.string()) });
export type Acceptance = z.output<typeof acceptance>;

const record = z.object({
  version: z.literal(1),
  category: z.string(),
  month: z.string(),
  uri: z.string(),
  filename: z.string(),
  sourceVersion: z.string(),
  profile: monthProfile.optional(),
  accepted: acceptance.optional(),
});

export type MonthRecord = z.output<typeof record>;
/** Records by `<category>/<YYYY-MM>`. */
export type Records = ReadonlyMap<string, MonthRecord>;

export const keyOf = ({ category, month }: { readonly category: string; readonly month: string }): string =>
  `${category}/${month}`;

/** Where a month's record lies. */
export const recordUri = (records: string, category: string, month: string): string =>
  joinUri(records, category, `${firstDayOf(month)}.json`);

/** The records of some categories. One that can't be read counts for nothing: its month is loaded again. */
export async function readRecords(records: string, datasets: readonly Pick<Dataset, 'category'>[]): Promise<Records> {
  const found = new Map<string, MonthRecord>();
  for (const { category } of datasets) {
    const names = await listNames(`${joinUri(records, category)}/`, { direct: true });
    const all = await mapConcurrently(names, recordsAtOnce, async (name) => {
      const uri = joinUri(records, category, name);
      return { name, uri, read: record.safeParse(await readJsonIfSound(uri)) };
    });
    for (const { name, uri, read } of all) {
      if (read.success && name === `${firstDayOf(read.data.month)}.json` && read.data.category === category)
        found.set(keyOf(read.data), read.data);
      else log('left out, no record of a month', { file: uri });
    }
  }
  return found;
}

/** What validate hands to the step that records the months of a run. */
export const judgedMonths = z.object({
  version: z.literal(1),
  months: z.array(
    z.object({
      category: z.string(),
      month: z.string(),
      file: z.string(),
      profile: monthProfile.optional(),
      accepted: acceptance.optional(),
    }),
  ),
});
export type JudgedMonths = z.output<typeof judgedMonths>;
