// Google's API for clusters: where the API server is, and the size of a node pool.
// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryError, UsageError } from '../apps/platform/errors.ts';
import { toLine } from '../apps/platform/one-line.ts';
import type { Address } from './cluster.ts';
import type { Deadline } from './deadline.ts';
import type { Settings } from './settings.ts';

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
  /** Asks for so many nodes. False where another change of the cluster is under way. Throws TemporaryError, GoogleRefusal. */
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
  const ask = async <Answer>(what: string, path: string, body?: object): Promise<Answer> => {
    for (let pause = 500; ; pause *= 2) {
      try {
        return await askOnce<Answer>(what, `${containerApi}/v1/${path}`, { token, body, signal: deadline.signal(10) });
      } catch (error) {
        if (!(error instanceof TemporaryError) || pause > 4_000 || pause / 1000 > deadline.secondsLeft()) throw error;
        await sleep(pause * (1 + Math.random() / 4));
      }
    }
  };
  return {
    findAddress: async () => {
      const what = `cluster ${cluster} in ${location} of ${project}`;
      return toAddress(what, await ask<Found>(what, `${place}/clusters/${cluster}`), dnsEndpoint);
    },
    resize: async (pool, nodeCount) => {
      try {
        await ask(`resizing node pool ${pool}`, `${place}/clusters/${cluster}/nodePools/${pool}:setSize`, { nodeCount });
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

async function askOnce<Answer>(
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
  if (response.ok) return JSON.parse(text) as Answer;
  const message = `${what}: Google's API says ${response.status}: ${toLine(text)}`;
  if (response.status === 429 || response.status >= 500) throw new TemporaryError(message);
  throw new GoogleRefusal(response.status, message);
}
