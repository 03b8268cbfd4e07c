// What programs need of a place with objects, whichever it is: a folder (file://), a bucket of Cloud Storage (gs://) or of S3 (s3://).
import { OutcomeError, TemporaryError } from './errors.ts';
import type { Digest } from './object-storage-digest.ts';

export interface StoredObject {
  readonly uri: string;
  /** Its decoded path below the folder that was listed; its base name where it was looked at alone. */
  readonly name: string;
  readonly bytes: number;
  /**
   * A text that changes when the content does: Cloud Storage's generation, S3's ETag; for a file its size and time of change, since a hash
   * would read all of it.
   */
  readonly version: string;
  /** When it came or last changed, in milliseconds since 1970. */
  readonly changedAt: number;
  /** A digest of its content, where the storage gives one; a listing of S3 has none. */
  readonly digest?: Digest;
  /** What its writer said of it; folders keep none, and a listing of S3 has none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Every method throws UsageError for what is wrong, TemporaryError for what may pass. */
export interface ObjectStorage {
  /** The objects of a folder in the order of their names, those below its folders too; names that begin with a dot are left out. */
  readonly list: (folder: string, options?: ListOptions) => AsyncIterable<StoredObject>;
  /** One object, or undefined where there is none. */
  readonly look: (uri: string) => Promise<StoredObject | undefined>;
  /** Its bytes, or a range of them, streamed. Throws ObjectChangedError where it is no longer the version that was looked at. */
  readonly read: (object: StoredObject, range?: ByteRange) => AsyncIterable<Uint8Array>;
  /** The last bytes of an object, at most so many, in one request; undefined where there is none. */
  readonly readEnd: (uri: string, bytes: number) => Promise<ObjectEnd | undefined>;
  /** Writes an object whole or not at all; a stream in constant memory. Throws WriteConditionError where the condition does not hold. */
  readonly write: (uri: string, content: Content, options?: WriteOptions) => Promise<StoredObject>;
  /** Copies an object within the storage. Throws ObjectChangedError, WriteConditionError. */
  readonly copy: (source: StoredObject, target: string) => Promise<StoredObject>;
  /** Makes an object of at most 32 others, one after the other; they stay. Undefined where the storage can't. */
  readonly compose?: (parts: readonly StoredObject[], target: string, options?: WriteOptions) => Promise<StoredObject>;
  /** Removes an object; one that is not there is fine. With a version: only that one, else WriteConditionError. */
  readonly remove: (uri: string, options?: { readonly version?: string }) => Promise<void>;
  /** A digest of the content, by which a copy is proved; undefined where the storage has none to give. */
  readonly digestOf: (object: StoredObject) => Promise<Digest | undefined>;
}

export interface ListOptions {
  /** Only objects directly in the folder. */
  readonly direct?: boolean;
  /** A folder that is not there has no objects, as in buckets; else it is an error of the user's. */
  readonly mayBeMissing?: boolean;
}

/** Bytes from `from` up to, and without, `to`. */
export interface ByteRange {
  readonly from?: number;
  readonly to?: number;
}

export interface ObjectEnd {
  readonly object: StoredObject;
  readonly bytes: Uint8Array;
}

/** One of the two: bytes that are at hand, or a stream. */
export type Content = Uint8Array | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** What must be there before: nothing, or this version. Without it, whatever is there is replaced. */
  readonly replaces?: 'nothing' | { readonly version: string };
  /** For those who fetch it by HTTP, such as `text/html; charset=utf-8`; folders keep none. */
  readonly contentType?: string;
  /** Such as `public, max-age=60`. */
  readonly cacheControl?: string;
  /** Names are of lower-case letters and "-", values of ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The object was written while it was read: neither version is at hand whole. */
export class ObjectChangedError extends OutcomeError {
  constructor(uri: string) {
    super(`${uri}: it changed while it was read; run again when its writer is done`);
  }
}

/** Another process has written the object meanwhile. */
export class WriteConditionError extends TemporaryError {
  constructor(uri: string) {
    super(`${uri}: another process has written or removed it meanwhile; run again`);
  }
}
