// The connection to Google Cloud Storage, by its own client. The sign-in is Google's usual one: GOOGLE_APPLICATION_CREDENTIALS, gcloud's, the
// pod's. The client is loaded on the first request: runs over folders don't pay for it.
import type { Bucket, File, FileMetadata, Storage } from '@google-cloud/storage';
import { type BucketPlace, parseBucketUri, toBucketUri } from './bucket-uri.ts';
import type { StoredObject } from './object-storage.ts';
import { createCrc32c, type Digest } from './object-storage-digest.ts';
import { isPassing, toGsError, toSignInError } from './object-storage-gs-errors.ts';
import type { Patience } from './patience.ts';
import { endSilentRequests } from './silent-requests.ts';
import { baseName } from './uri.ts';

/** Another endpoint, such as an emulator's; it gets no sign-in. Python's client reads the same variable. */
const endpointVariable = 'STORAGE_EMULATOR_HOST';
export interface GsConnection {
  /** Sends failed requests again by itself. */
  readonly client: Storage;
  /** Does not: a stream that it opens again ends the process (an unhandled rejection). What reads streams does it. */
  readonly reader: Storage;
}

/** Sends a request about an object, or about one version of it; errors are those of the user. */
export type AskGs = <Result>(
  uri: string,
  send: (file: File) => Promise<Result>,
  by?: { readonly client?: keyof GsConnection; readonly version?: string },
) => Promise<Result>;

/** Connects on the first call. */
export function createGsClient(patience: Patience): { connected: () => Promise<GsConnection>; ask: AskGs } {
  let connection: Promise<GsConnection> | undefined;
  const connected = () => {
    connection ??= connect(patience);
    return connection;
  };
  // The client makes some hundred functions for each Bucket object, which is more work than a small request.
  const buckets = new Map<string, Bucket>();
  const bucketOf = async (client: keyof GsConnection, name: string) => {
    const key = `${client} ${name}`;
    const bucket = buckets.get(key) ?? (await connected())[client].bucket(name);
    buckets.set(key, bucket);
    return bucket;
  };
  const ask: AskGs = async (uri, send, { client = 'client', version } = {}) => {
    const { bucket, key } = parseBucketUri('gs', uri);
    try {
      const options = version === undefined ? {} : { generation: version };
      return await send((await bucketOf(client, bucket)).file(key, options));
    } catch (error) {
      throw toGsError(uri, error);
    }
  };
  return { connected, ask };
}

async function connect({ silenceMilliseconds, tries, pauseMilliseconds }: Patience): Promise<GsConnection> {
  const sdk = await import('@google-cloud/storage');
  const endpoint = process.env[endpointVariable]?.replace(/\/+$/, '');
  const options = {
    ...(endpoint ? { apiEndpoint: endpoint, projectId: 'none' } : {}),
    crc32cGenerator: createCrc32c,
  };
  const client = new sdk.Storage({
    ...options,
    retryOptions: {
      // Writing the same once more is no harm: what must not be replaced has a condition.
      idempotencyStrategy: sdk.IdempotencyStrategy.RetryAlways,
      maxRetries: tries - 1,
      // Its first pause is a second.
      maxRetryDelay: Math.max(1, (pauseMilliseconds * 2 ** tries) / 1000),
      totalTimeout: 600,
      retryableErrorFn: isPassing,
    },
  });
  // Without a sign-in the client would ask as nobody, and be refused for another reason than the true one.
  if (!endpoint) await client.authClient.getAccessToken().catch((error) => Promise.reject(toSignInError(error)));
  const reader = new sdk.Storage({ ...options, authClient: client.authClient, retryOptions: { autoRetry: false } });
  endSilentRequests(new URL(client.baseUrl).hostname, silenceMilliseconds);
  // The client takes the variable for all of the address, Python's and the emulators for its beginning.
  if (endpoint) for (const one of [client, reader]) one.baseUrl = `${endpoint}/storage/v1`;
  return { client, reader };
}

/** What Cloud Storage says of an object. */
export function toObject(place: BucketPlace, metadata: FileMetadata): StoredObject {
  const uri = toBucketUri('gs', place);
  const digest = toDigest(metadata.md5Hash, metadata.crc32c);
  return {
    uri,
    name: baseName(uri),
    bytes: Number(metadata.size),
    version: String(metadata.generation),
    changedAt: Date.parse(metadata.updated ?? ''),
    ...(digest ? { digest } : {}),
    ...(metadata.metadata ? { metadata: metadata.metadata as Record<string, string> } : {}),
  };
}

/** Objects that were composed of parts have no MD5. */
function toDigest(md5: string | undefined, crc32c: string | undefined): Digest | undefined {
  const toHex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
  if (crc32c) return { algorithm: 'crc32c', hex: toHex(crc32c) };
  return md5 ? { algorithm: 'md5', hex: toHex(md5) } : undefined;
}
