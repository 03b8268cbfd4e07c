// Copies within S3: in one request, or in parts where the object is too large for one. Nothing is seen until all of it is there.
import type { CompletedPart } from '@aws-sdk/client-s3';
import { parseBucketUri } from './bucket-uri.ts';
import { ObjectChangedError, type StoredObject } from './object-storage.ts';
import type { AskS3 } from './object-storage-s3-client.ts';
import { statusOf } from './object-storage-s3-errors.ts';

export interface CopyLimits {
  /** S3 copies no more in one request. */
  readonly mostBytes: number;
  /** Of at most 10,000 parts. */
  readonly partBytes: number;
}

export const copyLimits: CopyLimits = { mostBytes: 5 * 2 ** 30, partBytes: 2 ** 30 };

/** Throws ObjectChangedError where the source is no longer the version that was looked at. */
export async function copyInS3(
  ask: AskS3,
  source: StoredObject,
  { target, limits }: { readonly target: string; readonly limits: CopyLimits },
): Promise<void> {
  const from = parseBucketUri('s3', source.uri);
  const { bucket: Bucket, key: Key } = parseBucketUri('s3', target);
  const CopySource = encodeURIComponent(`${from.bucket}/${from.key}`);
  const copy = { Bucket, Key, CopySource, CopySourceIfMatch: `"${source.version}"` };
  if (source.bytes > limits.mostBytes) await copyInParts(ask, source, { target, copy, partBytes: limits.partBytes });
  else await ask(target, ({ sdk, client }) => client.send(new sdk.CopyObjectCommand(copy)).catch(toChanged(source)));
}

/** A version that is not there was replaced or removed. */
const toChanged =
  ({ uri }: StoredObject) =>
  (error: { name: string }): never => {
    throw statusOf(error) === 412 || error.name === 'NoSuchKey' ? new ObjectChangedError(uri) : error;
  };

interface PartsCopy {
  readonly target: string;
  readonly copy: {
    readonly Bucket: string;
    readonly Key: string;
    readonly CopySource: string;
    readonly CopySourceIfMatch: string;
  };
  readonly partBytes: number;
}

async function copyInParts(ask: AskS3, source: StoredObject, { target, copy, partBytes }: PartsCopy): Promise<void> {
  const { bucket, key } = parseBucketUri('s3', source.uri);
  const { Bucket, Key } = copy;
  // One request copies what is known of the object, too; parts know nothing of it.
  const known = await ask(source.uri, ({ sdk, client }) =>
    client
      .send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key, IfMatch: copy.CopySourceIfMatch }))
      .catch(toChanged(source)),
  );
  const { ContentType, CacheControl, ContentEncoding, ContentDisposition, ContentLanguage, Metadata } = known;
  const headers = { ContentType, CacheControl, ContentEncoding, ContentDisposition, ContentLanguage, Metadata };
  const { UploadId } = await ask(target, ({ sdk, client }) =>
    client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key, ...headers })),
  );
  const upload = { Bucket, Key, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for (let first = 0; first < source.bytes; first += partBytes) {
      const CopySourceRange = `bytes=${first}-${Math.min(first + partBytes, source.bytes) - 1}`;
      const PartNumber = Parts.length + 1;
      const { CopyPartResult } = await ask(target, ({ sdk, client }) =>
        client.send(new sdk.UploadPartCopyCommand({ ...copy, UploadId, PartNumber, CopySourceRange })).catch(toChanged(source)),
      );
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await ask(target, ({ sdk, client }) =>
      client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
    );
  } catch (error) {
    await ask(target, ({ sdk, client }) => client.send(new sdk.AbortMultipartUploadCommand(upload))).catch(() => undefined);
    throw error;
  }
}
