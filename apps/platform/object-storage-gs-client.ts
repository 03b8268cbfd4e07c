// The connection to Google Cloud Storage, by its own client. The sign-in is Google's usual one: GOOGLE_APPLICATION_CREDENTIALS, gcloud's, the
// pod's. The client is loaded on the first request: runs over folders don't pay for it.
import type { Bucket, File, FileMetadata, Storage } from '@google-cloud/storage';
import { type BucketPlace, parseBucketUri, toBucketUri } from './bucket-uri.ts';
import { TemporaryError } from './errors.ts';
import type { StoredObject } from './object-storage.ts';
import { createCrc32c, type Digest } from './object-storage-digest.ts';
import { isPassing, statusOf, toGsError, toSignInError } from './object-storage-gs-errors.ts';
import { toLine } from './one-line.ts';
import type { Patience } from './patience.ts';
import { endSilentRequests } from './silent-requests.ts';
import { baseName } from './uri.ts';

/** Another endpoint, such as an emulator's; it gets no sign-in. Python's client reads the same variable. */
const endpointVariable = 'STORAGE_EMULATOR_HOST';
interface Clients {
  /** Sends failed requests again by itself. */
  readonly client: Storage;
  /** Does not: a stream that it opens again ends the process (an unhandled rejection). What reads streams does it. */
  readonly reader: Storage;
}

interface GsConnection {
  readonly bucket: (client: keyof Clients, name: string) => Bucket;
  readonly isSignedIn: boolean;
}

interface HowToAsk {
  readonly client?: keyof Clients;
  readonly version?: string | undefined;
  /** Of what can be sent once: a stream is used up. */
  readonly once?: boolean;
}

/** Sends a request about an object, or about one version of it; errors are those of the user. */
export type AskGs = <Result>(uri: string, send: (file: File) => Promise<Result>, how?: HowToAsk) => Promise<Result>;
/** The same about the bucket of a folder. */
export type AskGsBucket = <Result>(folder: string, send: (bucket: Bucket) => Promise<Result>) => Promise<Result>;

/** Connects on the first call, and again where the sign-in has ended. */
export function createGsClient(patience: Patience): { ask: AskGs; askBucket: AskGsBucket } {
  let connection: Promise<GsConnection> | undefined;
  let watch: typeof endSilentRequests | undefined = endSilentRequests;
  const connectOnce = () => {
    connection ??= connect(patience, (host) => {
      watch?.(host, patience.silenceMilliseconds);
      watch = undefined;
    });
    return connection;
  };
  async function send<Result>(uri: string, run: (connection: GsConnection) => Promise<Result>, once = false): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      const used = connectOnce();
      try {
        return await run(await used);
      } catch (error) {
        // Its token is good by its date: it was taken back, or the clocks differ. A new connection asks for a new one.
        const hasEnded = statusOf(error) === 401 && tries === 1 && (await used).isSignedIn;
        if (!hasEnded) throw toGsError(uri, error);
        if (connection === used) connection = undefined;
        if (!once) continue;
        await connectOnce();
        throw new TemporaryError(`${toLine(uri)}: the sign-in ended meanwhile; run again`);
      }
    }
  }
  return {
    ask: (uri, sendAbout, { client = 'client', version, once } = {}) => {
      const { bucket, key } = parseBucketUri('gs', uri);
      const options = version === undefined ? {} : { generation: version };
      return send(uri, (connected) => sendAbout(connected.bucket(client, bucket).file(key, options)), once);
    },
    askBucket: (folder, sendAbout) => {
      const { bucket } = parseBucketUri('gs', folder);
      return send(folder, (connected) => sendAbout(connected.bucket('client', bucket)));
    },
  };
}

async function connect({ tries, pauseMilliseconds }: Patience, watchHost: (host: string) => void): Promise<GsConnection> {
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
  watchHost(new URL(client.baseUrl).hostname);
  // The client takes the variable for all of the address, Python's and the emulators for its beginning.
  if (endpoint) for (const one of [client, reader]) one.baseUrl = `${endpoint}/storage/v1`;
  return { bucket: createBuckets({ client, reader }), isSignedIn: !endpoint };
}

/** Each bucket is made once: the client makes some hundred functions for it, which is more work than a small request. */
function createBuckets(clients: Clients): GsConnection['bucket'] {
  const buckets = new Map<string, Bucket>();
  return (client, name) => {
    const key = `${client} ${name}`;
    const bucket = buckets.get(key) ?? clients[client].bucket(name);
    buckets.set(key, bucket);
    return bucket;
  };
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
