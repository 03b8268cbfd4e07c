// A file's report page and result JSON. Each run's are in a folder of their own; the month's folder shows the latest.
import { firstDayOf } from '../contract/file-name.ts';
import { docsPaths } from '../contract/names.ts';
import { toParquet } from '../plan/parquet-rows.ts';
import { listNames, writeObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';
import type { Gate } from './gate.ts';
import type { Judgement } from './judge-file.ts';
import type { Options } from './options.ts';
import { toRows } from './preview.ts';
import { toReport } from './report.ts';

/** Writes the report, where one is wanted. Returns the URI or path of its folder. */
export async function writeReport(
  { report, run }: Pick<Options, 'report' | 'run'>,
  { judged, gate }: { judged: Judgement; gate: Gate },
): Promise<string | undefined> {
  if (report === undefined) return undefined;
  const result = `${JSON.stringify({ ...judged.result, meta: toMeta(judged, gate) }, null, 2)}\n`;
  const rows = judged.preview && (await toParquet(toRows(judged.preview)));
  const write = async (folder: string, runs: readonly string[]) => {
    await writeObject(joinUri(folder, 'result.json'), result);
    if (rows) await writeObject(joinUri(folder, docsPaths.rowsOfMonth), rows);
    await writeObject(joinUri(folder, 'index.html'), toReport({ judged, gate, runs }));
  };
  if (run === undefined || judged.month === undefined) {
    await write(report, []);
    return report;
  }
  const month = joinUri(report, firstDayOf(judged.month.month));
  await write(joinUri(month, run), []);
  const folders = (await listNames(`${month}/`)).flatMap((name) => (name.includes('/') ? (name.split('/')[0] ?? []) : []));
  await write(month, [...new Set(folders)]);
  return `${joinUri(month, run)}/`;
}

function toMeta({ file, rows, month }: Judgement, gate: Gate): object {
  const { success, successPercent, threshold, accepted } = gate;
  return { file, rows, gate: { success, successPercent, threshold }, ...(accepted && { accepted }), ...month };
}
