// What has been loaded: `<records>/<category>/<YYYY-MM-01>.json`, written when a batch has done all of its work.
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf, monthOf, monthOfFile } from '../contract/file-name.ts';
import { readManifest } from '../plan/manifest.ts';
import { judgedMonths, type MonthRecord, recordUri } from '../plan/month-records.ts';
import { UsageError } from '../platform/errors.ts';
import { readJsonIfSound, writeJsonObject } from '../platform/objects.ts';
import { baseName } from '../platform/uri.ts';

export interface LoadedMonth {
  readonly records: string;
  readonly category: Dataset;
  readonly uri: string;
  readonly filename: string;
  readonly runDate: string;
  readonly version: string;
  /** URI of what validate wrote of the months of the run. */
  readonly judged?: string | undefined;
}

/** Records a month; doing so again changes nothing. Throws UsageError where name, URI and month don't belong together. */
export async function writeRecord({
  records,
  category: dataset,
  uri,
  filename,
  runDate,
  version,
  judged,
}: LoadedMonth): Promise<MonthRecord> {
  const month = monthOf(runDate);
  if (monthOfFile(dataset, filename) !== month)
    throw new UsageError(
      `--filename ${filename} is not the file of ${dataset.category} ${month}; check --category and --run-date`,
    );
  if (nameIn(uri) !== filename) throw new UsageError(`--uri ${uri} does not end with --filename ${filename}`);
  const known = judged === undefined ? {} : await readJudged(judged, { category: dataset.category, month });
  const written: MonthRecord = { version: 1, category: dataset.category, month, uri, filename, sourceVersion: version, ...known };
  await writeJsonObject(recordUri(records, dataset.category, month), written);
  return written;
}

/** Records every month of a manifest. */
export async function writeRecords({
  records,
  category,
  manifest: uri,
  judged,
}: Pick<LoadedMonth, 'records' | 'category' | 'judged'> & { readonly manifest: string }): Promise<{
  readonly months: readonly string[];
}> {
  const months: string[] = [];
  for (const { name, source, sourceVersion } of (await readManifest(uri)).files) {
    const runDate = firstDayOf(monthOfFile(category, name) ?? '');
    months.push(
      (await writeRecord({ records, category, uri: source, filename: name, runDate, version: sourceVersion, judged })).month,
    );
  }
  return { months };
}

/** The month's profile, and why it was accepted if it was. Throws UsageError where the file is not what validate writes. */
async function readJudged(
  uri: string,
  { category, month }: { category: string; month: string },
): Promise<Pick<MonthRecord, 'profile' | 'accepted'>> {
  const read = judgedMonths.safeParse(await readJsonIfSound(uri));
  if (!read.success)
    throw new UsageError(`--judged ${uri}: not what validate --months of this version writes; run validate first`);
  const found = read.data.months.find((one) => one.category === category && one.month === month);
  return { ...(found?.profile && { profile: found.profile }), ...(found?.accepted && { accepted: found.accepted }) };
}

function nameIn(uri: string): string | undefined {
  try {
    return baseName(uri);
  } catch {
    return undefined;
  }
}
