// URIs of objects in buckets, gs:// and s3://: each segment of a key is percent-encoded, so that any key is one line of harmless characters.
import { UsageError } from './errors.ts';
import { toLine } from './one-line.ts';

export interface BucketPlace {
  readonly bucket: string;
  readonly key: string;
}

export type BucketScheme = 'gs' | 's3';

/** `s3://bucket/a%20b` is the key `a b`. Nothing else is read into it: `+`, `..` and `//` stay. Throws UsageError. */
export function parseBucketUri(scheme: BucketScheme, uri: string): BucketPlace {
  const [, found, bucket, path = ''] = /^([a-z0-9]+):\/\/([^/]+)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (found !== scheme || bucket === undefined) throw new UsageError(`${toLine(uri)}: expected ${scheme}://bucket/key`);
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/i.test(bucket))
    throw new UsageError(`${toLine(uri)}: ${toLine(bucket)} is not a name that a bucket can have`);
  try {
    return { bucket, key: decodeURIComponent(path) };
  } catch {
    throw new UsageError(`${toLine(uri)}: a "%" in a URI begins an encoded character; write it as %25`);
  }
}

/** The key as it is, without percent signs for other characters: so BigQuery takes URIs. Throws UsageError. */
export function toPlainGsUri(uri: string): string {
  const { bucket, key } = parseBucketUri('gs', uri);
  return `gs://${bucket}/${key}`;
}

/** As Hadoop takes URIs of buckets: plain keys, and `s3a` for its client of S3. Throws UsageError where the URI is of no bucket. */
export function toHadoopUri(uri: string): string {
  if (uri.startsWith('gs://')) return toPlainGsUri(uri);
  const { bucket, key } = parseBucketUri('s3', uri);
  return `s3a://${bucket}/${key}`;
}

/** The URI of a key. */
export const toBucketUri = (scheme: BucketScheme, { bucket, key }: BucketPlace): string =>
  `${scheme}://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
