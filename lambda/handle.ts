// One invocation: every object of every message, each message's failures to itself.
import { toMonthFile } from '../apps/arrivals/month-file.ts';
import type { Dataset } from '../apps/contract/dataset.ts';
import { TemporaryError, UserError } from '../apps/platform/errors.ts';
import { type Deadline, toDeadline } from './deadline.ts';
import { compareSequencers, type Delivery, type Item, readDeliveries } from './events.ts';
import type { Settings } from './settings.ts';
import { startWorkflow, wakeFor } from './start-workflow.ts';
import { type Counts, emitMetrics, log, type Outcome } from './telemetry.ts';
import { isTemporary } from './try-again.ts';

export interface Invocation {
  readonly settings: Settings;
  readonly datasets: readonly Dataset[];
  /** Milliseconds until Lambda ends the function. */
  readonly remaining: () => number;
  readonly request: string;
}

/** SQS delivers these messages again, and only these. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const atOnce = 8;
/** An object that is begun must come to its end. */
const leastSeconds = 3;

/** Handles an event. Throws where something failed and the event did not come by SQS: Lambda then delivers it again. */
export async function handle(event: unknown, invocation: Invocation): Promise<BatchResponse> {
  const { settings, remaining } = invocation;
  const deadline = toDeadline(remaining);
  const deliveries = readDeliveries(event);
  const counts: Counts = {};
  const failures = new Map<Delivery, Error>();
  const groups = [...groupByObject(deliveries).values()];
  const workers = Array.from({ length: Math.min(atOnce, groups.length) }, async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift())
      for (const { delivery, item } of group) {
        const failure = await handleItem(item, { invocation, deadline, counts });
        if (failure !== undefined) failures.set(delivery, failure);
      }
  });
  try {
    await Promise.all(workers);
  } finally {
    emitMetrics(counts, settings.template);
  }
  const [failure] = [...failures].flatMap(([{ message }, error]) => (message === undefined ? [error] : []));
  if (failure !== undefined) throw failure;
  return { batchItemFailures: [...failures.keys()].map(({ message }) => ({ itemIdentifier: String(message) })) };
}

interface Work {
  readonly delivery: Delivery;
  readonly item: Item;
}

/** What is of one object comes one after the other, the latest first: what is older needs no workflow then. */
function groupByObject(deliveries: readonly Delivery[]): Map<string, Work[]> {
  const all = deliveries.flatMap((delivery) => delivery.items.map((item) => ({ delivery, item })));
  const groups = Map.groupBy(all, ({ item }) => ('ignored' in item ? '' : JSON.stringify([item.bucket, item.key])));
  const sequencerOf = ({ item }: Work) => ('ignored' in item ? '' : item.sequencer);
  for (const group of groups.values()) group.sort((a, b) => compareSequencers(sequencerOf(b), sequencerOf(a)));
  return groups;
}

interface Surroundings {
  readonly invocation: Invocation;
  readonly deadline: Deadline;
  readonly counts: Counts;
}

/** Returns what went wrong, where the message must come again. */
async function handleItem(item: Item, { invocation, deadline, counts }: Surroundings): Promise<Error | undefined> {
  const { settings, datasets, request } = invocation;
  const tell = (outcome: Outcome, level: 'info' | 'warn' | 'error', fields: Record<string, string | undefined>) => {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    log(level, outcome, { request, ...fields });
  };
  if ('ignored' in item) return void tell('Ignored', 'info', { reason: item.ignored });
  const facts = { bucket: item.bucket, key: item.key, sequencer: item.sequencer };
  if (item.bucket !== settings.bucket) return void tell('Ignored', 'warn', { ...facts, reason: 'it is of another bucket' });
  const file = toMonthFile(item, datasets);
  if ('not' in file) return void tell('Ignored', 'info', { ...facts, reason: file.not });
  try {
    if (deadline.secondsLeft() < leastSeconds) throw new TemporaryError('no time is left for it; the next delivery does it');
    const { outcome, workflow, reason } = await startWorkflow(settings, { arrival: item, file }, deadline);
    tell(outcome, outcome === 'Refused' ? 'warn' : 'info', { ...facts, workflow, reason });
    const needsNodes = outcome === 'Started' || outcome === 'Duplicate';
    if (needsNodes && (await wakeFor(workflow, settings, deadline))) tell('Woken', 'info', { ...facts, workflow });
    return undefined;
  } catch (error) {
    const reason = error instanceof UserError ? error.message : String((error as Error).stack ?? error);
    if (isTemporary(error)) tell('Waiting', 'warn', { ...facts, reason });
    else tell('Failed', 'error', { ...facts, reason });
    return error as Error;
  }
}
