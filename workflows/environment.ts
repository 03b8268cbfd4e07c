// What a workflow must know of the place where it runs. Handed in, never looked up.
import type { buckets } from '../apps/contract/names.ts';

/** Plain parts of a WorkflowTemplate, as they stand in YAML. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Mount {
  readonly name: string;
  readonly mountPath: string;
}

export interface Place {
  readonly template: Fields;
  readonly container: Fields;
  readonly mounts: readonly Mount[];
}

/** A driver or an executor of Spark. */
export interface SparkPod {
  /** Its pods' name, account and ports. */
  readonly workload: 'spark-driver' | 'spark-executor';
  /** Cores: asked for, and at most; both in Kubernetes' words. */
  readonly cpu: { readonly request: string; readonly limit: string };
  /** Tasks at the same time. */
  readonly cores: number;
  /** All that the container gets. */
  readonly memoryMiB: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Nodes, priority and security, as they stand in a pod's spec and in its container. */
  readonly pod: Fields;
  readonly container: Fields;
}

/** How Spark's jobs run. */
export interface SparkPlace {
  readonly image: string;
  /** Of Spark in the image: `3.5.9`. */
  readonly version: string;
  readonly driver: SparkPod;
  readonly executor: SparkPod;
  /** How many executors a job has. */
  readonly executors: { readonly least: number; readonly first: number; readonly most: number };
  /** The staging bucket as Spark reaches it: `gs://name/` or `s3a://name/`. */
  readonly staging: string;
  /** What Hadoop must know to reach it: `fs.gs.…` or `fs.s3a.…`. */
  readonly hadoopConf: Readonly<Record<string, string>>;
}

export interface Environment {
  /** The image of an app. */
  readonly imageOf: (app: string) => string;
  /** Folder URIs, each with a slash at its end. */
  readonly buckets: Readonly<Record<keyof typeof buckets, string>>;
  /** Where the tables are: the URI of a DuckDB file, or `bigquery://project/prefix`. */
  readonly warehouse: string;
  /** The URI of a copy of the DuckDB file, for those who read while others write; undefined where nobody does, or the warehouse is none. */
  readonly snapshot?: string;
  /** MLflow's store: a folder's path, or a server's URL. */
  readonly tracking: string;
  /** Volumes, and where a container finds them. A step has those whose path its arguments name. */
  readonly volumes: readonly Fields[];
  readonly mounts: readonly Mount[];
  /** How temporary failures are retried. */
  readonly retry: {
    readonly limit: number;
    readonly firstDelaySeconds: number;
    readonly factor: number;
  };
  /** What may run the etl step's plan; the first is the default. */
  readonly engines: readonly string[];
  /** Months that a backfill runs at the same time. */
  readonly backfillParallelism: number;
  /** What only a cluster has; undefined on one machine. */
  readonly cluster?: {
    readonly namespaces: { readonly platform: string; readonly pipeline: string };
    /** Labels of every object, by its name. */
    readonly labelsOf: (name: string) => Readonly<Record<string, string>>;
    /** Size, nodes, labels, account and variables of a step: fields of its template and of its container, and further mounts. */
    readonly placeOf: (step: { readonly workload: 'step' | 'training'; readonly app: string }) => Place;
    readonly spark: SparkPlace;
    /** Undefined where the warehouse is a DuckDB file: its tables make themselves, and nobody sends a bill. */
    readonly bigQuery?: {
      /** Where it keeps its datasets. */
      readonly location: string;
      /** What one run may cost before somebody is told. */
      readonly runBudgetUsd: number;
    };
    /** Alertmanager, which tells people. */
    readonly alerts: string;
    /** The site's address, without a slash at its end. */
    readonly site: string;
    /** The Deployment that serves predictions. */
    readonly predict: string;
  };
}
