// Objects of S3 and of what speaks as it does.
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { parseBucketUri, toBucketUri } from './bucket-uri.ts';
import {
  type ByteRange,
  type ListOptions,
  ObjectChangedError,
  type ObjectEnd,
  type ObjectStorage,
  type StoredObject,
  WriteConditionError,
} from './object-storage.ts';
import type { Digest } from './object-storage-digest.ts';
import { checkRange, readInTurns, toBytes, patience as usual } from './object-storage-read.ts';
import { type AskS3, createS3Client } from './object-storage-s3-client.ts';
import { type CopyLimits, copyInS3, copyLimits } from './object-storage-s3-copy.ts';
import { isAbsent, isRefusal, statusOf, toS3Error } from './object-storage-s3-errors.ts';
import { writeToS3 } from './object-storage-s3-write.ts';
import { asFolder, isHidden } from './object-storage-uri.ts';
import type { Patience } from './patience.ts';
import { baseName } from './uri.ts';

/** The storage behind s3:// URIs. */
export function createS3Storage(patience: Patience = usual, limits: CopyLimits = copyLimits): ObjectStorage {
  const ask = createS3Client(patience);
  return {
    list: (folder, options) => list(ask, folder, options),
    look: (uri) => look(ask, uri),
    read: (object, range) =>
      readInTurns(object, range ?? {}, {
        open: (part) => open(ask, object, part),
        explain: (error) => toS3Error(object.uri, error),
        patience,
      }),
    readEnd: (uri, bytes) => readEnd(ask, uri, { bytes, patience }),
    write: (uri, content, options) => writeToS3(ask, uri, { content, ...options }),
    copy: (source, target) => copy(ask, source, { target, limits }),
    remove: (uri, { version } = {}) => remove(ask, uri, version),
    digestOf: async ({ uri, version, digest }) => {
      if (digest) return digest;
      const found = await look(ask, uri);
      return found?.version === version ? found.digest : undefined;
    },
  };
}

async function* list(ask: AskS3, folder: string, { direct = false }: ListOptions = {}): AsyncIterable<StoredObject> {
  const { bucket, key: prefix } = parseBucketUri('s3', asFolder(folder));
  let token: string | undefined;
  do {
    const page = await ask(folder, ({ sdk, client }) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          // XML can't hold every character that a key can.
          EncodingType: 'url',
          ...(direct ? { Delimiter: '/' } : {}),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      ),
    );
    for (const { Key = '', Size = 0, ETag = '', LastModified } of page.Contents ?? []) {
      const key = page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key;
      const name = key.slice(prefix.length);
      // A key that ends with a slash is how consoles make a folder.
      if (name === '' || name.endsWith('/') || isHidden(name)) continue;
      yield {
        uri: toBucketUri('s3', { bucket, key }),
        name,
        bytes: Size,
        version: toVersion(ETag),
        changedAt: LastModified?.getTime() ?? 0,
      };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function look(ask: AskS3, uri: string): Promise<StoredObject | undefined> {
  const { bucket: Bucket, key: Key } = parseBucketUri('s3', uri);
  try {
    const head = await ask(uri, ({ sdk, client }) =>
      client.send(new sdk.HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' })).catch(async (error) => {
        // The answer to HEAD has no body that would say why.
        if (isRefusal(error)) await client.send(new sdk.GetObjectCommand({ Bucket, Key, Range: 'bytes=0-0' })).then(drop);
        throw error;
      }),
    );
    return toObject(uri, head.ContentLength ?? 0, head);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const drop = ({ Body }: { Body?: unknown }): void => {
  (Body as Readable | undefined)?.destroy();
};

async function open(ask: AskS3, object: StoredObject, { from, to }: Required<ByteRange>): Promise<Readable> {
  const { bucket: Bucket, key: Key } = parseBucketUri('s3', object.uri);
  const Range = `bytes=${from}-${to - 1}`;
  const { Body, ContentRange } = await ask(object.uri, ({ sdk, client }) =>
    client.send(new sdk.GetObjectCommand({ Bucket, Key, IfMatch: `"${object.version}"`, Range })).catch((error) => {
      // 416: it is shorter now.
      if ([412, 416].includes(statusOf(error)) || error.name === 'NoSuchKey') throw new ObjectChangedError(object.uri);
      throw error;
    }),
  );
  checkRange(object.uri, { from, range: ContentRange });
  return Body as Readable;
}

async function readEnd(
  ask: AskS3,
  uri: string,
  { bytes, patience }: { bytes: number; patience: Patience },
): Promise<ObjectEnd | undefined> {
  const { bucket: Bucket, key: Key } = parseBucketUri('s3', uri);
  const answer = await ask(uri, ({ sdk, client }) =>
    client
      .send(new sdk.GetObjectCommand({ Bucket, Key, Range: `bytes=-${bytes}`, ChecksumMode: 'ENABLED' }))
      // An empty object has no last bytes.
      .catch((error) => onStatus(error, 416)),
  ).catch(noneWhereAbsent);
  if (answer === undefined) {
    const object = await look(ask, uri);
    return object && { object, bytes: new Uint8Array() };
  }
  const total = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength ?? 0);
  const object = toObject(uri, total, answer);
  const first = answer.Body as Readable;
  const body = readInTurns(
    object,
    { from: Math.max(0, total - bytes) },
    {
      open: async ({ from, to }) => (first.readableDidRead ? open(ask, object, { from, to }) : first),
      explain: (error) => toS3Error(uri, error),
      patience,
    },
  );
  return { object, bytes: await toBytes(body) };
}

const onStatus = (error: unknown, status: number): undefined => {
  if (statusOf(error) !== status) throw error;
};

const noneWhereAbsent = (error: unknown): undefined => {
  if (!isAbsent(error)) throw error;
};

interface Copying {
  readonly target: string;
  readonly limits: CopyLimits;
}

async function copy(ask: AskS3, source: StoredObject, { target, limits }: Copying): Promise<StoredObject> {
  await copyInS3(ask, source, { target, limits });
  const copied = await look(ask, target);
  if (copied === undefined) throw new WriteConditionError(target);
  return copied;
}

async function remove(ask: AskS3, uri: string, version: string | undefined): Promise<void> {
  const { bucket: Bucket, key: Key } = parseBucketUri('s3', uri);
  const condition = version === undefined ? {} : { IfMatch: `"${version}"` };
  await ask(uri, ({ sdk, client }) =>
    client.send(new sdk.DeleteObjectCommand({ Bucket, Key, ...condition })).catch((error) => {
      if (statusOf(error) === 412) throw new WriteConditionError(uri);
      return onStatus(error, 404);
    }),
  );
}

/** Listings know no versionId, so that it can't be part of what both are compared by; the same bytes written again are the same version. */
const toVersion = (etag: string): string => etag.replaceAll('"', '');

function toObject(uri: string, bytes: number, answer: HeadObjectCommandOutput | GetObjectCommandOutput): StoredObject {
  const digest = toDigest(answer);
  return {
    uri,
    name: baseName(uri),
    bytes,
    version: toVersion(answer.ETag ?? ''),
    changedAt: answer.LastModified?.getTime() ?? 0,
    ...(digest ? { digest } : {}),
    ...(answer.Metadata ? { metadata: answer.Metadata } : {}),
  };
}

/** The digest of the whole object that costs least to compute; of an object of many parts, S3 may have one of each part alone. */
function toDigest(head: HeadObjectCommandOutput | GetObjectCommandOutput): Digest | undefined {
  const isWhole = head.ChecksumType !== 'COMPOSITE';
  const toHex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
  if (isWhole && head.ChecksumCRC32) return { algorithm: 'crc32', hex: toHex(head.ChecksumCRC32) };
  const etag = toVersion(head.ETag ?? '');
  const encrypted = head.ServerSideEncryption?.startsWith('aws:kms') || head.SSECustomerAlgorithm !== undefined;
  if (/^[0-9a-f]{32}$/.test(etag) && !encrypted) return { algorithm: 'md5', hex: etag };
  if (isWhole && head.ChecksumSHA256) return { algorithm: 'sha256', hex: toHex(head.ChecksumSHA256) };
  if (isWhole && head.ChecksumCRC64NVME) return { algorithm: 'crc64nvme', hex: toHex(head.ChecksumCRC64NVME) };
  return undefined;
}
