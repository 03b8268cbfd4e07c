// The kinds and namespaces that an environment's components use, read from the components themselves.
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import type { Component } from '../component.ts';

export interface Kind {
  readonly group: string;
  readonly kind: string;
}

export interface Used {
  /** Kinds of no namespace. */
  readonly clusterKinds: readonly Kind[];
  readonly namespacedKinds: readonly Kind[];
  readonly namespaces: readonly string[];
}

/** Of the components that were created before in the same app, and of those that are rendered elsewhere; all in order. */
export function findUsed(scope: Construct, environment: string, components: readonly Component[]): Used {
  const objects = components.flatMap((one) =>
    'render' in one
      ? [...one.render().values()].flatMap(toIdentities)
      : (scope.node.root.node.tryFindChild(`${environment}-${one.component}`)?.node.findAll() ?? [])
          .filter((construct) => ApiObject.isApiObject(construct))
          .map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, namespace: metadata.namespace })),
  );
  return {
    clusterKinds: toKinds(objects.filter(({ namespace }) => namespace === undefined)),
    namespacedKinds: toKinds(objects.filter(({ namespace }) => namespace !== undefined)),
    namespaces: [...new Set(objects.flatMap(({ namespace }) => namespace ?? []))].sort(),
  };
}

interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
}

const toIdentities = (text: string): Identity[] =>
  parseAllDocuments(text).map((document) => {
    const { apiVersion, kind, metadata } = document.toJS() as {
      apiVersion: string;
      kind: string;
      metadata: { namespace?: string };
    };
    return { apiVersion, kind, namespace: metadata.namespace };
  });

function toKinds(objects: readonly Identity[]): Kind[] {
  const keys = objects.map(({ apiVersion, kind }) => `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`);
  return [...new Set(keys)].sort().map((key) => {
    const [group = '', kind = ''] = key.split('/');
    return { group, kind };
  });
}
