// One machine: folders, a DuckDB file and a local MLflow store, all in the state folder, unless the user has places elsewhere for some.
import { buckets } from '../apps/contract/names.ts';
import { UsageError } from '../apps/platform/errors.ts';
import { asFolder } from '../apps/platform/object-storage-uri.ts';
import type { Environment } from './environment.ts';
import { stateMountPath, stateVolume } from './mounts.ts';

const bucketsIn = (root: string) => ({
  source: `${root}${buckets.source}/`,
  staging: `${root}${buckets.staging}/`,
  docs: `${root}${buckets.docs}/`,
  models: `${root}${buckets.models}/`,
});

export const localEnvironment: Environment = {
  imageOf: (app) => `taxiway/${app}`,
  buckets: bucketsIn(`file://${stateMountPath}/buckets/`),
  warehouse: `file://${stateMountPath}/warehouse.duckdb`,
  tracking: `${stateMountPath}/mlflow`,
  volumes: [{ name: stateVolume, persistentVolumeClaim: { claimName: 'taxiway-state' } }],
  mounts: [{ name: stateVolume, mountPath: stateMountPath }],
  retry: { limit: 3, firstDelaySeconds: 1, factor: 2 },
  engines: ['duckdb', 'spark'],
  // A DuckDB file has one writer.
  backfillParallelism: 1,
};

/** The user's own places, as the command line has them. */
export interface Places {
  /** Folder of a bucket that holds `source/`, `staging/`, `docs/` and `models/`: `s3://bucket/taxiway/`. */
  readonly buckets?: string | undefined;
  /** URL of MLflow's server. */
  readonly tracking?: string | undefined;
}

/** One machine with the user's places; what they leave out stays in the state folder. Throws UsageError for what is no such place. */
export function createLocalEnvironment({ buckets: root, tracking }: Places): Environment {
  if (root !== undefined && !/^(gs|s3):\/(\/[\w.%~=+-]+)+\/?$/.test(root))
    throw new UsageError(`--buckets ${quote(root)}: expected a folder of a bucket, such as s3://bucket/taxiway/ or gs://bucket/`);
  if (tracking !== undefined && !/^https?:\/(\/[\w.:-]+)+\/?$/.test(tracking))
    throw new UsageError(
      `--tracking ${quote(tracking)}: expected the URL of MLflow's server, such as https://mlflow.example.com/`,
    );
  return {
    ...localEnvironment,
    // Spark reads buckets in a cluster alone: here it has none of their clients.
    ...(root !== undefined && { buckets: bucketsIn(asFolder(root)), engines: ['duckdb'] }),
    ...(tracking !== undefined && { tracking }),
  };
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 80));
