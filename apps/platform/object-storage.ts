// What programs need of a place with objects, whichever it is: a folder (file://) or a bucket of S3 (s3://).
import { OutcomeError } from './errors.ts';
import type { Digest } from './object-storage-digest.ts';

export interface StoredObject {
  readonly uri: string;
  /** Its decoded path below the folder that was listed; its base name where it was looked at alone. */
  readonly name: string;
  readonly bytes: number;
  /** A text that changes when the content does: S3's ETag; for a file its size and time of change, since a hash would read all of it. */
  readonly version: string;
  /** When it came or last changed, in milliseconds since 1970. */
  readonly changedAt: number;
  /** A digest of its content, where the storage gives one; a listing has none. */
  readonly digest?: Digest;
}

export interface ObjectStorage {
  /** The objects of a folder in the order of their names, those below its folders too; names that begin with a dot are left out. */
  readonly list: (folder: string, options?: ListOptions) => AsyncIterable<StoredObject>;
  /** One object, or undefined where there is none. */
  readonly look: (uri: string) => Promise<StoredObject | undefined>;
  /** Its bytes, from a position on. Throws ObjectChangedError where it is no longer the version that was looked at. */
  readonly read: (object: StoredObject, from?: number) => AsyncIterable<Uint8Array>;
  /** A digest of the content, by which a copy is proved; undefined where the storage has none to give. */
  readonly digestOf: (object: StoredObject) => Promise<Digest | undefined>;
}

export interface ListOptions {
  /** Only objects directly in the folder. */
  readonly direct?: boolean;
}

/** The object was written while it was read: neither version is at hand whole. */
export class ObjectChangedError extends OutcomeError {
  constructor(uri: string) {
    super(`${uri}: it changed while it was copied; run again when its writer is done`);
  }
}
