// How a run ended, in one line and as the labels and annotations of an alert.
import { z } from 'zod';

/** A name that alerts have in Prometheus' rules, too. */
export const alertName = 'WorkflowRunFailed';

export interface RunEnd {
  readonly succeeded: boolean;
  /** Steps that failed, with why; at most twenty. */
  readonly failed: readonly string[];
  /** How many other nodes failed: steps, and in Argo also graphs of which a part failed. */
  readonly more: number;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Options {
  readonly workflow: string;
  readonly run: string;
  readonly status: string;
  readonly failures: string;
  /** Of all, where the list may be cut. */
  readonly failureCount?: number | undefined;
  readonly category?: string | undefined;
  readonly link?: string | undefined;
}

const failure = z.looseObject({ displayName: z.string(), message: z.string().default(''), templateName: z.string().optional() });

/** A line and an alert with more names would not be read. */
const most = 20;

/** Pure. What can't be read of the failures is left out: the exit handler must not fail for it. */
export function toEnd({ workflow, run, status, failures, failureCount, category, link }: Options): RunEnd {
  const succeeded = status === 'Succeeded';
  const read = readFailures(failures);
  const failed = read
    .slice(0, most)
    .map(({ displayName, message }) => toLine(`${displayName}${message && `: ${toReason(message)}`}`));
  const more = Math.max(failureCount ?? 0, read.length) - failed.length;
  const list = [...failed, ...(more > 0 ? [`and ${more} more nodes`] : [])].join('; ');
  const what = [workflow, category].filter(Boolean).join(' ');
  return {
    succeeded,
    failed,
    more,
    line: `${what} ${status.toLowerCase()}${list === '' ? '' : `: ${list}`} (${run})`,
    // The run's name is no label: the alert of a workflow and category ends with its next success.
    labels: { alertname: alertName, severity: 'warning', workflow, ...(category && { category }) },
    annotations: {
      summary: `${what}: a run failed.`,
      description: `${run}${list === '' ? '' : `: ${list}`}`.slice(0, 2000),
      runbook: 'docs/runbooks/workflow-failed.md',
      ...(link && { link }),
    },
  };
}

/** Argo's container `wait` speaks only where the step itself ended well: see its `inferFailedReason`. */
const toReason = (message: string): string =>
  message.replace(/^wait: /, 'ended well, but its log or an output could not be stored: ');

/** Argo hands over a list of nodes as JSON, itself quoted as a JSON text; its end may be cut. */
function readFailures(text: string): readonly z.output<typeof failure>[] {
  const once = parse(text) ?? parse(`${text.replace(/\\+$/, '')}"`);
  const inner = typeof once === 'string' ? once : text;
  // Up to the end of the last node that is whole.
  const list = parse(inner) ?? parse(`${inner.slice(0, inner.lastIndexOf('}') + 1)}]`);
  const nodes = (z.array(z.unknown()).safeParse(list).data ?? []).flatMap((one) => failure.safeParse(one).data ?? []);
  // Argo lists a step's attempts, `name(0)` and so on, beside the step, and graphs: the last attempt of a step says why.
  const attempts = nodes.flatMap((node) => {
    const name = /^(.*)\(\d+\)$/s.exec(node.displayName)?.[1];
    return name === undefined || node.templateName === 'main' ? [] : [[name, { ...node, displayName: name }] as const];
  });
  return attempts.length > 0 ? [...new Map(attempts).values()] : nodes;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const toLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 500);
