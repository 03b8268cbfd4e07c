// What each workload may do in Google Cloud. Accounts are the environment's; one that several workloads share may what each of them may.
import type { WorkloadName } from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../env/environment.ts';

export type Access = 'read' | 'write';
type Bucket = Exclude<keyof ClusterEnvironment['buckets'], 'source'>;

export interface GoogleRights {
  readonly buckets: Readonly<Partial<Record<Bucket, Access>>>;
  /** BigQuery's datasets, by queries. */
  readonly warehouse?: Access;
  /** BigQuery's tables as streams, past queries. */
  readonly streams?: boolean;
  /** What everybody's jobs in BigQuery have cost. */
  readonly jobs?: boolean;
}

export const googleRights: Readonly<Partial<Record<WorkloadName, GoogleRights>>> = {
  // Logs are written by the executor in each step's pod; the server shows them, the controller only names their place.
  'argo-controller': { buckets: {} },
  'argo-server': { buckets: { artifacts: 'read' } },
  'postgres-job': { buckets: { backups: 'write' } },
  mlflow: { buckets: { models: 'write' } },
  predict: { buckets: { models: 'read' } },
  docs: { buckets: { docs: 'read' } },
  grafana: { buckets: {}, warehouse: 'read' },
  step: { buckets: { staging: 'write', docs: 'write', artifacts: 'write' }, warehouse: 'write', jobs: true },
  training: { buckets: { models: 'write', artifacts: 'write' }, warehouse: 'read', streams: true },
  // The tables that they write are loaded into BigQuery by a step.
  'spark-driver': { buckets: { staging: 'write' } },
  'spark-executor': { buckets: { staging: 'write' } },
};

/** Roles on a bucket: its client needs no more than these. */
export const bucketRoles = { read: 'roles/storage.objectViewer', write: 'roles/storage.objectUser' } as const;

const dataRoles = { read: 'roles/bigquery.dataViewer', write: 'roles/bigquery.dataEditor' } as const;

/** Roles on the project. */
export const toProjectRoles = ({ warehouse, streams, jobs }: GoogleRights): string[] => [
  ...(warehouse === undefined ? [] : ['roles/bigquery.jobUser', dataRoles[warehouse]]),
  ...(streams === true ? ['roles/bigquery.readSessionUser'] : []),
  ...(jobs === true ? ['roles/bigquery.resourceViewer'] : []),
];
