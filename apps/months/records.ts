// What has been loaded: `<records>/<category>/<YYYY-MM-01>.json`, written when a batch has done all of its work.
import { z } from 'zod';
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf, monthOf, monthOfFile } from '../contract/file-name.ts';
import { readManifest } from '../plan/manifest.ts';
import { UsageError } from '../platform/errors.ts';
import { listFolder, readJsonIfAny, writeFileAtomically } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { toFolderError } from '../platform/object-storage-folder.ts';
import { baseName, joinUri, toPath } from '../platform/uri.ts';
import { keyOf } from './month-files.ts';

const record = z.object({
  version: z.literal(1),
  category: z.string(),
  month: z.string(),
  uri: z.string(),
  filename: z.string(),
  sourceVersion: z.string(),
});

export type MonthRecord = z.output<typeof record>;
/** Records by `<category>/<YYYY-MM>`. */
export type Records = ReadonlyMap<string, MonthRecord>;

export interface LoadedMonth {
  readonly records: string;
  readonly category: Dataset;
  readonly uri: string;
  readonly filename: string;
  readonly runDate: string;
  readonly version: string;
}

/** Records a month; doing so again changes nothing. Throws UsageError where name, URI and month don't belong together. */
export async function writeRecord({
  records,
  category: dataset,
  uri,
  filename,
  runDate,
  version,
}: LoadedMonth): Promise<MonthRecord> {
  const month = monthOf(runDate);
  if (monthOfFile(dataset, filename) !== month)
    throw new UsageError(
      `--filename ${filename} is not the file of ${dataset.category} ${month}; check --category and --run-date`,
    );
  if (nameIn(uri) !== filename) throw new UsageError(`--uri ${uri} does not end with --filename ${filename}`);
  const written: MonthRecord = { version: 1, category: dataset.category, month, uri, filename, sourceVersion: version };
  try {
    await writeFileAtomically(recordPath(records, dataset.category, month), `${JSON.stringify(written, null, 2)}\n`);
  } catch (error) {
    throw toFolderError(records, error);
  }
  return written;
}

/** Records every month of a manifest. */
export async function writeRecords({
  records,
  category,
  manifest: uri,
}: Pick<LoadedMonth, 'records' | 'category'> & { readonly manifest: string }): Promise<{ readonly months: readonly string[] }> {
  const months: string[] = [];
  for (const { name, source, sourceVersion } of (await readManifest(uri)).files) {
    const runDate = firstDayOf(monthOfFile(category, name) ?? '');
    months.push((await writeRecord({ records, category, uri: source, filename: name, runDate, version: sourceVersion })).month);
  }
  return { months };
}

/** The records of some categories. One that can't be read counts for nothing: its month is loaded again. */
export async function readRecords(records: string, datasets: readonly Dataset[]): Promise<Records> {
  const found = new Map<string, MonthRecord>();
  for (const { category } of datasets) {
    const names = await listFolder(toPath(joinUri(records, category))).catch((error) => {
      throw toFolderError(records, error);
    });
    for (const name of names) {
      const path = toPath(joinUri(records, category, name));
      const read = record.safeParse(await readJsonIfAny(path).catch(() => undefined));
      if (read.success && name === `${firstDayOf(read.data.month)}.json` && read.data.category === category)
        found.set(keyOf(read.data), read.data);
      else log('left out, no record of a month', { file: path });
    }
  }
  return found;
}

const recordPath = (records: string, category: string, month: string): string =>
  toPath(joinUri(records, category, `${firstDayOf(month)}.json`));

function nameIn(uri: string): string | undefined {
  try {
    return baseName(uri);
  } catch {
    return undefined;
  }
}
