// Reads a run's Workflow and the SparkApplications that it made.
import { CustomObjectsApi, createConfiguration, KubeConfig, ServerConfiguration } from '@kubernetes/client-node';
import { workflowLabel } from '../contract/names.ts';
import { TemporaryError, UsageError } from '../platform/errors.ts';
import { toLine } from '../platform/object-storage-uri.ts';
import type { SparkApplication, Workflow } from './pod-usage.ts';

const answerMilliseconds = 10_000;

export interface ClusterUsage {
  readonly workflow: Workflow;
  readonly applications: readonly SparkApplication[];
}

/** Throws UsageError where there is no sign-in, no right or no such Workflow, TemporaryError. */
export async function readCluster(namespace: string, run: string): Promise<ClusterUsage> {
  const objects = connect();
  const workflow = await ask(`reading Workflow ${namespace}/${run}`, () =>
    objects.getNamespacedCustomObject({ group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows', namespace, name: run }),
  );
  const { items } = await ask(`listing SparkApplications of ${namespace}`, () =>
    objects.listNamespacedCustomObject({
      group: 'sparkoperator.k8s.io',
      version: 'v1beta2',
      plural: 'sparkapplications',
      namespace,
      labelSelector: `${workflowLabel}=${run}`,
    }),
  );
  return { workflow, applications: items };
}

function connect(): CustomObjectsApi {
  const config = new KubeConfig();
  config.loadFromDefault();
  const server = config.getCurrentCluster()?.server;
  // What the client falls back to.
  if (server === undefined || server === 'http://localhost:8080')
    throw new UsageError('no sign-in to Kubernetes: run in a pod with an account that mounts its token, or set KUBECONFIG');
  return new CustomObjectsApi(
    createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: config },
      promiseMiddleware: [
        {
          pre: async (request) => {
            request.setSignal(AbortSignal.timeout(answerMilliseconds));
            return request;
          },
          post: async (response) => response,
        },
      ],
    }),
  );
}

/** One try: Argo tries the step again where that may help. */
async function ask<Result>(what: string, send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    const { code, body, message } = error as Error & { code?: unknown; body?: unknown };
    const text = toLine(typeof body === 'string' ? body : message);
    if (code === 401 || code === 403)
      throw new UsageError(`${what}: not allowed (${code}): ${text}; the Role of the account must allow it`);
    if (code === 404) throw new UsageError(`${what}: there is none (404); check --run and --namespace`);
    throw new TemporaryError(`${what}: ${text}`);
  }
}
