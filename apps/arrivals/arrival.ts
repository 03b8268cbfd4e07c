// An object that came into the source bucket, and who follows that bucket: the lambda by S3's events, or the trigger by listing it.
import { partOf } from '../contract/names.ts';

export interface Arrival {
  readonly bucket: string;
  /** As it is, decoded. */
  readonly key: string;
  /** Tells the versions of one key apart. Who follows the bucket knows which of two came later. */
  readonly sequencer: string;
  readonly version: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  readonly time: string | undefined;
}

/** The annotation that has the sequencer. Those of two followers can't be compared. */
export const sequencerAnnotations = { lambda: `${partOf}/sequencer`, trigger: `${partOf}/listed` } as const;

export interface Follower {
  readonly origin: keyof typeof sequencerAnnotations;
  /** Negative where the arrival came before the version that was noted last, 0 where it is this version. */
  readonly compare: (arrival: Arrival, noted: string) => number | Promise<number>;
}
