// What the function must know of its place: environment variables, checked once at start, all mistakes at once.
import * as z from 'zod/mini';
import { UsageError } from '../apps/platform/errors.ts';
import { parseObject } from './json-object.ts';

const text = (pattern: RegExp, expected: string) => {
  const error = ({ input }: { readonly input?: unknown }) => `expected ${expected}, got ${toGot(input)}`;
  return z.string({ error }).check(z.regex(pattern, { error }));
};
const toGot = (input: unknown) => (input === undefined ? 'nothing' : JSON.stringify(String(input).slice(0, 80)));
const name = text(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and "-"');
const url = text(/^https:\/\/[^\s/]+(\/[^\s]*)?$/, 'an https:// address');

const variables = z.object({
  /** The bucket whose objects are followed. */
  SOURCE_BUCKET: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name"),
  PROJECT: text(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "a Google Cloud project's id"),
  LOCATION: text(/^[a-z]+-[a-z]+\d{1,2}(-[a-z])?$/, 'a region or zone such as europe-west1'),
  CLUSTER: name,
  NAMESPACE: name,
  WORKFLOW_TEMPLATE: name,
  /** How to sign in: the JSON of an external account (workload identity federation), or a secret with a service account's key. */
  GOOGLE_CREDENTIALS: z.optional(z.string()),
  SECRET_ID: z.optional(text(/^[\w+=,.@:/!-]{1,2048}$/, "a secret's name or ARN")),
  /** `true` reaches the cluster by its DNS name, which needs no address of ours to be allowed. */
  DNS_ENDPOINT: z.optional(text(/^(true|false)$/, 'true or false')),
  /** The pool to wake, and how many nodes it then has; in a regional cluster in each zone. */
  NODE_POOL: z.optional(name),
  NODE_POOL_SIZE: z.optional(text(/^[1-9]\d?$/, 'a number from 1 to 99')),
  /** Google's API for clusters; another one in tests. */
  CONTAINER_API: z.optional(url),
});

export interface Settings {
  readonly bucket: string;
  readonly project: string;
  readonly location: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly template: string;
  /** An external account as gcloud writes it, or the id of a secret that holds a service account's key. */
  readonly credentials: { readonly account: object } | { readonly secret: string };
  readonly dnsEndpoint: boolean;
  readonly nodePool: { readonly name: string; readonly size: number } | undefined;
  readonly containerApi: string;
}

/** Reads the settings from variables; empty ones count as not set. Throws UsageError with every mistake. */
export function readSettings(all: Readonly<Record<string, string | undefined>>): Settings {
  const environment = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const read = variables.safeParse(environment);
  const problems = read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if ((environment.GOOGLE_CREDENTIALS === undefined) === (environment.SECRET_ID === undefined))
    problems.push('GOOGLE_CREDENTIALS, SECRET_ID: expected one of the two');
  if ((environment.NODE_POOL === undefined) !== (environment.NODE_POOL_SIZE === undefined))
    problems.push('NODE_POOL, NODE_POOL_SIZE: expected both or none');
  const account = toExternalAccount(environment.GOOGLE_CREDENTIALS);
  if (environment.GOOGLE_CREDENTIALS !== undefined && account === undefined)
    problems.push(
      'GOOGLE_CREDENTIALS: expected JSON with "type": "external_account", as gcloud iam workload-identity-pools create-cred-config writes it',
    );
  if (!read.success || problems.length > 0) throw new UsageError(`settings: ${problems.join('; ')}`);
  const { data } = read;
  return {
    bucket: data.SOURCE_BUCKET,
    project: data.PROJECT,
    location: data.LOCATION,
    cluster: data.CLUSTER,
    namespace: data.NAMESPACE,
    template: data.WORKFLOW_TEMPLATE,
    credentials: data.SECRET_ID === undefined ? { account: account ?? {} } : { secret: data.SECRET_ID },
    dnsEndpoint: data.DNS_ENDPOINT === 'true',
    nodePool: data.NODE_POOL === undefined ? undefined : { name: data.NODE_POOL, size: Number(data.NODE_POOL_SIZE) },
    containerApi: data.CONTAINER_API ?? 'https://container.googleapis.com',
  };
}

/** undefined where it is none; its text is in no message. */

function toExternalAccount(json: string | undefined): object | undefined {
  const account = parseObject(json ?? '');
  return account?.type === 'external_account' ? account : undefined;
}
