// Writes to S3: what is short in one request, a stream in parts. Nothing is seen until all of it is there and proved by its checksum.
import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { parseBucketUri } from './bucket-uri.ts';
import { type Content, type StoredObject, WriteConditionError, type WriteOptions } from './object-storage.ts';
import { inBlocks } from './object-storage-blocks.ts';
import type { AskS3 } from './object-storage-s3-client.ts';
import { statusOf } from './object-storage-s3-errors.ts';
import { baseName } from './uri.ts';

/** S3 takes at most 10,000 parts: 160 GB. */
const partBytes = 16 * 2 ** 20;
const partsAtOnce = 2;

interface Write extends WriteOptions {
  readonly content: Content;
}

interface Target {
  readonly uri: string;
  readonly Bucket: string;
  readonly Key: string;
  readonly conditions: { readonly IfMatch?: string; readonly IfNoneMatch?: string };
  readonly headers: {
    readonly ContentType: string;
    readonly CacheControl?: string | undefined;
    readonly Metadata: { readonly writer: string };
  };
}

/** Throws WriteConditionError where the condition does not hold. */
export async function writeToS3(
  ask: AskS3,
  uri: string,
  { content, replaces, contentType = 'application/octet-stream', cacheControl, metadata }: Write,
): Promise<StoredObject> {
  const { bucket: Bucket, key: Key } = parseBucketUri('s3', uri);
  const target: Target = {
    uri,
    Bucket,
    Key,
    conditions:
      replaces === undefined ? {} : replaces === 'nothing' ? { IfNoneMatch: '*' } : { IfMatch: `"${replaces.version}"` },
    headers: { ContentType: contentType, CacheControl: cacheControl, Metadata: { ...metadata, writer: randomUUID() } },
  };
  if (content instanceof Uint8Array) return put(ask, target, content);
  const blocks = inBlocks(content, partBytes)[Symbol.asyncIterator]();
  const first = await blocks.next();
  if (first.done || first.value.length < partBytes) return put(ask, target, first.value ?? new Uint8Array());
  return writeInParts(ask, target, { first: first.value, rest: { [Symbol.asyncIterator]: () => blocks } });
}

async function put(ask: AskS3, target: Target, Body: Uint8Array): Promise<StoredObject> {
  const { Bucket, Key, uri } = target;
  const { ETag } = await ask(uri, ({ sdk, client }) =>
    client
      .send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...target.headers, ...target.conditions }))
      .catch((error) => unlessOurs(ask, target, error)),
  );
  return toWritten(target, { ETag, bytes: Body.length });
}

async function writeInParts(
  ask: AskS3,
  target: Target,
  { first, rest }: { first: Uint8Array; rest: AsyncIterable<Uint8Array> },
): Promise<StoredObject> {
  const { Bucket, Key, uri } = target;
  const { UploadId } = await ask(uri, ({ sdk, client }) =>
    client.send(
      new sdk.CreateMultipartUploadCommand({
        Bucket,
        Key,
        ...target.headers,
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'FULL_OBJECT',
      }),
    ),
  );
  const upload = { Bucket, Key, UploadId };
  const sending = new Set<Promise<void>>();
  const parts: CompletedPart[] = [];
  let checksum = 0;
  let bytes = 0;
  const send = async (block: Uint8Array) => {
    checksum = crc32(block, checksum);
    bytes += block.length;
    const PartNumber = parts.length + 1;
    const part: CompletedPart = { PartNumber };
    parts.push(part);
    const sent = ask(uri, ({ sdk, client }) =>
      client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body: block, ChecksumAlgorithm: 'CRC32' })),
    ).then(({ ETag, ChecksumCRC32 }) => {
      Object.assign(part, { ETag, ChecksumCRC32 });
      sending.delete(sent);
    });
    // Whoever waits for it gets the error.
    sent.catch(() => undefined);
    sending.add(sent);
    if (sending.size >= partsAtOnce) await Promise.race(sending);
  };
  try {
    await send(first);
    for await (const block of rest) await send(block);
    await Promise.all(sending);
    const { ETag } = await ask(uri, ({ sdk, client }) =>
      client
        .send(
          new sdk.CompleteMultipartUploadCommand({
            ...upload,
            MultipartUpload: { Parts: parts },
            ChecksumType: 'FULL_OBJECT',
            ChecksumCRC32: toBase64(checksum),
            ...target.conditions,
          }),
        )
        .catch((error) => unlessOurs(ask, target, error)),
    );
    return toWritten(target, { ETag, bytes });
  } catch (error) {
    await Promise.allSettled(sending);
    await ask(uri, ({ sdk, client }) => client.send(new sdk.AbortMultipartUploadCommand(upload))).catch(() => undefined);
    throw error;
  }
}

/** A request that was sent again, since its answer was lost, meets what it wrote itself. */
async function unlessOurs(ask: AskS3, target: Target, error: { name: string }): Promise<{ ETag?: string | undefined }> {
  const isConflict = [409, 412].includes(statusOf(error));
  if (!isConflict && error.name !== 'NoSuchUpload' && error.name !== 'NoSuchKey') throw error;
  const { Bucket, Key, uri } = target;
  const found = await ask(uri, ({ sdk, client }) => client.send(new sdk.HeadObjectCommand({ Bucket, Key }))).catch(
    () => undefined,
  );
  if (found?.Metadata?.writer === target.headers.Metadata.writer) return found;
  if (Object.keys(target.conditions).length > 0) throw new WriteConditionError(uri);
  throw error;
}

const toWritten = ({ uri }: Target, { ETag = '', bytes }: { ETag?: string | undefined; bytes: number }): StoredObject => ({
  uri,
  name: baseName(uri),
  bytes,
  version: ETag.replaceAll('"', ''),
  changedAt: Date.now(),
});

function toBase64(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString('base64');
}
