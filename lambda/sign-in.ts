// Signs in to Google Cloud: as the function's own role by workload identity federation, or by a service account's key from Secrets Manager.
import { type AuthClient, ExternalAccountClient, gaxios, JWT } from 'google-auth-library';
import { TemporaryError, UsageError, UserError } from '../apps/platform/errors.ts';
import { toLine } from '../apps/platform/one-line.ts';
import { readSecret } from './aws.ts';
import type { Deadline } from './deadline.ts';
import { parseObject } from './json-object.ts';
import type { Settings } from './settings.ts';
import { isTemporary } from './try-again.ts';

const googleTokens = 'https://oauth2.googleapis.com/token';
const answerMilliseconds = 5_000;
const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

/** Kept across invocations; the library renews tokens five minutes before they end. */
let signedIn: Promise<AuthClient> | undefined;
let lastToken: string | undefined;

/** Forgets the sign-in that gave the token: its key may have been rotated. A newer one is kept. */
export function forgetToken(token: string): void {
  if (token !== lastToken) return;
  signedIn = undefined;
  lastToken = undefined;
}

/** An access token. Throws TemporaryError, or UsageError with what to mend. */
export async function getToken(settings: Settings, deadline: Deadline): Promise<string> {
  const kept = signedIn;
  try {
    return await askToken(settings, deadline);
  } catch (error) {
    if (kept === undefined || isTemporary(error)) throw error;
    // A key that was read long ago may have been rotated since.
    return askToken(settings, deadline);
  }
}

async function askToken(settings: Settings, deadline: Deadline): Promise<string> {
  signedIn ??= signIn(settings, deadline);
  const asked = signedIn;
  try {
    const client = await asked;
    const { token } = await inTime(client.getAccessToken(), deadline);
    if (!token) throw new UsageError('sign-in to Google Cloud: it gave no token');
    lastToken = token;
    return token;
  } catch (error) {
    if (signedIn === asked) signedIn = undefined;
    throw toSignInError(error);
  }
}

async function signIn({ credentials }: Settings, deadline: Deadline): Promise<AuthClient> {
  if ('account' in credentials) {
    const options = { ...credentials.account, scopes, transporter: createTransporter() };
    return ExternalAccountClient.fromJSON(options as never) as AuthClient;
  }
  const what = `secret ${credentials.secret}`;
  const key = parseObject(await readSecret(process.env, credentials.secret, deadline));
  // A secret's text is in no message.
  if (key === undefined) throw new UsageError(`${what}: expected a JSON object`);
  const { client_email: email, private_key: privateKey, token_uri: tokenUri = googleTokens } = key;
  if (typeof email !== 'string' || typeof privateKey !== 'string')
    throw new UsageError(`${what}: expected a service account's key with client_email and private_key`);
  if (typeof tokenUri !== 'string' || !URL.canParse(tokenUri) || new URL(tokenUri).protocol !== 'https:')
    throw new UsageError(`${what}: token_uri: expected an https:// address`);
  return new JWT({ email, key: privateKey, scopes, transporter: createTransporter(tokenUri) });
}

/**
 * Requests are bounded in time; a key says where its tokens are made, and the library does not listen. Its own choice of a fetch, node-fetch,
 * throws past everybody when it is aborted.
 */
function createTransporter(tokenUri?: string): gaxios.Gaxios {
  const transporter = new gaxios.Gaxios({ timeout: answerMilliseconds, fetchImplementation: fetch });
  if (tokenUri !== undefined)
    transporter.interceptors.request.add({
      resolved: async (request) => (String(request.url) === googleTokens ? { ...request, url: new URL(tokenUri) } : request),
    });
  return transporter;
}

/** The library tries again by itself, as long as that takes. */
async function inTime<Result>(work: Promise<Result>, deadline: Deadline): Promise<Result> {
  const signal = deadline.signal(deadline.patienceSeconds());
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => {});
  }
}

function toSignInError(error: unknown): Error {
  if (error instanceof UserError) return error;
  const { message, name, response } = error as Error & { response?: { status?: number } };
  const status = response?.status ?? 0;
  const what = `sign-in to Google Cloud: ${toLine(message)}`;
  const isUnreachable = status === 0 && (name === 'TimeoutError' || error instanceof gaxios.GaxiosError);
  if (isUnreachable || status === 429 || status >= 500) return new TemporaryError(what);
  return new UsageError(`${what}; check the key or the workload identity pool, and the clock`);
}
