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
  const writer = randomUUID();
  try {
    return await ask(uri, async (file) => {
      await send(file, content, { ...options, uri, writer }).catch((error) => unlessOurs(file, { uri, writer, error }));
      return toObject(parseBucketUri('gs', uri), file.metadata);
    });
  } catch (error) {
    throw isAbsent(error) ? toNoBucket(uri) : error;
  }
}

async function send(
  file: File,
  content: Content,
  { uri, replaces, contentType = 'application/octet-stream', cacheControl, metadata: more, writer }: Upload,
): Promise<void> {
  const preconditionOpts = toCondition(replaces);
  const metadata = { contentType, ...(cacheControl === undefined ? {} : { cacheControl }), metadata: { ...more, writer } };
  if (content instanceof Uint8Array)
    return sendShort(file, Buffer.from(content.buffer, content.byteOffset, content.length), { metadata, preconditionOpts });
  const { start, rest } = await takeStart(content, chunkBytes);
  if (rest === undefined) return sendShort(file, Buffer.concat(start), { metadata, preconditionOpts });
  const all = async function* () {
    yield* start;
    yield* rest;
  };
  const upload = file.createWriteStream({
    metadata,
    preconditionOpts,
    resumable: true,
    chunkSize: chunkBytes,
    validation: 'crc32c',
  });
  let hasBegun = false;
  upload.once('uri', () => {
    hasBegun = true;
  });
  await pipeline(Readable.from(all(), { objectMode: false }), upload).catch((error) => {
    if (hasBegun && [404, 410].includes(statusOf(error)))
      throw new TemporaryError(`${uri}: Cloud Storage has given up the upload; run again`);
    throw error;
  });
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

interface Sent {
  readonly metadata: object;
  readonly preconditionOpts: object;
}

/** The server refuses bytes that are not those of the checksum. */
function sendShort(file: File, content: Buffer, { metadata, preconditionOpts }: Sent): Promise<void> {
  const checksum = createCrc32c();
  checksum.update(content);
  return file.save(content, {
    metadata: { ...metadata, crc32c: checksum.toString() },
    preconditionOpts,
    resumable: false,
    validation: false,
  });
}

/** A request that was sent again, since its answer was lost, meets what it wrote itself. */
async function unlessOurs(file: File, { uri, writer, error }: { uri: string; writer: string; error: unknown }): Promise<void> {
  if (statusOf(error) !== 412) throw error;
  await file.getMetadata().catch(() => undefined);
  if (file.metadata.metadata?.writer !== writer) throw new WriteConditionError(uri);
}
