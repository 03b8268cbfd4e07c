// Bytes of an object of Cloud Storage by one plain request. The client's own stream goes through four libraries, which takes four times the
// work of a small request; it opens a stream again after a 503 in a way that ends the process; and it leaves connections behind.
import { get, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { get as getByTls, Agent as HttpsAgent } from 'node:https';
import type { Storage } from '@google-cloud/storage';
import type { BucketPlace } from './bucket-uri.ts';

/** Of an answer that is an error, so much is read. */
const mostOfError = 16 * 1024;

export interface GsBytes {
  readonly stream: IncomingMessage;
  readonly headers: Headers;
}

/** Sends one request, `range` such as `bytes=-8`. Rejects with the answer's status as `code`, or with the network's error. */
export type GetBytes = (place: BucketPlace, asked: { readonly range: string; readonly version?: string }) => Promise<GsBytes>;

/** The sign-in is the client's. Proxies are those of the usual variables. */
export function createGet(client: Storage, { isSignedIn }: { readonly isSignedIn: boolean }): GetBytes {
  const isTls = client.baseUrl.startsWith('https:');
  const options = { keepAlive: true, proxyEnv: process.env };
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  return async ({ bucket, key }, { range, version }) => {
    const generation = version === undefined ? '' : `&generation=${encodeURIComponent(version)}`;
    const url = `${client.baseUrl}/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(key)}?alt=media${generation}`;
    const headers = {
      ...(isSignedIn ? Object.fromEntries(await client.authClient.getRequestHeaders(url)) : {}),
      // As it is stored: what was stored compressed stays so, since its length and checksums are those of the compressed bytes.
      'Accept-Encoding': 'gzip',
      'Cache-Control': 'no-store',
      Range: range,
    };
    const stream = await new Promise<IncomingMessage>((resolve, reject) => {
      (isTls ? getByTls : get)(url, { agent, headers }, resolve).once('error', reject);
    });
    const { statusCode = 0 } = stream;
    if (statusCode === 200 || statusCode === 206) return { stream, headers: toHeaders(stream) };
    throw Object.assign(new Error(await toText(stream)), { code: statusCode });
  };
}

function toHeaders({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) for (const value of values) headers.append(name, value);
  return headers;
}

async function toText(stream: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length > mostOfError) break;
  }
  return text.slice(0, mostOfError);
}
