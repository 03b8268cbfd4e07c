// URIs of objects: each segment of an S3 key is percent-encoded, so that any key is one line of harmless characters.
import { z } from 'zod';
import { UsageError } from './errors.ts';
import { toUri } from './uri.ts';

/** S3's keys are up to 1,024 bytes, each up to three characters here; Linux' paths are up to 4,096. */
const longestUri = 4096;

/** A flag that takes a path or a URI. */
export const uriOption = z
  .string()
  .min(1, { error: 'expected a URI' })
  .max(longestUri, { error: `expected at most ${longestUri} characters` })
  .regex(/^\P{Cc}*$/u, { error: 'expected a URI without line breaks and control characters' })
  .transform(toUri);

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

/** A folder's URI, with a slash at its end. */
export const asFolder = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`);

/** True where a part of the path begins with a dot: temporary files, and what is not to be seen. */
export const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'));

/** One line of at most 300 characters, for messages. */
export const toLine = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};
