// The way to BigQuery: its REST API with the sign-in that the machine has, bounded in time, tried again while that may help.
import { setTimeout as sleep } from 'node:timers/promises';
import { GoogleAuth } from 'google-auth-library';
import { BigQueryRefusal, toRefusal, toUnreachable } from './bigquery-refusal.ts';
import { TemporaryError, UsageError } from './errors.ts';
import { toLine } from './one-line.ts';

export interface BigQueryRequest {
  /** For messages: "creating the dataset staging". */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Below the project, such as `datasets/staging`; or a URL that BigQuery gave. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Bytes of an upload, in place of `body`. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BigQuery {
  readonly project: string;
  readonly location: string;
  /** Sends a request. Throws BigQueryRefusal; UsageError where there is no sign-in. */
  readonly send: (request: BigQueryRequest) => Promise<Response>;
  /** The URL for an upload to a path below the project. */
  readonly uploadUrl: (path: string) => string;
  /** Its answer's JSON. */
  readonly ask: <Answer>(request: BigQueryRequest) => Promise<Answer>;
  /** Its answer's JSON, or undefined where the dataset, table or job is not there. */
  readonly askIfAny: <Answer>(request: BigQueryRequest) => Promise<Answer | undefined>;
}

export interface BigQueryPlace {
  readonly project: string;
  readonly location: string;
  /** Where BigQuery is, when it is not Google's: the origin of its URLs. */
  readonly endpoint?: string | undefined;
  /** How long an answer that may pass is waited for. */
  readonly patienceSeconds?: number;
}

/** The variable that names another endpoint, as Google's own clients read it. */
export const endpointVariable = 'BIGQUERY_EMULATOR_HOST';

const google = 'https://bigquery.googleapis.com';
const scope = 'https://www.googleapis.com/auth/bigquery';
const answerMilliseconds = 60_000;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 16_000;

/** Asks nothing yet. */
export function connectBigQuery({ project, location, endpoint = google, patienceSeconds = 60 }: BigQueryPlace): BigQuery {
  const auth = new GoogleAuth({ scopes: [scope] });
  const toUrl = ({ path, query }: BigQueryRequest): URL => {
    const url =
      path.startsWith('https://') || path.startsWith('http://')
        ? new URL(path)
        : new URL(`/bigquery/v2/projects/${project}/${path}`, endpoint);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    // A sign-in goes to nobody else.
    if (url.origin !== new URL(endpoint).origin) throw new UsageError(`BigQuery names another host for an upload: ${url.origin}`);
    return url;
  };
  const send = async (request: BigQueryRequest): Promise<Response> => {
    const url = toUrl(request);
    const deadline = Date.now() + patienceSeconds * 1000;
    for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 2, longestPauseMilliseconds)) {
      try {
        return await sendOnce(auth, url, request);
      } catch (error) {
        if (!(error instanceof BigQueryRefusal) || !error.passes) throw error;
        const wait = Math.max(pause, error.retryAfterSeconds * 1000);
        if (Date.now() + wait > deadline) throw error;
        // Two tries of one step must not ask in step.
        await sleep(wait * (1 + Math.random() / 4));
      }
    }
  };
  const ask = async <Answer>(request: BigQueryRequest): Promise<Answer> => (await (await send(request)).json()) as Answer;
  const askIfAny = <Answer>(request: BigQueryRequest): Promise<Answer | undefined> =>
    ask<Answer>(request).catch((error) => {
      if (error instanceof BigQueryRefusal && error.isAbsent) return undefined;
      throw error;
    });
  const uploadUrl = (path: string) => new URL(`/upload/bigquery/v2/projects/${project}/${path}`, endpoint).href;
  return { project, location, send, uploadUrl, ask, askIfAny };
}

async function sendOnce(auth: GoogleAuth, url: URL, { what, method, body, bytes, headers }: BigQueryRequest): Promise<Response> {
  const signed = await signIn(auth, what, url);
  if (body !== undefined) signed.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers ?? {})) signed.set(name, value);
  const content = bytes ?? (body === undefined ? null : JSON.stringify(body));
  try {
    // A redirect would take the sign-in along, and 308 is how an upload says "go on".
    const answer = await fetch(url, {
      method,
      headers: signed,
      body: content,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    // Read here, so that a connection that is cut half-way through is tried again.
    const text = await answer.text();
    if (answer.status >= 400)
      throw toRefusal(what, { status: answer.status, text, retryAfter: answer.headers.get('retry-after') });
    return new Response(text === '' ? null : text, { status: 200, headers: toHeaders(answer) });
  } catch (error) {
    // What the network does has a cause; anything else is a bug.
    if (error instanceof BigQueryRefusal || !(error instanceof Error)) throw error;
    if (error.name !== 'TimeoutError' && error.cause === undefined) throw error;
    throw toUnreachable(what, error);
  }
}

/** A resumable upload says 308 for "go on", which is no redirect. */
function toHeaders({ status, headers }: Response): Headers {
  const kept = new Headers();
  for (const name of ['location', 'range']) if (headers.has(name)) kept.set(name, headers.get(name) as string);
  if (status === 308) kept.set('x-upload-goes-on', 'true');
  return kept;
}

async function signIn(auth: GoogleAuth, what: string, url: URL): Promise<Headers> {
  try {
    return new Headers(await auth.getRequestHeaders(url));
  } catch (error) {
    const { message, status } = error as Error & { status?: number };
    const why = `${what}: no sign-in to Google Cloud: ${toLine(message)}`;
    if (status === 429 || (status ?? 0) >= 500 || /ECONN|ETIMEDOUT|EAI_AGAIN|socket|network/i.test(message))
      throw new TemporaryError(why);
    throw new UsageError(`${why}; run in a pod with Workload Identity, or set GOOGLE_APPLICATION_CREDENTIALS`);
  }
}
