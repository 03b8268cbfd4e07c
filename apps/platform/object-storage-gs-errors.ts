// What Cloud Storage's refusals mean: which of them a retry may mend, and the one line that says what to do.
// https://cloud.google.com/storage/docs/json_api/v1/status-codes
import { TemporaryError, UsageError, UserError } from './errors.ts';
import { explainSignIn, waysToSignIn } from './google-sign-in.ts';
import { networkCodes } from './network-codes.ts';
import { toLine } from './one-line.ts';

interface GsError {
  readonly message: string;
  /** HTTP's status as a number or a text, or what the operating system calls it. */
  readonly code?: number | string;
  readonly status?: number;
  readonly errors?: readonly { readonly reason?: string; readonly message?: string }[];
}

/** There is no such object. */
class AbsentError extends UsageError {}

export const isAbsent = (error: unknown): boolean => error instanceof AbsentError;

/** HTTP's status, 0 where there was no answer. */
export function statusOf(error: unknown): number {
  const { code, status } = error as GsError;
  const number = Number(code ?? status);
  return Number.isInteger(number) ? number : (status ?? 0);
}

/** Whether a retry may help; the client asks it of errors, and of answers that it makes look like errors. */
export function isPassing(error: unknown): boolean {
  const { message = '', code, errors } = error as Partial<GsError>;
  const names = [code, ...(errors ?? []).map(({ reason }) => reason)].map(String);
  const status = statusOf(error);
  return (
    status === 408 ||
    status === 429 ||
    status >= 500 ||
    names.some((name) => networkCodes.includes(name)) ||
    /premature close|socket hang up|aborted/i.test(message)
  );
}

/** An error of the client as one for the user; others as they are. */
export function toGsError(uri: string, error: unknown): unknown {
  if (error instanceof UserError || typeof error !== 'object' || error === null) return error;
  const where = toLine(uri);
  // Some are answers, and no instances of Error.
  const { message = '', code } = error as Partial<GsError>;
  const signInError = explainSignIn(error);
  if (signInError) return new UsageError(`${where}: ${signInError}`);
  const status = statusOf(error);
  if (status === 0 && isPassing(error))
    return new TemporaryError(`${where}: can't reach Cloud Storage: ${toLine(String(code ?? message))}; check the network`);
  if (status === 0) return error;
  const why = toReason(error);
  if (status === 404)
    return /bucket/i.test(why) ? toNoBucket(where) : new AbsentError(`${where}: there is no such object, or no such bucket`);
  if (status === 401) return new UsageError(`${where}: Cloud Storage does not accept the sign-in; ${waysToSignIn}`);
  if (status === 403)
    return new UsageError(
      `${where}: not allowed: ${why}; the account needs the role storage.objectUser on the bucket, storage.objectViewer to read alone`,
    );
  // The checksum says that bytes were damaged on their way.
  const isDamaged = status === 400 && /crc32c|md5|checksum|hash/i.test(why);
  if (isDamaged || isPassing(error))
    return new TemporaryError(`${where}: Cloud Storage is busy or does not answer: ${status} ${why}`.trim());
  if (status >= 300) return new UsageError(`${where}: Cloud Storage refuses: ${status} ${why}`);
  return error;
}

/** An error of signing in, as one for the user. */
export function toSignInError(error: unknown): UserError {
  const known = toGsError('Cloud Storage', error);
  return known instanceof UserError
    ? known
    : new UsageError(`Cloud Storage: the sign-in can't be used: ${toLine((error as Error).message)}; ${waysToSignIn}`);
}

/** Where an answer can speak of nothing else. */
export const toNoBucket = (uri: string): UsageError =>
  new UsageError(`${toLine(uri)}: there is no such bucket, or this account may not see it; check its name and the sign-in`);

function toReason({ message = '', errors }: Partial<GsError>): string {
  const [first] = errors ?? [];
  // Answers to reading have a text, XML or JSON for a body.
  const inBody = /<Details>(.*?)<\/Details>|<Message>(.*?)<\/Message>|"message": ?"(.*?)"/s.exec(message);
  return toLine(first?.message ?? inBody?.slice(1).find(Boolean) ?? message);
}
