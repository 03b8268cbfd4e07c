// What arrives: S3's notifications as they are, or inside of SQS, SNS or EventBridge, unpacked into objects that were created.
// Shapes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
import type { Arrival } from '../apps/arrivals/arrival.ts';

/** Something else: S3's test message, a deletion, another service's event, nonsense. */
export interface Ignored {
  readonly ignored: string;
}

/** The sequencer is hexadecimal; of two events of one key the later has the larger one. */
export type Item = Arrival | Ignored;

/** One delivery: what SQS takes back or delivers again as a whole. */
export interface Delivery {
  /** SQS's id of the message; undefined where the event came another way. */
  readonly message: string | undefined;
  readonly items: readonly Item[];
}

/** Unpacks an event. Never throws: what it doesn't know is ignored, with the reason. */
export function readDeliveries(event: unknown): Delivery[] {
  const records = listOf(event, 'Records');
  if (records.some((record) => textOf(record, 'eventSource') === 'aws:sqs'))
    return records.map((record) => ({ message: textOf(record, 'messageId'), items: readBody(textOf(record, 'body')) }));
  return [{ message: undefined, items: readItems(event) }];
}

function readBody(body: string | undefined): Item[] {
  try {
    return readItems(JSON.parse(body ?? ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [{ ignored: 'a message that is no JSON' }];
  }
}

function readItems(event: unknown): Item[] {
  if (textOf(event, 'Event') === 's3:TestEvent') return [{ ignored: "S3's test message" }];
  if (textOf(event, 'Type') === 'Notification') return readBody(textOf(event, 'Message'));
  if (textOf(event, 'detail-type') !== undefined) return [readBridged(event)];
  const records = listOf(event, 'Records');
  if (!Array.isArray(fieldOf(event, 'Records'))) return [{ ignored: 'an event without Records' }];
  return records.flatMap((record) => {
    const message = textOf(fieldOf(record, 'Sns'), 'Message');
    return message === undefined ? [readRecord(record)] : readBody(message);
  });
}

function readRecord(record: unknown): Item {
  const source = textOf(record, 'eventSource');
  const name = textOf(record, 'eventName') ?? '';
  if (source !== 'aws:s3') return { ignored: `an event of ${shorten(source ?? 'nobody')}` };
  if (!name.startsWith('ObjectCreated:')) return { ignored: `${shorten(name)} of S3` };
  const s3 = fieldOf(record, 's3');
  const object = fieldOf(s3, 'object');
  const key = decodeKey(textOf(object, 'key'));
  return toCreated(textOf(fieldOf(s3, 'bucket'), 'name'), object, {
    key,
    version: textOf(object, 'versionId'),
    time: textOf(record, 'eventTime'),
  });
}

/** EventBridge leaves keys as they are: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function readBridged(event: unknown): Item {
  const source = textOf(event, 'source');
  const type = textOf(event, 'detail-type');
  if (source !== 'aws.s3') return { ignored: `an event of ${shorten(source ?? 'nobody')}` };
  if (type !== 'Object Created') return { ignored: `${shorten(String(type))} of S3` };
  const detail = fieldOf(event, 'detail');
  const object = fieldOf(detail, 'object');
  return toCreated(textOf(fieldOf(detail, 'bucket'), 'name'), object, {
    key: textOf(object, 'key'),
    version: textOf(object, 'version-id'),
    time: textOf(event, 'time'),
  });
}

function toCreated(
  bucket: string | undefined,
  object: unknown,
  facts: { key: string | undefined; version: string | undefined; time: string | undefined },
): Item {
  const { key, version, time } = facts;
  const sequencer = textOf(object, 'sequencer');
  const size = fieldOf(object, 'size');
  if (bucket === undefined || key === undefined) return { ignored: 'an event without bucket and key' };
  if (sequencer === undefined || !/^[0-9A-Fa-f]{1,64}$/.test(sequencer)) return { ignored: 'an event without a sequencer' };
  return { bucket, key, sequencer, version, time, size: typeof size === 'number' ? size : undefined };
}

/** S3 writes keys as forms do: a space is "+", other bytes are %xx. undefined where it can't be that. */
function decodeKey(written: string | undefined): string | undefined {
  try {
    return written === undefined ? undefined : decodeURIComponent(written.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const shorten = (text: string) => JSON.stringify(text.slice(0, 80));

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
const textOf = (value: unknown, name: string): string | undefined => {
  const found = fieldOf(value, name);
  return typeof found === 'string' ? found : undefined;
};
const listOf = (value: unknown, name: string): readonly unknown[] => {
  const found = fieldOf(value, name);
  return Array.isArray(found) ? found : [];
};

/** Negative where the first came before the second. Shorter ones are filled up at their end, as S3's documentation says. */
export function compareSequencers(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  const [a, b] = [one, other].map((text) => text.toLowerCase().padEnd(length, '0')) as [string, string];
  return a < b ? -1 : a > b ? 1 : 0;
}
