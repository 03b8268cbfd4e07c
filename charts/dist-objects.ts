// The objects of a YAML file of dist/, by what a person calls them.
import { parseAllDocuments } from 'yaml';

export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** `Kind namespace/name` → object, of every document of a file. */
export function toObjects(text: string): Map<string, KubernetesObject> {
  return new Map(
    parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
      const value = document.toJS() as KubernetesObject | null;
      const { name, namespace } = value?.metadata ?? {};
      return value === null ? [] : [[`${value.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, value] as const];
    }),
  );
}
