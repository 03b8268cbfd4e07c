// URIs name every file that steps exchange. A plain path is read as a file:// URI relative to the working directory.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from './errors.ts';
import { toLine } from './one-line.ts';

/** Turns a path or URI into a URI; keeps a trailing slash, which marks a folder. */
export function toUri(pathOrUri: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(pathOrUri) ? pathOrUri : pathToFileURL(pathOrUri).href;
}

/** The local path of a file:// URI or plain path. Throws UsageError for other schemes, and for what can't be a path. */
export function toPath(pathOrUri: string): string {
  const uri = toUri(pathOrUri);
  if (!/^file:\/\//i.test(uri)) {
    throw new UsageError(`${toLine(pathOrUri)}: this program reads file:// URIs and paths, got scheme "${uri.split(':')[0]}://"`);
  }
  const path = decode(pathOrUri, () => fileURLToPath(uri));
  if (path.includes('\0')) throw new UsageError(`${toLine(pathOrUri)}: a path can't hold the NUL character; correct the URI`);
  return path;
}

function decode(pathOrUri: string, run: () => string): string {
  try {
    return run();
  } catch (error) {
    throw new UsageError(`${toLine(pathOrUri)}: not a usable URI: ${(error as Error).message}`);
  }
}

/** `join('file:///a/', 'b.json')`: a URI below a folder URI; each segment is encoded. */
export function joinUri(folder: string, ...segments: string[]): string {
  const base = toUri(folder);
  return [
    base.endsWith('/') ? base.slice(0, -1) : base,
    ...segments.map((segment) => segment.split('/').map(encodeURIComponent).join('/')),
  ].join('/');
}

/** The decoded last segment of a URI: a file's base name. Throws UsageError where it can't be decoded. */
export function baseName(uri: string): string {
  return decode(uri, () => decodeURIComponent(toUri(uri).replace(/\/+$/, '').split('/').at(-1) ?? ''));
}
