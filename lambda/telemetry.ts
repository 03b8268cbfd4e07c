// What CloudWatch gets: a JSON line an event, and counts in the embedded metric format, without an API call.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { metricNamespace } from './names.ts';

/** What became of an object, or of a message without one; `Woken`: a sleeping node pool was asked to wake up for it. */
export type Outcome = 'Started' | 'Duplicate' | 'Older' | 'Ignored' | 'Refused' | 'Failed' | 'Waiting' | 'Woken';
export type Counts = Partial<Record<Outcome, number>>;

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes a line. JSON quotes whatever a key holds, so that a line stays one. */
export function log(level: 'info' | 'warn' | 'error', message: string, fields: Fields = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/** Writes the invocation's counts; nothing where there are none. */
export function emitMetrics(counts: Counts, template: string): void {
  const names = Object.keys(counts);
  if (names.length === 0) return;
  const metrics = names.map((name) => ({ Name: name, Unit: 'Count' }));
  const directive = { Namespace: metricNamespace, Dimensions: [['WorkflowTemplate']], Metrics: metrics };
  const root = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, WorkflowTemplate: template, ...counts };
  process.stdout.write(`${JSON.stringify(root)}\n`);
}
