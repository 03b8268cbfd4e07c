// A summary that fits a screen of 80 × 24: what ran, how long, how many rows, how good, and what to do where it failed.
import { join } from 'node:path';
import { allDatasets } from '../../apps/contract/categories.ts';
import { toModelWords } from '../../apps/contract/derive/model-words.ts';
import { units } from '../../apps/contract/units.ts';
import { exitCode } from '../../apps/platform/errors.ts';
import { toLine } from './step-log.ts';
import { hasFailed, type StepSummary, type Summary } from './summary.ts';

const width = 80;
const height = 24;
const mostSteps = 8;

/** At most 24 lines of at most 80 characters; hostile values can't move the cursor. `state` is the state folder's path, as people may open it; `resume` the command that goes on with the run. */
export function toScreen(summary: Summary, state: string, resume?: string): string {
  const facts = [...toBackfillLines(summary), ...toRowLines(summary), ...toQualityLines(summary)];
  return (
    [
      toHeading(summary),
      toStepLines(summary.steps),
      facts,
      toFailureLines(summary, { state, resume: resume ?? `npm start -- --resume ${summary.run}` }),
    ]
      .filter((block) => block.length > 0)
      .flatMap((block, index) => (index === 0 ? block : ['', ...block]))
      .slice(0, height)
      // A command that is cut is none.
      .map((line) => (resume !== undefined && line.endsWith(resume) ? toLine(line) : toCut(line, width)))
      .join('\n')
  );
}

function toCut(line: string, length: number): string {
  const printable = line.slice(0, line.length - line.trimStart().length) + toLine(line);
  return [...printable].length > length ? `${[...printable].slice(0, length - 1).join('')}…` : printable;
}

function toHeading({ workflow, category, status, seconds, run }: Summary): string[] {
  return [`${[workflow, category].filter(Boolean).join(' ')}: ${status} after ${seconds.toFixed(1)} s`, `Run          ${run}`];
}

const marks = {
  pending: '·',
  running: '…',
  succeeded: '✔',
  failed: '✖',
  error: '✖',
  stopped: '■',
  omitted: '-',
  skipped: '-',
} as const;

/** An element of a list is one line: how far it came, and how long it took. */
function foldLists(steps: readonly StepSummary[]): StepSummary[] {
  const parts = Map.groupBy(steps, ({ name }) => /^.*?\.\d+(?=\.)/.exec(name)?.[0] ?? name);
  return [...parts].map(([name, all]) => {
    const status = (['failed', 'error', 'stopped', 'running', 'pending', 'succeeded'] as const).find((one) =>
      all.some((step) => step.status === one),
    );
    const seconds = all.reduce((sum, step) => sum + step.seconds, 0);
    return all.length === 1 && all[0]?.name === name ? all[0] : { name, status: status ?? 'skipped', seconds, log: '' };
  });
}

function toStepLines(all: readonly StepSummary[]): string[] {
  const steps = foldLists(all);
  const nameWidth = Math.min(24, Math.max(...steps.map(({ name }) => name.length), 0));
  const lines = steps.map(({ name, status, seconds, attempts }) => {
    const time = ['omitted', 'skipped', 'pending'].includes(status) ? '' : `${seconds.toFixed(1)} s`.padStart(10);
    return `  ${marks[status]} ${toCut(name, 24).padEnd(nameWidth)} ${status.padEnd(9)}${time}${attempts ? `  (${attempts} attempts)` : ''}`;
  });
  return lines.length <= mostSteps
    ? lines
    : [...lines.slice(0, mostSteps - 1), `  … and ${lines.length - mostSteps + 1} more steps`];
}

const format = (count: number) => count.toLocaleString('en-US');

function toRowLines({ files }: Summary): string[] {
  if (files.length === 0) return [];
  const sum = (of: (file: Summary['files'][number]) => number) => files.reduce((total, file) => total + of(file), 0);
  const outside = sum((file) => file.outsideRetention);
  const rules = new Map<string, number>();
  for (const file of files)
    for (const [rule, count] of Object.entries(file.brokenRules)) rules.set(rule, (rules.get(rule) ?? 0) + count);
  const worst = [...rules].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  const source = files.length === 1 ? (files[0]?.file ?? '') : `${files.length} files`;
  return [
    `Rows         ${format(sum((file) => file.read))} read = ${format(sum((file) => file.clean))} clean + ${format(sum((file) => file.triage))} triaged${outside ? ` + ${format(outside)} too old` : ''}`,
    `             from ${source}`,
    ...(worst.length
      ? [
          `Broken rules ${worst
            .slice(0, 3)
            .map(([rule, count]) => `${rule} ${format(count)}`)
            .join(', ')}${worst.length > 3 ? ', …' : ''}`,
        ]
      : []),
  ];
}

function toBackfillLines({ backfill }: Summary): string[] {
  if (backfill === undefined) return [];
  const { months, bytes, skipped, cost } = backfill;
  const [first, last] = [months[0], months.at(-1)].map((month) => month?.run_date.slice(0, 7));
  const span = first === last ? first : `${first} to ${last}`;
  const what = months.length === 0 ? '' : ` (${span}, ${(bytes / 2 ** 20).toFixed(1)} MiB, about $${cost.usd.toFixed(2)})`;
  return [`Months       ${months.length} to do${what}, ${skipped} done before`];
}

function toQualityLines({ category, validation, model }: Summary): string[] {
  const lines = validation ? [`Validation   ${validation.successPercent.toFixed(1)} % of the expectations hold`] : [];
  if (validation?.accepted) lines.push(...toWrapped(`Accepted     ${toLine(validation.accepted.reason)}`, 2));
  if (model?.rmse != null) {
    const baseline = model.baselineRmse == null ? '' : `, baseline ${model.baselineRmse.toFixed(3)}`;
    const promoted =
      model.promoted == null ? '' : model.promoted ? '; promoted: it serves now' : '; not promoted: the champion stays';
    const { title, unit } = toModelWords(allDatasets.find((dataset) => dataset.category === category));
    const inUnit = unit === undefined ? '' : ` ${units[unit].text}`;
    lines.push(`${title.padEnd(12)} RMSE ${model.rmse.toFixed(3)}${inUnit}${baseline}${promoted}`);
  }
  return lines;
}

function toFailureLines({ steps, status }: Summary, { state, resume }: { state: string; resume: string }): string[] {
  if (status === 'succeeded' || status === 'running') return [];
  const failed = steps.find(hasFailed);
  // A repaired file has to be transferred anew: that is another run.
  const again =
    failed?.exitCode === exitCode.outcome
      ? [
          'Mend files:  then start anew, as before',
          ...(failed.name === 'validate' ? ['Or accept:   start with --accept "REASON" to load the month as it is'] : []),
        ]
      : [];
  return [
    ...(failed ? [...toReason(failed), `Its log:     ${join(state, failed.log)}`] : []),
    ...again,
    `Resume:      ${resume}`,
  ];
}

/** A word of a command as a shell takes it. */
export const quoteWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** A program's own line starts with its name already. */
function toReason({ name, message, exitCode }: StepSummary): string[] {
  const line = toLine(message ?? `exit ${exitCode}`);
  return toWrapped(`Failed:      ${line.startsWith(`${name}:`) ? line : `${name}: ${line}`}`, 3);
}

/** At most `count` lines; the last one is cut. */
function toWrapped(line: string, count: number): string[] {
  if (count === 1 || line.length <= width) return [line];
  const space = line.lastIndexOf(' ', width);
  const end = space > width / 2 ? space : width;
  return [line.slice(0, end), ...toWrapped(line.slice(end).trimStart(), count - 1)];
}
