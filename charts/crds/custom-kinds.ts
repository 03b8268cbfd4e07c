// The custom kinds that charts use and where their schemas come from. A schema written by hand is a `Schema` value in this folder.
import { join } from 'node:path';
import { readSchema, type Schema } from './schema-from-types.ts';
import { scheduledSparkApplicationSpec, sparkApplicationSpec } from './spark-application.ts';

export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly readSchema: () => Schema;
}

const packages = join(import.meta.dirname, '..', '..', 'node_modules', '@kubernetes-models');

/** Charts write neither what a controller reports nor what a person asks of Argo CD by hand; names are ours. */
const without = ['apiVersion', 'kind', 'metadata', 'status', 'operation'];

/** Of CloudNativePG's Cluster: backups are ours, and there is no other cluster. */
const unusedByPostgres = [
  'IBackupConfiguration',
  'IExternalCluster',
  'IEphemeralVolumeSource',
  'IProjectedVolumeSource',
  'INodeAffinity',
  'IPodAffinity',
  'IPodAntiAffinity',
];

/**
 * Left open in the constructs: with each pod's types at each place in a workflow they would be 7 MB. workflows/ renders templates as plain
 * data, and the manifests are checked against the full schemas.
 */
const open = ['ITemplate', 'IVolume', 'IAffinity', 'IPersistentVolumeClaim', ...unusedByPostgres];

/** In a package of types a kind is the interface `I<kind>` of `<package>/<group>/<version>/<kind>.d.ts`. */
function fromPackage(name: string, group: string, [version, kind]: readonly [version: string, kind: string]): CustomKind {
  const file = join(packages, name, group, version, `${kind}.d.ts`);
  return { group, version, kind, readSchema: () => readSchema({ file, type: `I${kind}`, without, open }) };
}

/** A kind of spark-operator: its schema is written here. */
const fromSpark = (kind: string, spec: Schema): CustomKind => ({
  group: 'sparkoperator.k8s.io',
  version: 'v1beta2',
  kind,
  readSchema: () => ({ type: 'object', properties: { spec }, required: ['spec'] }),
});

export const customKinds: readonly CustomKind[] = [
  fromPackage('argo-workflows', 'argoproj.io', ['v1alpha1', 'WorkflowTemplate']),
  fromPackage('argo-workflows', 'argoproj.io', ['v1alpha1', 'CronWorkflow']),
  fromPackage('argo-cd', 'argoproj.io', ['v1alpha1', 'Application']),
  fromPackage('argo-cd', 'argoproj.io', ['v1alpha1', 'AppProject']),
  fromPackage('external-secrets', 'external-secrets.io', ['v1', 'ExternalSecret']),
  fromPackage('cloudnative-pg', 'postgresql.cnpg.io', ['v1', 'Cluster']),
  fromPackage('cloudnative-pg', 'postgresql.cnpg.io', ['v1', 'Database']),
  fromSpark('SparkApplication', sparkApplicationSpec),
  fromSpark('ScheduledSparkApplication', scheduledSparkApplicationSpec),
];

/** The definition of a kind, as `cdk8s import` reads it. */
export const toDefinition = ({ group, version, kind, readSchema }: CustomKind) => {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase() },
      scope: 'Namespaced',
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: readSchema() } }],
    },
  };
};
