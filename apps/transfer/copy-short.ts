// One copy of a short object into a bucket: read in one request, proved, and written in one.
import { UsageError } from '../platform/errors.ts';
import { ObjectChangedError, type StoredObject } from '../platform/object-storage.ts';
import { startDigests } from '../platform/object-storage-digest.ts';
import { type BucketCopy, toCopyOptions, toDamaged } from './copy-to-bucket.ts';

/** So many bytes are held, for each copy at a time. */
const mostBytes = 4 * 2 ** 20;

/** Whether an object of a bucket is short. A file is not: its digest is taken from the file. */
export const isShort = ({ uri, bytes }: Pick<StoredObject, 'uri' | 'bytes'>): boolean =>
  bytes <= mostBytes && !uri.startsWith('file:');

/** Copies what the source is now, and returns it. Throws WriteConditionError, OutcomeError where the bytes are not the source's. */
export async function copyShort({ storage, source: listed, target, targetUri, there }: BucketCopy): Promise<StoredObject> {
  const end = await storage.readEnd(listed.uri, mostBytes);
  if (end === undefined) throw new UsageError(`${listed.uri}: no such file`);
  const source = end.object;
  if (source.bytes > end.bytes.length) throw new ObjectChangedError(source.uri);
  const expected = await storage.digestOf(source);
  const digests = startDigests(expected ? [expected.algorithm] : []);
  digests.update(end.bytes);
  if (expected && digests.hex(expected.algorithm) !== expected.hex) throw toDamaged(source);
  await target.write(targetUri, end.bytes, toCopyOptions(source, there));
  return source;
}
