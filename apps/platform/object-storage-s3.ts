// Objects of S3 and of what speaks as it does. Region, endpoint and credentials are those of the SDK's own environment (AWS_REGION,
// AWS_ENDPOINT_URL_S3 and so on). The SDK is loaded on the first request: runs over folders don't pay for it.
import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { type ListOptions, ObjectChangedError, type ObjectStorage, type StoredObject } from './object-storage.ts';
import type { Digest } from './object-storage-digest.ts';
import { isAbsent, isRefusal, statusOf, toS3Error } from './object-storage-s3-errors.ts';
import { asFolder, isHidden } from './object-storage-uri.ts';
import { parseS3Uri, toS3Uri } from './s3-uri.ts';

const connectionTimeoutMilliseconds = 5_000;
/** A connection that says nothing for so long is given up. */
const silenceMilliseconds = 30_000;

type Sdk = typeof import('@aws-sdk/client-s3');
interface Connection {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** The storage behind s3:// URIs. Every method throws UsageError for what is wrong, TemporaryError for what may pass. */
export function createS3Storage(): ObjectStorage {
  let connection: Promise<Connection> | undefined;
  const ask = async <Result>(uri: string, send: (connection: Connection) => Promise<Result>): Promise<Result> => {
    try {
      connection ??= connect();
      return await send(await connection);
    } catch (error) {
      throw toS3Error(uri, error);
    }
  };
  return {
    list: (folder, options) => list(ask, folder, options),
    look: (uri) => look(ask, uri),
    read: (object, from) => read(ask, object, from),
    digestOf: async ({ digest }) => digest,
  };
}

type Ask = <Result>(uri: string, send: (connection: Connection) => Promise<Result>) => Promise<Result>;

async function connect(): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const client = new sdk.S3Client({
    // Other servers than Amazon's rarely have a name a bucket.
    forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL),
    // Programs prove the whole copy, also where half of it came another time.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectionTimeoutMilliseconds,
      requestTimeout: silenceMilliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMilliseconds,
    },
  });
  return { sdk, client };
}

async function* list(ask: Ask, folder: string, { direct = false }: ListOptions = {}): AsyncIterable<StoredObject> {
  const { bucket, key: prefix } = parseS3Uri(asFolder(folder));
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
        uri: toS3Uri({ bucket, key }),
        name,
        bytes: Size,
        version: toVersion(ETag),
        changedAt: LastModified?.getTime() ?? 0,
      };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function look(ask: Ask, uri: string): Promise<StoredObject | undefined> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  try {
    const head = await ask(uri, ({ sdk, client }) =>
      client.send(new sdk.HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' })).catch(async (error) => {
        // The answer to HEAD has no body that would say why.
        if (isRefusal(error)) await client.send(new sdk.GetObjectCommand({ Bucket, Key, Range: 'bytes=0-0' })).then(drop);
        throw error;
      }),
    );
    const digest = toDigest(head);
    return {
      uri,
      name: Key.split('/').at(-1) as string,
      bytes: head.ContentLength ?? 0,
      version: toVersion(head.ETag ?? ''),
      changedAt: head.LastModified?.getTime() ?? 0,
      ...(digest ? { digest } : {}),
    };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const drop = ({ Body }: { Body?: unknown }): void => {
  (Body as { destroy?: () => void } | undefined)?.destroy?.();
};

async function* read(ask: Ask, object: StoredObject, from = 0): AsyncIterable<Uint8Array> {
  if (from >= object.bytes && object.bytes > 0) return;
  const { bucket, key } = parseS3Uri(object.uri);
  const { Body } = await ask(object.uri, ({ sdk, client }) =>
    client
      .send(
        new sdk.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          IfMatch: `"${object.version}"`,
          ...(from > 0 ? { Range: `bytes=${from}-` } : {}),
        }),
      )
      .catch((error) => {
        if (statusOf(error) === 412 || error.name === 'NoSuchKey') throw new ObjectChangedError(object.uri);
        throw error;
      }),
  );
  try {
    yield* Body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw toS3Error(object.uri, error);
  }
}

/** Listings know no versionId, so that it can't be part of what both are compared by; the same bytes written again are the same version. */
const toVersion = (etag: string): string => etag.replaceAll('"', '');

/** A digest of the whole object; of an object of many parts, S3 may have one of each part alone. */
function toDigest(head: HeadObjectCommandOutput): Digest | undefined {
  const etag = toVersion(head.ETag ?? '');
  const encrypted = head.ServerSideEncryption?.startsWith('aws:kms') || head.SSECustomerAlgorithm !== undefined;
  if (/^[0-9a-f]{32}$/.test(etag) && !encrypted) return { algorithm: 'md5', hex: etag };
  if (head.ChecksumType === 'COMPOSITE') return undefined;
  const toHex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
  if (head.ChecksumSHA256) return { algorithm: 'sha256', hex: toHex(head.ChecksumSHA256) };
  if (head.ChecksumCRC64NVME) return { algorithm: 'crc64nvme', hex: toHex(head.ChecksumCRC64NVME) };
  if (head.ChecksumCRC32) return { algorithm: 'crc32', hex: toHex(head.ChecksumCRC32) };
  return undefined;
}
