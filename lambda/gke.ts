// Google's API for clusters: where the API server is, and the size of a node pool.
// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
import { TemporaryError, UsageError } from '../apps/platform/errors.ts';
import { toLine } from '../apps/platform/one-line.ts';
import type { Address } from './cluster.ts';
import type { Deadline } from './deadline.ts';
import { parseObject } from './json-object.ts';
import type { Settings } from './settings.ts';
import { tryAgain } from './try-again.ts';

/** Google's no: `status` is HTTP's. */
export class GoogleRefusal extends UsageError {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Gke {
  /** Throws TemporaryError, GoogleRefusal. */
  readonly findAddress: () => Promise<Address>;
  /**
   * Asks for so many nodes, once: what an unanswered request did must be looked at before the next. False where another change of the cluster
   * is under way. Throws TemporaryError, GoogleRefusal.
   */
  readonly resize: (pool: string, nodes: number) => Promise<boolean>;
  /** Whether a resize is under way. */
  readonly isResizing: (pool: string) => Promise<boolean>;
}

interface Found {
  readonly endpoint?: string;
  readonly masterAuth?: { readonly clusterCaCertificate?: string };
  readonly controlPlaneEndpointsConfig?: { readonly dnsEndpointConfig?: { readonly endpoint?: string } };
}

interface Operations {
  readonly operations?: readonly { readonly status?: string; readonly operationType?: string; readonly targetLink?: string }[];
}

export function openGke(settings: Settings, token: string, deadline: Deadline): Gke {
  const { project, location, cluster, containerApi, dnsEndpoint } = settings;
  const place = `projects/${project}/locations/${location}`;
  const askOnce = <Answer>(what: string, path: string, body?: object) =>
    send<Answer>(what, `${containerApi}/v1/${path}`, { token, body, signal: deadline.signal(10) });
  const ask = <Answer>(what: string, path: string) => tryAgain(deadline, () => askOnce<Answer>(what, path));
  return {
    findAddress: async () => {
      const what = `cluster ${cluster} in ${location} of ${project}`;
      return toAddress(what, await ask<Found>(what, `${place}/clusters/${cluster}`), dnsEndpoint);
    },
    resize: async (pool, nodeCount) => {
      try {
        await askOnce(`resizing node pool ${pool}`, `${place}/clusters/${cluster}/nodePools/${pool}:setSize`, { nodeCount });
        return true;
      } catch (error) {
        // A cluster takes one change at a time.
        if (
          error instanceof GoogleRefusal &&
          [400, 409].includes(error.status) &&
          /operation|FAILED_PRECONDITION/i.test(error.message)
        )
          return false;
        throw error;
      }
    },
    isResizing: async (pool) => {
      const { operations = [] } = await ask<Operations>('operations', `${place}/operations`);
      return operations.some(
        ({ status, operationType, targetLink }) =>
          operationType === 'SET_NODE_POOL_SIZE' &&
          status !== 'DONE' &&
          status !== 'ABORTING' &&
          (targetLink ?? '').endsWith(`/clusters/${cluster}/nodePools/${pool}`),
      );
    },
  };
}

function toAddress(what: string, found: Found, dnsEndpoint: boolean): Address {
  if (dnsEndpoint) {
    const name = found.controlPlaneEndpointsConfig?.dnsEndpointConfig?.endpoint;
    if (!name) throw new UsageError(`${what}: it has no DNS endpoint; switch it on, or leave DNS_ENDPOINT out`);
    return { server: `https://${name}`, authority: undefined };
  }
  const { endpoint, masterAuth } = found;
  if (!endpoint || !masterAuth?.clusterCaCertificate) throw new TemporaryError(`${what}: it has no endpoint yet`);
  return { server: `https://${endpoint}`, authority: Buffer.from(masterAuth.clusterCaCertificate, 'base64').toString() };
}

interface Refused {
  readonly error?: { readonly status?: string; readonly message?: string };
}

async function send<Answer>(
  what: string,
  url: string,
  { token, body, signal }: { token: string; body: object | undefined; signal: AbortSignal },
): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal,
    });
    text = await response.text();
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: { code?: string } };
    throw new TemporaryError(
      `${what}: Google's API: ${name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? message)}`,
    );
  }
  const answer = parseObject(text);
  if (response.ok && answer !== undefined) return answer as Answer;
  if (response.ok) throw new TemporaryError(`${what}: Google's API says ${response.status}, and no JSON`);
  const { status = '', message: says = text } = (answer as Refused | undefined)?.error ?? {};
  const message = `${what}: Google's API says ${response.status} ${toLine(`${status}: ${says}`)}`;
  if (response.status === 429 || response.status >= 500) throw new TemporaryError(message);
  throw new GoogleRefusal(response.status, message);
}
