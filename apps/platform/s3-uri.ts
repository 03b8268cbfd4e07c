// URIs of S3's objects: each segment of a key is percent-encoded, so that any key is one line of harmless characters.
import { UsageError } from './errors.ts';
import { toLine } from './one-line.ts';

export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** `s3://bucket/a%20b` is the key `a b`. Nothing else is read into it: `+`, `..` and `//` stay. Throws UsageError. */
export function parseS3Uri(uri: string): S3Place {
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket === undefined) throw new UsageError(`${toLine(uri)}: expected s3://bucket/key`);
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket))
    throw new UsageError(`${toLine(uri)}: ${toLine(bucket)} is not a name that a bucket can have`);
  try {
    return { bucket, key: decodeURIComponent(path) };
  } catch {
    throw new UsageError(`${toLine(uri)}: a "%" in a URI begins an encoded character; write it as %25`);
  }
}

/** The URI of a key. */
export const toS3Uri = ({ bucket, key }: S3Place): string => `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
