// The way to the API server: KUBECONFIG where there is one, else the pod's own account.
import {
  AppsV1Api,
  type Configuration,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  KubeConfig,
  type Middleware,
  ServerConfiguration,
  Watch,
} from '@kubernetes/client-node';
import { UsageError } from './errors.ts';

export interface Connection {
  readonly objects: CustomObjectsApi;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly watch: Watch;
}

/** Answers take milliseconds; a connection that was lost says nothing at all. */
const answerMilliseconds = 10_000;

/** What kubectl would use, else the pod's own account. Throws UsageError with `none` where there is no cluster to sign in at. */
export function readKubeConfig(none: string): { config: KubeConfig; server: string } {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new UsageError(`KUBECONFIG: can't read it: ${(error as Error).message.replaceAll('\n', ' ')}`);
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined)
    throw new UsageError('KUBECONFIG: it names no current cluster; choose one by kubectl config use-context');
  // What the client falls back to.
  if (server === 'http://localhost:8080') throw new UsageError(none);
  // The client would throw at each request.
  if (!server.startsWith('https:') && !config.getCurrentCluster()?.skipTLSVerify)
    throw new UsageError(
      `KUBECONFIG: ${server} is not encrypted; give an address that begins with https://, or insecure-skip-tls-verify: true for this cluster`,
    );
  return { config, server };
}

/** As makeApiClient does it, which takes no limit of time. */
export function toConfiguration(config: KubeConfig, server: string, milliseconds = answerMilliseconds): Configuration {
  const inTime: Middleware = {
    pre: async (request) => {
      request.setSignal(AbortSignal.timeout(milliseconds));
      return request;
    },
    post: async (response) => response,
  };
  return createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: config },
    promiseMiddleware: [inTime],
  });
}

/** Asks nothing of the server yet. Throws UsageError where there is no sign-in. */
export function connect(): Connection {
  const { config, server } = readKubeConfig(
    'no sign-in to Kubernetes: run in a pod with an account that mounts its token, or set KUBECONFIG',
  );
  const configuration = toConfiguration(config, server);
  return {
    objects: new CustomObjectsApi(configuration),
    core: new CoreV1Api(configuration),
    apps: new AppsV1Api(configuration),
    watch: new Watch(config),
  };
}
