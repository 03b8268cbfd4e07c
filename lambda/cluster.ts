// The API server of a cluster: signed in, bounded in time.
import {
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  type Middleware,
  type RequestContext,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { Agent } from 'undici';
import { type ClusterObjects, toClusterObjects } from '../apps/arrivals/cluster-objects.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import type { Deadline } from './deadline.ts';

export interface Address {
  /** `https://…` */
  readonly server: string;
  /** The cluster's own authority, PEM; undefined where the public ones vouch for the server. */
  readonly authority: string | undefined;
}

export interface Cluster extends ClusterObjects {
  /** Nodes of a pool, and those of them that take pods. */
  readonly countNodes: (pool: string) => Promise<{ readonly all: number; readonly ready: number }>;
}

export interface ClusterAccess {
  readonly address: Address;
  /** A bearer token. */
  readonly token: string;
  readonly namespace: string;
  readonly deadline: Deadline;
}

/** Connections are kept across invocations. */
const agents = new Map<string, Agent>();

function agentOf({ server, authority }: Address): Agent {
  const id = JSON.stringify([server, authority]);
  const agent = agents.get(id) ?? new Agent({ connect: { timeout: 5_000, ...(authority !== undefined && { ca: authority }) } });
  agents.set(id, agent);
  return agent;
}

/** Asks nothing yet. Everything throws Refusal. */
export function openCluster({ address, token, namespace, deadline }: ClusterAccess): Cluster {
  const inTime: Middleware = {
    pre: async (request) => {
      request.setSignal(deadline.signal(10));
      return request;
    },
    post: async (response) => response,
  };
  const signedIn = {
    getName: () => 'token',
    applySecurityAuthentication: (context: RequestContext) => {
      context.setHeaderParam('Authorization', `Bearer ${token}`);
      context.setDispatcher(agentOf(address));
    },
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(address.server, {}),
    authMethods: { default: signedIn },
    promiseMiddleware: [inTime],
  });
  const objects = new CustomObjectsApi(configuration);
  const core = new CoreV1Api(configuration);
  const patience = () => ({ patienceSeconds: deadline.patienceSeconds() });
  return {
    ...toClusterObjects(objects, namespace, patience),
    countNodes: async (pool) => {
      const labelSelector = `cloud.google.com/gke-nodepool=${pool}`;
      const { items } = await call('nodes', () => core.listNode({ labelSelector }), patience());
      const isReady = (conditions: readonly { type: string; status: string }[] = []) =>
        conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      return { all: items.length, ready: items.filter(({ status }) => isReady(status?.conditions)).length };
    },
  };
}
