// One look at the bucket: whatever version of a month's file has no workflow yet gets one.
import type { ClusterObjects } from '../arrivals/cluster-objects.ts';
import { type MonthFile, toMonthFile } from '../arrivals/month-file.ts';
import { type Started, start } from '../arrivals/start.ts';
import type { Dataset } from '../contract/dataset.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { UserError } from '../platform/errors.ts';
import { Refusal } from '../platform/kubernetes-refusal.ts';
import { log } from '../platform/log.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';
import { lookAgain, toArrival, toFollower } from './listed-version.ts';

export interface Followed {
  /** A folder's URI. */
  readonly source: string;
  readonly namespace: string;
  readonly template: string;
  readonly datasets: readonly Dataset[];
  readonly objects: ClusterObjects;
  readonly storage: ObjectStorage;
}

export interface Round {
  /** Months' files of the bucket. */
  readonly files: number;
  readonly outcomes: Readonly<Partial<Record<Started['outcome'], number>>>;
  /** What kept objects from getting their workflow, in the order of the listing. */
  readonly failures: readonly UserError[];
}

interface Work {
  readonly object: StoredObject;
  readonly file: MonthFile;
}

const atOnce = 8;
/** So many objects are held at once. */
const batchSize = 256;
/** A bucket may have any number of other objects: no more lines than these at once. */
const mostIgnoredLines = 20;

export class Rounds {
  readonly #followed: Followed;
  /** Versions that have their workflow, by key; of objects that are there. The API server is not asked for them again. */
  #confirmed = new Map<string, string>();
  /** Keys that were named in the log as no month's file. */
  #ignored = new Set<string>();

  constructor(followed: Followed) {
    this.#followed = followed;
  }

  /** Throws UserError where the bucket or the API server can't be reached. */
  async run(): Promise<Round> {
    const { source, storage, datasets } = this.#followed;
    const confirmed = new Map<string, string>();
    const ignored = new Set<string>();
    const fresh: { readonly key: string; readonly reason: string }[] = [];
    const outcomes: Partial<Record<Started['outcome'], number>> = {};
    const failures: UserError[] = [];
    let files = 0;
    let batch: Work[] = [];
    const finish = async () => {
      const results = await mapConcurrently(batch, atOnce, (work) => this.#start(work));
      for (const result of results)
        if (result instanceof UserError) failures.push(result);
        else outcomes[result] = (outcomes[result] ?? 0) + 1;
      for (const { object } of batch) {
        const { key, sequencer } = toArrival(object);
        if (this.#confirmed.get(key) === sequencer) confirmed.set(copyOf(key), copyOf(sequencer));
      }
      batch = [];
    };
    for await (const object of storage.list(source)) {
      const arrival = toArrival(object);
      const file = toMonthFile(arrival, datasets);
      if ('not' in file) {
        ignored.add(copyOf(arrival.key));
        if (!this.#ignored.has(arrival.key)) fresh.push({ key: arrival.key, reason: file.not });
        continue;
      }
      files += 1;
      if (this.#confirmed.get(arrival.key) === arrival.sequencer) confirmed.set(copyOf(arrival.key), copyOf(arrival.sequencer));
      else batch.push({ object, file });
      if (batch.length === batchSize) await finish();
    }
    await finish();
    this.#confirmed = confirmed;
    // Each once, as long as it is there.
    for (const one of fresh.slice(0, mostIgnoredLines)) log('ignored', one);
    if (fresh.length > mostIgnoredLines) log('ignored', { more: fresh.length - mostIgnoredLines });
    this.#ignored = ignored;
    return { files, outcomes, failures };
  }

  /** Returns what is wrong with this object alone. */
  async #start({ object, file }: Work): Promise<Started['outcome'] | UserError> {
    const { storage, objects, namespace, template } = this.#followed;
    const arrival = toArrival(object);
    try {
      const { outcome, workflow } = await start(objects, {
        submission: { arrival, file, namespace, template },
        follower: toFollower(storage, object),
        lookAtSize: async () => (await lookAgain(storage, object))?.bytes,
      });
      if (outcome === 'Started' || outcome === 'Duplicate') this.#confirmed.set(copyOf(arrival.key), copyOf(arrival.sequencer));
      if (outcome === 'Started') log('started', { key: arrival.key, version: object.version, workflow });
      else if (outcome !== 'Duplicate') log('has changed since it was listed', { key: arrival.key, version: object.version });
      return outcome;
    } catch (error) {
      if (!(error instanceof UserError) || isForAll(error)) throw error;
      return error;
    }
  }
}

/** Of its own memory. A text that was cut out of a page of the listing would keep all of the page. */
const copyOf = (text: string): string => Buffer.from(text).toString();

/** True where the next object would meet the same: nobody answers, the sign-in is not taken, or a right is missing. */
const isForAll = (error: UserError): boolean =>
  error instanceof Refusal &&
  (error.passes || [0, 401].includes(error.status) || (error.status === 403 && / cannot \w+ resource /.test(error.message)));
