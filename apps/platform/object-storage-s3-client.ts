// The connection to S3, by Amazon's SDK. Region, endpoint and credentials are those of the SDK's own environment (AWS_REGION,
// AWS_ENDPOINT_URL_S3 and so on). The SDK is loaded on the first request: runs over folders don't pay for it.
import type { S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from './object-storage-s3-errors.ts';
import type { Patience } from './patience.ts';

const connectionTimeoutMilliseconds = 5_000;
type Sdk = typeof import('@aws-sdk/client-s3');
interface Connection {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Sends a request; errors are those of the user. */
export type AskS3 = <Result>(uri: string, send: (connection: Connection) => Promise<Result>) => Promise<Result>;

/** Credentials that have ended though their date is good, or that were taken back. */
const endedNames = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'];

/** Connects on the first request, and again where the sign-in has ended: every request can be sent twice. */
export function createS3Client(patience: Patience): AskS3 {
  let connection: Promise<Connection> | undefined;
  return async (uri, send) => {
    for (let tries = 1; ; tries += 1) {
      connection ??= connect(patience);
      const used = connection;
      try {
        return await send(await used);
      } catch (error) {
        if (tries === 2 || !endedNames.includes((error as Error).name)) throw toS3Error(uri, error);
        if (connection === used) connection = undefined;
      }
    }
  };
}

async function connect({ silenceMilliseconds }: Patience): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const client = new sdk.S3Client({
    // Other servers than Amazon's rarely have a name a bucket.
    forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL),
    // Programs prove the whole copy, also where half of it came another time.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectionTimeoutMilliseconds,
      requestTimeout: silenceMilliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMilliseconds,
      httpAgent: { maxSockets: 128 },
      httpsAgent: { maxSockets: 128 },
    },
  });
  return { sdk, client };
}
