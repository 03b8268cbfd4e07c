// What S3's refusals mean: which of them a retry may mend, and the one line that says what to do.
import { TemporaryError, UsageError, UserError } from './errors.ts';
import { networkCodes } from './network-codes.ts';
import { toLine } from './one-line.ts';

interface S3Error {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $retryable?: object;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** There is no such object. */
class AbsentError extends UsageError {}

const signIn = 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or the account of the pod';
const region = 'set AWS_REGION to the region of the bucket';

const wrong: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket; check its name, AWS_REGION and AWS_ENDPOINT_URL_S3',
  InvalidBucketName: 'this is not a name that a bucket can have',
  AccessDenied: 'not allowed; the account needs s3:GetObject on the objects and s3:ListBucket on the bucket',
  Forbidden: `not allowed, or not signed in; ${signIn}`,
  InvalidAccessKeyId: `S3 knows no such access key; ${signIn}`,
  XAdminUserNotFound: `S3 knows no such access key; ${signIn}`,
  SignatureDoesNotMatch: `the secret does not belong to the access key; ${signIn}`,
  ExpiredToken: `the sign-in has expired; ${signIn}`,
  InvalidToken: `the sign-in is not valid; ${signIn}`,
  CredentialsProviderError: `no sign-in was found; ${signIn}`,
  RequestTimeTooSkewed: "this machine's clock differs from S3's; set it right",
  PermanentRedirect: `the bucket is in another region; ${region}`,
  AuthorizationHeaderMalformed: `the bucket is in another region; ${region}`,
  InvalidObjectState: 'the object is in an archive; restore it first',
  KeyTooLongError: 'a key has at most 1,024 bytes',
};

// The checksums say that bytes were damaged on their way.
const passingNames = [
  'BadDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
  'TimeoutError',
  'RequestTimeout',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ServiceUnavailable',
];

export const statusOf = (error: unknown): number => (error as S3Error).$metadata?.httpStatusCode ?? 0;
/** An answer that a retry gives again. */
export const isRefusal = (error: unknown): boolean => statusOf(error) >= 300 && statusOf(error) < 500;
export const isAbsent = (error: unknown): boolean => error instanceof AbsentError;

/** An error of the SDK as one for the user; others as they are. */
export function toS3Error(uri: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { name, message, code } = error as S3Error;
  const status = statusOf(error);
  const where = toLine(uri);
  if (name === 'NoSuchKey' || name === 'NotFound') return new AbsentError(`${where}: there is no such object`);
  if (Object.hasOwn(wrong, name)) return new UsageError(`${where}: ${wrong[name]} (${name})`);
  if (/^Region (is missing|not accepted)/.test(message))
    return new UsageError(`${where}: no region that S3 has is set; ${region}`);
  if (networkCodes.includes(code ?? '') || message === 'aborted')
    return new TemporaryError(`${where}: can't reach S3: ${code ?? message}; check the network and AWS_ENDPOINT_URL_S3`);
  // The SDK gives this one no name.
  if (message.startsWith('Checksum mismatch'))
    return new TemporaryError(`${where}: the bytes that came are not those that S3 sent`);
  if (passingNames.includes(name) || status === 429 || status >= 500 || (error as S3Error).$retryable !== undefined)
    return new TemporaryError(`${where}: S3 is busy or does not answer: ${name} ${status || ''}`.trim());
  if (status === 401) return new UsageError(`${where}: ${wrong.Forbidden}`);
  if (status === 403) return new UsageError(`${where}: ${wrong.AccessDenied}`);
  if (status >= 300) return new UsageError(`${where}: S3 refuses: ${status} ${name}: ${toLine(message)}`);
  return error;
}
