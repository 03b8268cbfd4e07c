// Two requests to Amazon: a secret's text, and whether an object is there. Signed by aws4fetch, which costs a tenth of the SDK's load time.
import { AwsClient } from 'aws4fetch';
import type { BucketPlace } from '../apps/platform/bucket-uri.ts';
import { TemporaryError, UsageError } from '../apps/platform/errors.ts';
import { toLine } from '../apps/platform/one-line.ts';
import type { Deadline } from './deadline.ts';
import { parseObject } from './json-object.ts';
import { tryAgain } from './try-again.ts';

/** The function's own environment: credentials of its role, region, and other endpoints in tests. */
type Environment = Readonly<Record<string, string | undefined>>;

const clientOf = (environment: Environment) =>
  new AwsClient({
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    ...(environment.AWS_SESSION_TOKEN !== undefined && { sessionToken: environment.AWS_SESSION_TOKEN }),
    region: environment.AWS_REGION ?? 'us-east-1',
    retries: 0,
  });

/** Reads a secret's current text. Throws TemporaryError, or UsageError with what to do. */
export const readSecret = (environment: Environment, id: string, deadline: Deadline): Promise<string> =>
  tryAgain(deadline, () => readSecretOnce(environment, id, deadline));

async function readSecretOnce(environment: Environment, id: string, deadline: Deadline): Promise<string> {
  const what = `secret ${id}`;
  const address = environment.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? environment.AWS_ENDPOINT_URL;
  const url = address ?? `https://secretsmanager.${environment.AWS_REGION}.amazonaws.com/`;
  const { response, text } = await send(what, environment, {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId: id }),
    aws: { service: 'secretsmanager' },
    signal: deadline.signal(5),
  });
  const body = parseObject(text) ?? {};
  if (!response.ok) {
    const type = String(body.__type ?? '').replace(/^.*#/, '');
    if (isPassing(response.status, type)) throw new TemporaryError(`${what}: Secrets Manager says ${response.status} ${type}`);
    const hint =
      type === 'ResourceNotFoundException' ? 'create it, or mend SECRET_ID' : "the function's role must be allowed to read it";
    throw new UsageError(`${what}: Secrets Manager says ${response.status} ${toLine(type)}; ${hint}`);
  }
  if (typeof body.SecretString !== 'string')
    throw new UsageError(`${what}: it holds no text; put a service account's key there as JSON`);
  return body.SecretString;
}

/** The bytes of an object, or undefined where it is gone. Throws TemporaryError, UsageError. */
export const sizeOfObject = (environment: Environment, place: BucketPlace, deadline: Deadline): Promise<number | undefined> =>
  tryAgain(deadline, () => sizeOnce(environment, place, deadline));

async function sizeOnce(environment: Environment, { bucket, key }: BucketPlace, deadline: Deadline): Promise<number | undefined> {
  const what = `object ${key} of ${bucket}`;
  const path = key.split('/').map(encodeSegment).join('/');
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  // Names with dots are no part of the certificate of virtual-hosted addresses.
  const address = endpoint ?? `https://s3.${environment.AWS_REGION}.amazonaws.com`;
  const url = `${address.replace(/\/$/, '')}/${bucket}/${path}`;
  const { response } = await send(what, environment, { url, method: 'HEAD', aws: { service: 's3' }, signal: deadline.signal(5) });
  if (response.status === 404) return undefined;
  if (response.ok) return Number(response.headers.get('content-length') ?? Number.NaN);
  if (isPassing(response.status, '')) throw new TemporaryError(`${what}: S3 says ${response.status}`);
  throw new UsageError(`${what}: S3 says ${response.status}; the function's role must be allowed s3:GetObject and s3:ListBucket`);
}

type Sent = { readonly url: string; readonly signal: AbortSignal } & NonNullable<Parameters<AwsClient['sign']>[1]>;

async function send(
  what: string,
  environment: Environment,
  { url, signal, ...rest }: Sent,
): Promise<{ response: Response; text: string }> {
  try {
    // A signal inside of a Request is forgotten when the Request is, by the garbage collector: fetch is to hold it itself.
    const response = await fetch(await clientOf(environment).sign(url, rest), { signal });
    return { response, text: await response.text() };
  } catch (error) {
    const { cause, name, message } = error as Error & { cause?: { code?: string } };
    throw new TemporaryError(`${what}: ${name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? message)}`);
  }
}

const isPassing = (status: number, type: string) =>
  status >= 500 || status === 429 || ['ThrottlingException', 'InternalServiceError'].includes(type);

/** As S3 signs it: all but letters, digits and -._~ */
const encodeSegment = (segment: string) =>
  encodeURIComponent(segment).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
