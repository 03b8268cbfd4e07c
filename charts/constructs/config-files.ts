// A ConfigMap of files whose hash goes on the pods that read it: its name stays, and a change of content rolls the pods.
import { createHash } from 'node:crypto';
import { KubeConfigMap } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { Construct } from 'constructs';
import type { WorkloadName } from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { toMetadata } from './metadata.ts';

export interface ConfigFilesProps {
  readonly workload: WorkloadName;
  readonly env: ClusterEnvironment;
  /** Text by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A ConfigMap may hold 1 MiB: https://kubernetes.io/docs/concepts/configuration/configmap/#motivation */
const limitBytes = 1 << 20;

export class ConfigFiles extends Construct {
  readonly name: string;
  /** Of names and texts; for the pod's annotations. */
  readonly hash: string;

  /** The id is the name of the ConfigMap. Throws where the files are too large or their names no keys. */
  constructor(scope: Construct, id: string, { workload, env, files }: ConfigFilesProps) {
    super(scope, id);
    const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name] of entries)
      if (!/^[\w.-]+$/.test(name))
        throw new Error(`ConfigMap ${id}: file name "${name}": expected letters, digits, dots, dashes, underscores`);
    const bytes = entries.reduce((total, [name, text]) => total + Buffer.byteLength(name) + Buffer.byteLength(text), 0);
    if (bytes > limitBytes) throw new Error(`ConfigMap ${id}: ${bytes} bytes, a ConfigMap holds ${limitBytes}; split it`);
    this.name = id;
    this.hash = createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
    new KubeConfigMap(this, 'map', { metadata: toMetadata(workload, env, id), data: Object.fromEntries(entries) });
  }
}
