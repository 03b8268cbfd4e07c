// A container as Kubernetes wants it, from what a chart must say; the security context and the resources are not up to it.
import {
  type Container,
  type EnvVar,
  IntOrString,
  type Probe,
  Quantity,
  type VolumeMount,
} from 'cdk8s-plus-28/lib/imports/k8s.js';
import { udpPorts } from '../../apps/contract/names.ts';
import type { Size } from '../env/quantities.ts';
import { isPinned } from '../versions.ts';
import { restrictedContainer } from './security.ts';

export interface HttpProbe {
  readonly path: string;
  /** The name of a port of this container, or a number. */
  readonly port: string | number;
}

export interface ExecProbe {
  readonly command: readonly string[];
}

export interface ContainerProps {
  readonly name: string;
  /** From `versions.ts`, by `imageOf` or `ownImage`. */
  readonly image: string;
  readonly size: Size;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Port numbers by name. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Literal values by variable; secrets go to `secrets`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Variables from Secrets: `{ PGPASSWORD: { secret: 'postgres', key: 'password' } }`. */
  readonly secrets?: Readonly<Record<string, { readonly secret: string; readonly key: string }>>;
  /** Variables from the pod's own fields: `{ POD_NAME: 'metadata.name' }`. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly mounts?: readonly VolumeMount[];
}

/** A container that serves: it says when it is ready, and when it must be restarted. */
export interface ServerProps extends ContainerProps {
  readonly ready: HttpProbe | ExecProbe;
  readonly alive: HttpProbe | ExecProbe;
  /** How long it may take to start; until then `alive` is not asked. */
  readonly startSeconds: number;
}

/** A container of a Job: it has no probes. Throws where the image has no exact version. */
export function toContainer({
  name,
  image,
  size,
  command,
  args,
  ports = {},
  variables = {},
  secrets = {},
  fields = {},
  mounts = [],
}: ContainerProps): Container {
  if (!isPinned(image)) throw new Error(`container ${name}: image "${image}": expected an exact version from charts/versions.ts`);
  const env = toVariables({ variables, secrets, fields });
  return {
    name,
    image,
    // A tag can be moved: the kubelet asks for its digest, and keeps the layers that it has.
    imagePullPolicy: 'Always',
    ...(command === undefined ? {} : { command: [...command] }),
    ...(args === undefined ? {} : { args: [...args] }),
    ...(env.length === 0 ? {} : { env }),
    ports: Object.entries(ports).map(([key, port]) => ({
      name: key,
      containerPort: port,
      protocol: udpPorts.includes(key) ? 'UDP' : 'TCP',
    })),
    resources: { requests: toQuantities(size.requests, nodeDisk.request), limits: toQuantities(size.limits, nodeDisk.limit) },
    securityContext: restrictedContainer(),
    ...(mounts.length === 0 ? {} : { volumeMounts: [...mounts] }),
  };
}

/** A container's variables, as they stand in its `env`. */
export const toVariables = ({
  variables = {},
  secrets = {},
  fields = {},
}: Pick<ContainerProps, 'variables' | 'secrets' | 'fields'>): EnvVar[] => [
  ...Object.entries(variables).map(([key, value]) => ({ name: key, value })),
  ...Object.entries(secrets).map(([key, ref]) => ({
    name: key,
    valueFrom: { secretKeyRef: { name: ref.secret, key: ref.key } },
  })),
  ...Object.entries(fields).map(([key, fieldPath]) => ({ name: key, valueFrom: { fieldRef: { fieldPath } } })),
];

/** A container of a Deployment or StatefulSet, with its three probes. */
export function toServer({ ready, alive, startSeconds, ...container }: ServerProps): Container {
  return {
    ...toContainer(container),
    readinessProbe: { ...toProbe(ready), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...toProbe(alive), periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
    startupProbe: { ...toProbe(alive), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: Math.ceil(startSeconds / 5) },
  };
}

function toProbe(probe: HttpProbe | ExecProbe): Probe {
  if ('command' in probe) return { exec: { command: [...probe.command] } };
  const port = typeof probe.port === 'number' ? IntOrString.fromNumber(probe.port) : IntOrString.fromString(probe.port);
  return { httpGet: { path: probe.path, port } };
}

const toQuantities = ({ cpu, memory }: Size['requests'], disk: string) => ({
  cpu: Quantity.fromString(cpu),
  memory: Quantity.fromString(memory),
  'ephemeral-storage': Quantity.fromString(disk),
});

/** What a node's own disk gives a container for its log and its scratch folders; the root is read-only, data have claims. */
const nodeDisk = { request: '128Mi', limit: '1Gi' };
