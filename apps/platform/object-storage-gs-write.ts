// Writes to Cloud Storage: what is short in one request, a stream by a resumable upload. Nothing is seen until all of it is there.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { File } from '@google-cloud/storage';
import { parseBucketUri } from './bucket-uri.ts';
import { TemporaryError } from './errors.ts';
import { type Content, ObjectChangedError, type StoredObject, WriteConditionError, type WriteOptions } from './object-storage.ts';
import { takeStart } from './object-storage-blocks.ts';
import { createCrc32c } from './object-storage-digest.ts';
import { type AskGs, toObject } from './object-storage-gs-client.ts';
import { isAbsent, statusOf, toNoBucket } from './object-storage-gs-errors.ts';

/** One request of a resumable upload: what is sent again where the connection breaks. */
const chunkBytes = 8 * 2 ** 20;

interface Write extends WriteOptions {
  readonly content: Content;
}

interface Upload extends WriteOptions {
  readonly uri: string;
  readonly writer: string;
}

/** Throws WriteConditionError where the condition does not hold. */
export async function writeToGs(ask: AskGs, uri: string, { content, ...options }: Write): Promise<StoredObject> {
  const { start, rest } =
    content instanceof Uint8Array ? { start: [content], rest: undefined } : await takeStart(content, chunkBytes);
  const upload: Upload = { ...options, uri, writer: randomUUID() };
  const send = (file: File) => (rest ? sendStream(file, joined(start, rest), upload) : sendShort(file, start, upload));
  try {
    return await ask(
      uri,
      async (file) => {
        await send(file).catch((error) => unlessOurs(file, upload, error));
        return toObject(parseBucketUri('gs', uri), file.metadata);
      },
      { once: rest !== undefined },
    );
  } catch (error) {
    throw isAbsent(error) ? toNoBucket(uri) : error;
  }
}

/** What both kinds of uploads are told of the object. */
const toSent = ({ replaces, contentType = 'application/octet-stream', cacheControl, metadata, writer }: Upload) => ({
  metadata: { contentType, ...(cacheControl === undefined ? {} : { cacheControl }), metadata: { ...metadata, writer } },
  preconditionOpts: toCondition(replaces),
});

/** The server refuses bytes that are not those of the checksum. */
function sendShort(file: File, chunks: readonly Uint8Array[], upload: Upload): Promise<void> {
  const [only] = chunks;
  // Bytes that are at hand whole are not copied.
  const content = chunks.length === 1 && only ? Buffer.from(only.buffer, only.byteOffset, only.length) : Buffer.concat(chunks);
  const checksum = createCrc32c();
  checksum.update(content);
  const { metadata, preconditionOpts } = toSent(upload);
  return file.save(content, {
    metadata: { ...metadata, crc32c: checksum.toString() },
    preconditionOpts,
    resumable: false,
    validation: false,
  });
}

async function sendStream(file: File, content: AsyncIterable<Uint8Array>, upload: Upload): Promise<void> {
  const sending = file.createWriteStream({ ...toSent(upload), resumable: true, chunkSize: chunkBytes, validation: 'crc32c' });
  let hasBegun = false;
  sending.once('uri', () => {
    hasBegun = true;
  });
  await pipeline(Readable.from(content, { objectMode: false }), sending).catch((error) => {
    if (hasBegun && [404, 410].includes(statusOf(error)))
      throw new TemporaryError(`${upload.uri}: Cloud Storage has given up the upload; run again`);
    throw error;
  });
}

async function* joined(start: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* start;
  yield* rest;
}

/** The parts' objects become one, whose checksum Cloud Storage makes of theirs. Throws ObjectChangedError where a part is gone. */
export async function composeInGs(
  ask: AskGs,
  parts: readonly StoredObject[],
  { target, replaces, contentType = 'application/octet-stream', metadata }: WriteOptions & { target: string },
): Promise<StoredObject> {
  return ask(target, async (file) => {
    const sources = parts.map(({ uri, version }) => file.bucket.file(parseBucketUri('gs', uri).key, { generation: version }));
    file.metadata = { contentType };
    try {
      await file.bucket.combine(sources, file, toCondition(replaces));
    } catch (error) {
      if (statusOf(error) === 404) throw new ObjectChangedError(parts[0]?.uri ?? target);
      throw statusOf(error) === 412 ? new WriteConditionError(target) : error;
    }
    const [known] = await (metadata ? file.setMetadata({ metadata: { ...metadata } }) : file.getMetadata());
    return toObject(parseBucketUri('gs', target), known);
  });
}

const toCondition = (replaces: WriteOptions['replaces']): { ifGenerationMatch?: number | string } => {
  if (replaces === undefined) return {};
  return { ifGenerationMatch: replaces === 'nothing' ? 0 : replaces.version };
};

/** A request that was sent again, since its answer was lost, meets what it wrote itself. */
async function unlessOurs(file: File, { uri, writer }: Upload, error: unknown): Promise<void> {
  if (statusOf(error) !== 412) throw error;
  await file.getMetadata().catch(() => undefined);
  if (file.metadata.metadata?.writer !== writer) throw new WriteConditionError(uri);
}
