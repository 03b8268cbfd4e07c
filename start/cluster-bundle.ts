// What is installed: the documents of dist/solo, by component and in the order in which Argo CD would sync them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { type ImageNames, withNames } from './image-names.ts';

/** A document as it stands in the file. */
export interface Document extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: fields of many kinds
  readonly spec?: any;
}

export interface Component {
  readonly name: string;
  readonly documents: readonly Document[];
}

export interface Bundle {
  /** Each is healthy before the next begins. */
  readonly waves: readonly (readonly Component[])[];
}

const argocd = 'argocd';
const waveKey = 'argocd.argoproj.io/sync-wave';

/** Reads `dist/<environment>`. The waves are those of its Applications, which themselves are left out. */
export async function readBundle(folder: string, names: ImageNames): Promise<Bundle> {
  const applications = (await readDocuments(join(folder, argocd))).filter(({ kind }) => kind === 'Application');
  const placed = applications
    .map(({ spec, metadata }) => ({
      name: (spec.source.path as string).split('/').at(-1) ?? '',
      wave: Number(metadata.annotations?.[waveKey] ?? 0),
    }))
    .filter(({ name }) => name !== argocd && name !== 'root');
  const waves = [...new Set(placed.map(({ wave }) => wave))].sort((a, b) => a - b);
  return {
    waves: await Promise.all(
      waves.map((wave) =>
        Promise.all(
          placed
            .filter((one) => one.wave === wave)
            .map(async ({ name }) => ({ name, documents: await readDocuments(join(folder, name), names) })),
        ),
      ),
    ),
  };
}

async function readDocuments(folder: string, images: ImageNames = {}): Promise<Document[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => parseAllDocuments(withNames(text, images)).map((one) => one.toJS() as Document))
    .filter((one) => one !== null);
}

/** What the client asks by: it wants a namespace, if an empty one. */
export const headerOf = ({ apiVersion, kind, metadata }: Document) => ({
  apiVersion,
  kind,
  metadata: { ...metadata, namespace: metadata.namespace ?? '' },
});

/** `Deployment taxiway/docs`. */
export const nameOf = ({ kind, metadata: { name, namespace } }: Document): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

export const documentsOf = ({ waves }: Bundle): Document[] => waves.flat().flatMap(({ documents }) => documents);

export const namespacesOf = (bundle: Bundle): Document[] => documentsOf(bundle).filter(({ kind }) => kind === 'Namespace');

/** What does not go with its namespace: definitions, roles of the cluster, webhooks and the like. The namespaces themselves are not among them. */
export function outsideOf(bundle: Bundle): Document[] {
  const ours = new Set(namespacesOf(bundle).map(({ metadata }) => metadata.name));
  return documentsOf(bundle).filter(
    ({ kind, metadata: { namespace } }) => kind !== 'Namespace' && !(namespace !== undefined && ours.has(namespace)),
  );
}
