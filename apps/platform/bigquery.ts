// The connection to BigQuery, by Google's own client. The sign-in is Google's usual one: GOOGLE_APPLICATION_CREDENTIALS, gcloud's, the pod's.
// BIGQUERY_EMULATOR_HOST names another endpoint, for this client and for Python's.
import type { BigQuery } from '@google-cloud/bigquery';
import { AbsentError, BusyError, toBigQueryError } from './bigquery-errors.ts';
import { type Patience, persevere } from './patience.ts';
import { endSilentRequests } from './silent-requests.ts';

export interface BigQueryConnection {
  readonly project: string;
  readonly location: string;
  /** Sends a request, again while that may help; `what` says it in messages: "creating the dataset staging". Throws ConflictError, UsageError, TemporaryError. */
  readonly ask: <Answer>(what: string, send: (client: BigQuery) => Promise<Answer>) => Promise<Answer>;
  /** The same; undefined where the dataset, table or job is not there. */
  readonly askIfAny: <Answer>(what: string, send: (client: BigQuery) => Promise<Answer>) => Promise<Answer | undefined>;
}

export interface BigQueryPlace {
  readonly project: string;
  readonly location: string;
  readonly patience?: Patience;
}

/** About half a minute in all. */
const usual: Patience = { silenceMilliseconds: 60_000, tries: 7, pauseMilliseconds: 1_000 };

/** Asks nothing yet, and loads the client on the first request. */
export function connectBigQuery({ project, location, patience = usual }: BigQueryPlace): BigQueryConnection {
  let connecting: Promise<BigQuery> | undefined;
  const connected = () => {
    connecting ??= connect({ project, location, patience });
    return connecting;
  };
  const ask = <Answer>(what: string, send: (client: BigQuery) => Promise<Answer>): Promise<Answer> =>
    persevere(
      () =>
        connected()
          .then(send)
          .catch((error) => Promise.reject(toBigQueryError(what, error))),
      patience,
      (error) => error instanceof BusyError,
    );
  const askIfAny = <Answer>(what: string, send: (client: BigQuery) => Promise<Answer>): Promise<Answer | undefined> =>
    ask(what, send).catch((error) => {
      if (error instanceof AbsentError) return undefined;
      throw error;
    });
  return { project, location, ask, askIfAny };
}

async function connect({ project, location, patience }: Required<BigQueryPlace>): Promise<BigQuery> {
  const { BigQuery } = await import('@google-cloud/bigquery');
  // `ask` repeats requests itself: the client does not recognize rate limits that come as 403.
  const client = new BigQuery({ projectId: project, location, autoRetry: false });
  endSilentRequests(new URL(client.baseUrl).hostname, patience.silenceMilliseconds);
  return client;
}
