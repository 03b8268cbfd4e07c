// The live list of steps on a terminal: state, elapsed seconds and the last line of each running step's log.
import { join } from 'node:path';
import { Listr, type ListrTaskWrapper } from 'listr2';
import type { Progress } from './progress.ts';
import { isHeader, readLastLine, toLine } from './step-log.ts';
import { hasFailed, type StepStatus, type StepSummary } from './summary.ts';

type Task = ListrTaskWrapper<unknown, never, never>;

interface Row {
  step: StepSummary;
  startedAt: number;
  notice: string | undefined;
  task?: Task;
  readonly ended: PromiseWithResolvers<void>;
}

/** Draws on standard output until the run ends. */
export function createLiveProgress(state: string): Progress {
  const rows = new Map<string, Row>();
  let drawing: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    for (const row of rows.values()) draw(row, state);
  };
  return {
    onBegin: ({ run, steps }) => {
      console.log(`run ${run}`);
      for (const step of steps)
        rows.set(step.name, { step, startedAt: performance.now(), notice: undefined, ended: Promise.withResolvers() });
      const list = new Listr(
        [...rows.values()].map((row) => ({
          title: row.step.name,
          task: (_: unknown, task: unknown) => follow(row, task as Task),
        })),
        {
          concurrent: true,
          exitOnError: false,
          registerSignalListeners: false,
          rendererOptions: { collapseErrors: false, showErrorMessage: false },
        },
      );
      drawing = list.run().catch(() => {});
      timer = setInterval(refresh, 250);
      for (const row of rows.values()) if (isOver(row.step.status)) row.ended.resolve();
    },
    onStep: (step) => {
      const row = rows.get(step.name);
      if (row === undefined) return noteInside(rows, step);
      if (step.status === 'running') row.startedAt = performance.now();
      row.step = step;
      row.notice = undefined;
      draw(row, state);
      if (isOver(step.status)) row.ended.resolve();
    },
    onNotice: (name, notice) => {
      const row = rows.get(name);
      if (row) row.notice = notice;
    },
    onEnd: async () => {
      clearInterval(timer);
      for (const row of rows.values()) row.ended.resolve();
      await drawing;
    },
  };
}

/** A list's steps are not drawn one by one: the task that they are of tells of them. */
function noteInside(rows: ReadonlyMap<string, Row>, { name, status }: StepSummary): void {
  const row = [...rows.values()].find((one) => name.startsWith(`${one.step.name}.`));
  if (row === undefined) return;
  if (row.step.status === 'pending') row.startedAt = performance.now();
  row.step = { ...row.step, status: 'running' };
  row.notice = `${name.slice(row.step.name.length + 1)}: ${status}`;
}

const isOver = (status: StepStatus) => status !== 'pending' && status !== 'running';

async function follow(row: Row, task: Task): Promise<void> {
  row.task = task;
  await row.ended.promise;
  task.title = toTitle(row);
  const { status, message } = row.step;
  if (hasFailed(row.step)) throw new Error(toLine(message ?? 'failed', 200));
  if (status !== 'succeeded') task.skip(status === 'pending' ? `${row.step.name} · not started` : toTitle(row));
}

function draw(row: Row, state: string): void {
  if (row.task === undefined) return;
  row.task.title = toTitle(row);
  if (row.step.status !== 'running') return;
  const line = row.notice ?? readLastLine(join(state, row.step.log));
  if (line !== undefined && !isHeader(line)) row.task.output = toLine(line, Math.max(20, (process.stdout.columns ?? 80) - 8));
}

function toTitle({ step: { name, status, seconds }, startedAt }: Row): string {
  if (status === 'pending') return `${name} · waiting`;
  if (status === 'running') return `${name} · ${Math.floor((performance.now() - startedAt) / 1000)} s`;
  if (status === 'omitted') return `${name} · left out`;
  if (status === 'skipped') return `${name} · skipped`;
  return `${name} · ${status === 'succeeded' ? '' : `${status} after `}${seconds.toFixed(1)} s`;
}
