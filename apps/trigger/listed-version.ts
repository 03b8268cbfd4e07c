// The versions of objects as a listing of S3 tells them: by ETag and time. A listing has no sequencer and no version id.
import type { Arrival, Follower } from '../arrivals/arrival.ts';
import { parseBucketUri } from '../platform/bucket-uri.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';

/** The same bytes that are put again are another version, as for the lambda, unless it is within one tick of the bucket's clock. */
export const toArrival = ({ uri, bytes, version, changedAt }: StoredObject): Arrival => {
  const time = new Date(changedAt).toISOString();
  return { ...parseBucketUri('s3', uri), sequencer: `${time} ${version}`, version: undefined, size: bytes, time };
};

/** Whether a listed version is the one that is there now. The answer to HEAD has whole seconds alone. */
const isSame = (listed: StoredObject, now: StoredObject | undefined): boolean =>
  now?.version === listed.version && Math.floor(now.changedAt / 1000) === Math.floor(listed.changedAt / 1000);

/** The object as it was listed, or undefined where it is gone or another version is there. */
export async function lookAgain(storage: ObjectStorage, listed: StoredObject): Promise<StoredObject | undefined> {
  return isSame(listed, await storage.look(listed.uri)) ? listed : undefined;
}

/**
 * What the bucket has now is its latest version, whatever the times say: two versions may come within one second, clocks are set back, and a copy
 * may keep an old time. The Lease was read before this look, so that whoever claims a later version meanwhile is noticed when it is replaced.
 */
export const toFollower = (storage: ObjectStorage, listed: StoredObject): Follower => ({
  origin: 'trigger',
  compare: async ({ sequencer }, noted) => {
    if (sequencer === noted) return 0;
    return (await lookAgain(storage, listed)) === undefined ? -1 : 1;
  },
});
