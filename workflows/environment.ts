// What a workflow must know of the place where it runs. Handed in, never looked up.
import type { buckets } from '../apps/contract/names.ts';

export interface Environment {
  /** The image of an app. */
  readonly imageOf: (app: string) => string;
  /** Folder URIs, each with a slash at its end. */
  readonly buckets: Readonly<Record<keyof typeof buckets, string>>;
  /** URI of the warehouse. */
  readonly warehouse: string;
  /** URI of the folder that MLflow keeps its store in. */
  readonly tracking: string;
  /** The volume that every step shares. */
  readonly state: { readonly volume: string; readonly claim: string; readonly mountPath: string };
  /** How temporary failures are retried. */
  readonly retry: {
    readonly limit: number;
    readonly firstDelaySeconds: number;
    readonly factor: number;
    readonly maxMinutes: number;
  };
}
