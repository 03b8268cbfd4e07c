// Objects of one namespace by kind and name, tried again while that may help.
import type { CustomObjectsApi } from '@kubernetes/client-node';
import { call, callIfAny, type Patience } from '../platform/kubernetes-call.ts';
import { Refusal } from '../platform/kubernetes-refusal.ts';

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

interface Named {
  readonly metadata: { readonly name: string };
}

/** Everything throws Refusal. */
export interface ClusterObjects {
  /** undefined where there is none of that name. */
  readonly find: <Found>(kind: Kind, name: string) => Promise<Found | undefined>;
  /** False where one of that name is there already. */
  readonly create: (kind: Kind, body: Named) => Promise<boolean>;
  /** False where somebody else has changed it since it was read. */
  readonly replace: (kind: Kind, body: Named) => Promise<boolean>;
}

/** Asks nothing yet. */
export function toClusterObjects(objects: CustomObjectsApi, namespace: string, patience: () => Patience): ClusterObjects {
  const unlessTaken = async (what: string, send: () => Promise<unknown>) => {
    try {
      await call(what, send, patience());
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) return false;
      throw error;
    }
  };
  return {
    find: <Found>(kind: Kind, name: string) =>
      callIfAny(
        `${kind.plural} ${name}`,
        () => objects.getNamespacedCustomObject({ ...kind, namespace, name }) as Promise<Found>,
        patience(),
      ),
    create: (kind, body) =>
      unlessTaken(`creating ${kind.plural} ${body.metadata.name}`, () =>
        objects.createNamespacedCustomObject({ ...kind, namespace, body }),
      ),
    replace: (kind, body) => {
      const { name } = body.metadata;
      return unlessTaken(`changing ${kind.plural} ${name}`, () =>
        objects.replaceNamespacedCustomObject({ ...kind, namespace, name, body }),
      );
    },
  };
}
