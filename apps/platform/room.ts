// Room on a disk: looked at before a large file is written, so that nobody waits for a download that can't end.
import { statfs } from 'node:fs/promises';
import { TemporaryError } from './errors.ts';

/** Throws TemporaryError where a folder's disk has less room than is needed. `elsewhere` is what names another folder. */
export async function checkRoom(
  folder: string,
  { what, bytes, elsewhere }: { readonly what: string; readonly bytes: number; readonly elsewhere: string },
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (bytes > free)
    throw new TemporaryError(
      `${folder}: ${what} needs ${bytes} bytes there, ${free} are free; give its disk more room, or name a larger folder by ${elsewhere}`,
    );
}
