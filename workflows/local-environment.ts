// One machine: folders, a DuckDB file and a local MLflow store, all in the state folder.
import { buckets } from '../apps/contract/names.ts';
import type { Environment } from './environment.ts';
import { stateMountPath, stateVolume } from './mounts.ts';

const bucket = (name: string) => `file://${stateMountPath}/buckets/${name}/`;

export const localEnvironment: Environment = {
  imageOf: (app) => `taxiway/${app}`,
  buckets: {
    source: bucket(buckets.source),
    staging: bucket(buckets.staging),
    docs: bucket(buckets.docs),
    models: bucket(buckets.models),
  },
  warehouse: `file://${stateMountPath}/warehouse.duckdb`,
  tracking: `${stateMountPath}/mlflow`,
  volumes: [{ name: stateVolume, persistentVolumeClaim: { claimName: 'taxiway-state' } }],
  mounts: [{ name: stateVolume, mountPath: stateMountPath }],
  retry: { limit: 3, firstDelaySeconds: 1, factor: 2 },
  engines: ['duckdb', 'spark'],
  // A DuckDB file has one writer.
  backfillParallelism: 1,
};
