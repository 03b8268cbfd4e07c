// One copy into a bucket: streamed, proved before it is seen, and recorded in the copy's own metadata. Large ones go in parts, so that a killed
// copy goes on.
import { createHash } from 'node:crypto';
import { OutcomeError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import type { ObjectStorage, StoredObject, WriteOptions } from '../platform/object-storage.ts';
import { type Digest, type Digests, startDigests } from '../platform/object-storage-digest.ts';
import { joinUri } from '../platform/uri.ts';

/** A part is written in one go; what a kill loses is at most one. */
const leastPartBytes = 64 * 2 ** 20;
/** So many become one object. */
const mostParts = 32;

export interface BucketCopy {
  readonly storage: ObjectStorage;
  readonly source: StoredObject;
  readonly target: ObjectStorage;
  readonly targetUri: string;
  /** What is there now. */
  readonly there: StoredObject | undefined;
}

/** Names of the copy's metadata. */
const sourceKey = 'source';
const versionKey = 'source-version';

/** Whether an object is a copy of this version of the source, by what its writer recorded. */
export const isCopyOf = ({ uri, version, bytes }: StoredObject, there: StoredObject): boolean =>
  there.bytes === bytes && there.metadata?.[sourceKey] === uri && there.metadata[versionKey] === version;

/** What is written with a copy: it replaces what was there and nothing else, and says what it is a copy of. */
export const toCopyOptions = ({ uri, version }: StoredObject, there: StoredObject | undefined): WriteOptions => ({
  replaces: there ?? 'nothing',
  metadata: { [sourceKey]: uri, [versionKey]: version },
});

/**
 * Copies an object, and returns it. Throws ObjectChangedError, WriteConditionError where another process was first, OutcomeError where the bytes
 * are not the source's.
 */
export async function copyToBucket(copy: BucketCopy): Promise<StoredObject> {
  const { storage, source, target, targetUri, there } = copy;
  const options = toCopyOptions(source, there);
  const expected = await storage.digestOf(source);
  if (target.compose === undefined || source.bytes <= leastPartBytes) {
    const digests = startDigests(expected ? [expected.algorithm] : []);
    const content = proved(withDigests(storage.read(source), digests), { source, digests, expected });
    await target.write(targetUri, content, options);
  } else await copyInParts(copy, options, expected);
  return source;
}

async function copyInParts(copy: BucketCopy, options: WriteOptions, expected: Digest | undefined): Promise<void> {
  const { source, target, targetUri } = copy;
  const folder = partsOf(targetUri);
  const identity = toIdentity(source);
  await removeOthers(target, folder, identity);
  const digests = startDigests(expected ? [expected.algorithm] : []);
  const parts: StoredObject[] = [];
  const size = Math.max(leastPartBytes, Math.ceil(source.bytes / mostParts));
  let held = 0;
  for (let from = 0; from < source.bytes; from += size) {
    const to = Math.min(from + size, source.bytes);
    const uri = joinUri(folder, identity, String(parts.length).padStart(2, '0'));
    const earlier = await target.look(uri);
    if (earlier?.bytes === to - from) {
      // A digest wants all bytes in order: those of finished parts come from the bucket where they are.
      if (expected) for await (const chunk of target.read(earlier)) digests.update(chunk);
      parts.push(earlier);
      held += earlier.bytes;
    } else parts.push(await target.write(uri, withDigests(copy.storage.read(source, { from, to }), digests)));
    log('copying', { file: source.name, bytes: to, of: source.bytes });
  }
  if (held > 0) log('went on', { file: source.name, held, bytes: source.bytes });
  const removeParts = () => Promise.all(parts.map(({ uri }) => target.remove(uri)));
  if (expected && digests.hex(expected.algorithm) !== expected.hex) {
    await removeParts();
    throw toDamaged(source);
  }
  await target.compose?.(parts, targetUri, options);
  await removeParts();
}

/** Where the parts of a copy are while it is made: nobody lists what begins with a dot. */
const partsOf = (targetUri: string): string => {
  const slash = targetUri.lastIndexOf('/');
  return `${targetUri.slice(0, slash)}/.parts${targetUri.slice(slash)}/`;
};

/** The same for each try to copy the same version, another for each other. */
const toIdentity = ({ uri, version }: StoredObject): string =>
  createHash('sha256')
    .update(JSON.stringify([uri, version]))
    .digest('hex')
    .slice(0, 16);

/** What tries to copy other versions left. */
async function removeOthers(target: ObjectStorage, folder: string, identity: string): Promise<void> {
  for await (const part of target.list(folder)) if (!part.name.startsWith(`${identity}/`)) await target.remove(part.uri);
}

async function* withDigests(chunks: AsyncIterable<Uint8Array>, digests: Digests): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    digests.update(chunk);
    yield chunk;
  }
}

/** Ends with an error where what came is not the source: what is written then is never seen. */
async function* proved(
  chunks: AsyncIterable<Uint8Array>,
  { source, digests, expected }: { source: StoredObject; digests: Digests; expected: Digest | undefined },
): AsyncIterable<Uint8Array> {
  yield* chunks;
  if (expected && digests.hex(expected.algorithm) !== expected.hex) throw toDamaged(source);
}

export const toDamaged = ({ uri }: StoredObject): OutcomeError =>
  new OutcomeError(`${uri}: the bytes that came are not those that its storage has by its digest; run again`);
