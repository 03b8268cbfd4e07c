// What the operating system refuses, as an error for the user. Whatever program meets it, the exit code is the same.
import { TemporaryError, UsageError, type UserError } from './errors.ts';
import { toLine } from './one-line.ts';

/** What the user can change: a path, a permission. */
const wrong: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EISDIR: 'this is a folder, expected a file',
  EEXIST: 'something else has this name already',
  ENOTEMPTY: 'this folder is not empty',
  EACCES: 'this program may not read or write it',
  EPERM: 'this program may not read or write it',
  EROFS: 'this is read-only',
  ENAMETOOLONG: 'a part of it is longer than a file name can be',
  ELOOP: 'its symbolic links lead in a circle',
  EFBIG: 'the file would be larger than its file system allows',
  ENXIO: 'nothing is behind this device or pipe',
  ENODEV: 'nothing is behind this device or pipe',
  EXDEV: 'its parts are on two file systems',
};
/** What may be better later. */
const temporary: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EIO: 'it could not be read or written',
  ESTALE: 'its file system was mounted again meanwhile',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  ENOMEM: 'no memory is left',
  EAGAIN: 'this machine has no process or thread left',
  EBUSY: 'it is busy',
  ETXTBSY: 'it is busy',
  ETIMEDOUT: 'it does not answer',
};

/** The user's version of a system error, or undefined for other errors. `where` replaces the path that the error names. */
export function toSystemError(error: unknown, where?: string): UserError | undefined {
  const { code = '', path, syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code !== 'string') return undefined;
  const place = toLine(where ?? (typeof path === 'string' ? path : syscall)) || 'a file';
  if (Object.hasOwn(wrong, code)) return new UsageError(`${place}: ${wrong[code]} (${code}); check the path and its permissions`);
  if (Object.hasOwn(temporary, code)) return new TemporaryError(`${place}: ${temporary[code]} (${code}); try again later`);
  return undefined;
}
