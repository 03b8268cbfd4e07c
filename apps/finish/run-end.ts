// How a run ended, in one line and as the labels and annotations of an alert.
import { z } from 'zod';

/** A name that alerts have in Prometheus' rules, too. */
export const alertName = 'WorkflowRunFailed';

export interface RunEnd {
  readonly succeeded: boolean;
  /** Steps that failed, with why. */
  readonly failed: readonly string[];
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Options {
  readonly workflow: string;
  readonly run: string;
  readonly status: string;
  readonly failures: string;
  readonly category?: string | undefined;
  readonly link?: string | undefined;
}

const failure = z.looseObject({ displayName: z.string(), message: z.string().default(''), templateName: z.string().optional() });

/** Pure. What can't be read of the failures is left out: the exit handler must not fail for it. */
export function toEnd({ workflow, run, status, failures, category, link }: Options): RunEnd {
  const succeeded = status === 'Succeeded';
  const failed = readFailures(failures).map(({ displayName, message }) => toLine(`${displayName}${message && `: ${message}`}`));
  const what = [workflow, category].filter(Boolean).join(' ');
  return {
    succeeded,
    failed,
    line: `${what} ${status.toLowerCase()}${failed.length > 0 ? `: ${failed.join('; ')}` : ''} (${run})`,
    // The run's name is no label: the alert of a workflow and category ends with its next success.
    labels: { alertname: alertName, severity: 'warning', workflow, ...(category && { category }) },
    annotations: {
      summary: `${what}: a run failed.`,
      description: `${run}${failed.length > 0 ? `: ${failed.join('; ')}` : ''}`.slice(0, 2000),
      runbook: 'docs/runbooks/workflow-failed.md',
      ...(link && { link }),
    },
  };
}

/** Argo hands over a list of nodes as JSON, itself quoted as a JSON text. Nodes that only hold others say nothing of their own. */
function readFailures(text: string): readonly z.output<typeof failure>[] {
  const parse = (value: string): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      return undefined;
    }
  };
  const once = parse(text);
  const list = z.array(z.unknown()).safeParse(typeof once === 'string' ? parse(once) : once).data ?? [];
  return list.flatMap((one) => failure.safeParse(one).data ?? []);
}

const toLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 500);
