// The cluster of the current context: its clients, its name, and whether it is on this machine.
import { networkInterfaces } from 'node:os';
import {
  ApiException,
  AuthorizationV1Api,
  type Configuration,
  CoreV1Api,
  CustomObjectsApi,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  PortForward,
  StorageV1Api,
  setHeaderOptions,
  VersionApi,
} from '@kubernetes/client-node';
import { readKubeConfig, toConfiguration } from '../apps/platform/kubernetes-connection.ts';

export interface ClusterConnection {
  /** The name of the context. */
  readonly context: string;
  /** `https://…` */
  readonly server: string;
  readonly isLocal: boolean;
  /** Objects of any kind. Knows the kinds that were there when it was asked first: after new definitions make another. */
  readonly openObjects: () => ClusterObjects;
  readonly core: CoreV1Api;
  readonly storage: StorageV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly version: VersionApi;
  readonly forward: PortForward;
}

export class ClusterObjects extends KubernetesObjectApi {
  readonly #custom: CustomObjectsApi;

  constructor(configuration: Configuration) {
    super(configuration);
    this.#custom = new CustomObjectsApi(configuration);
  }

  /** Objects of a kind, of one namespace or of all, `limit` at most. None where the server does not know the kind. Throws as the client does. */
  async find(
    apiVersion: string,
    kind: string,
    { namespace, limit }: { namespace?: string; limit?: number },
  ): Promise<KubernetesObject[]> {
    if (!(await this.#knows(apiVersion, kind))) return [];
    const nothing = undefined;
    const { items } = await this.list(apiVersion, kind, namespace, nothing, nothing, nothing, nothing, nothing, limit);
    return items.map((one) => ({ ...one, apiVersion, kind }));
  }

  async #knows(apiVersion: string, kind: string): Promise<boolean> {
    try {
      return (await this.resource(apiVersion, kind)) !== undefined;
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return false;
      throw error;
    }
  }

  /** Server-side apply. The client's own would drop fields that its types write otherwise, such as `x-kubernetes-preserve-unknown-fields`. */
  async apply(document: KubernetesObject, fieldManager: string): Promise<void> {
    const [group = '', version = ''] = (document.apiVersion ?? '').split('/');
    if (version === '') {
      await this.patch(document, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
      return;
    }
    const plural = (await this.resource(`${group}/${version}`, document.kind ?? ''))?.name ?? '';
    const { name = '', namespace } = document.metadata ?? {};
    const request = { group, version, plural, name, body: document, fieldManager, force: true };
    const options = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
    if (namespace === undefined) await this.#custom.patchClusterCustomObject(request, options);
    else await this.#custom.patchNamespacedCustomObject({ ...request, namespace }, options);
  }
}

const answerMilliseconds = 30_000;
/** Contexts that tools make for clusters on this machine. */
const localContexts = /^(kind-|k3d-|minikube$|docker-desktop$|rancher-desktop$|colima|orbstack$|microk8s$)/;
const loopback = /^(localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0)$/;

const isOwnAddress = (host: string): boolean =>
  loopback.test(host) ||
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));

/** Asks nothing of the server yet. Throws UsageError where there is no cluster to ask. */
export function connectCluster(): ClusterConnection {
  const { config, server } = readKubeConfig(
    'no cluster: kubectl has no current context; start one (kind create cluster), or choose one by kubectl config use-context',
  );
  const context = config.getCurrentContext();
  const configuration = toConfiguration(config, server, answerMilliseconds);
  return {
    context,
    server,
    isLocal: localContexts.test(context) || isOwnAddress(new URL(server).hostname),
    openObjects: () => new ClusterObjects(configuration),
    core: new CoreV1Api(configuration),
    storage: new StorageV1Api(configuration),
    authorization: new AuthorizationV1Api(configuration),
    version: new VersionApi(configuration),
    forward: new PortForward(config),
  };
}
