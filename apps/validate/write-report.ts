// A file's report page and result JSON. Each run's are in a folder of their own; the month's folder shows the latest.
import { join } from 'node:path';
import { firstDayOf } from '../contract/file-name.ts';
import { listFolder, writeFileAtomically } from '../platform/files.ts';
import { joinUri, toPath } from '../platform/uri.ts';
import type { Gate } from './gate.ts';
import type { Judgement } from './judge-file.ts';
import type { Options } from './options.ts';
import { toReport } from './report.ts';

/** Writes the report, where one is wanted. Returns the URI or path of its folder. */
export async function writeReport(
  { report, run }: Pick<Options, 'report' | 'run'>,
  { judged, gate }: { judged: Judgement; gate: Gate },
): Promise<string | undefined> {
  if (report === undefined) return undefined;
  const result = `${JSON.stringify({ ...judged.result, meta: toMeta(judged, gate) }, null, 2)}\n`;
  const write = async (folder: string, runs: readonly string[]) => {
    await writeFileAtomically(join(folder, 'result.json'), result);
    await writeFileAtomically(join(folder, 'index.html'), toReport({ judged, gate, runs }));
  };
  if (run === undefined || judged.month === undefined) {
    await write(toPath(report), []);
    return report;
  }
  const month = joinUri(report, firstDayOf(judged.month.month));
  await write(toPath(joinUri(month, run)), []);
  const runs = (await listFolder(toPath(month))).filter((name) => !name.includes('.'));
  await write(toPath(month), runs);
  return `${joinUri(month, run)}/`;
}

function toMeta({ file, rows, month }: Judgement, gate: Gate): object {
  const { success, successPercent, threshold, accepted } = gate;
  return { file, rows, gate: { success, successPercent, threshold }, ...(accepted && { accepted }), ...month };
}
