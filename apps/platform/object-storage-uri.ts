// URIs of objects and folders, as flags take them.
import { z } from 'zod';
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

/** A folder's URI, with a slash at its end. */
export const asFolder = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`);

/** True where a part of the path begins with a dot: temporary files, and what is not to be seen. */
export const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'));
