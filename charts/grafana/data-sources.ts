// Grafana's data sources and where it finds its dashboards: provisioning files as values.
import { workloads } from '../../apps/contract/names.ts';
import { namespaceOf } from '../constructs/metadata.ts';
import { type ClusterEnvironment, type GoogleEnvironment, isOnGoogle } from '../env/environment.ts';

export const prometheusSource = { type: 'prometheus', uid: 'prometheus' } as const;
/** Not part of Grafana's image: https://grafana.com/grafana/plugins/grafana-bigquery-datasource/ */
export const bigQuerySource = { type: 'grafana-bigquery-datasource', uid: 'bigquery' } as const;

/** provisioning/datasources. */
export const toDataSources = (env: ClusterEnvironment) => ({
  apiVersion: 1,
  // Whoever is no longer named here goes.
  prune: true,
  datasources: [
    {
      name: 'Prometheus',
      ...prometheusSource,
      access: 'proxy',
      url: `http://prometheus.${namespaceOf('prometheus', env)}.svc.cluster.local:${workloads.prometheus.ports.web}`,
      isDefault: true,
      editable: false,
      jsonData: { timeInterval: '30s', httpMethod: 'POST' },
    },
    ...(isOnGoogle(env) ? [toBigQuerySource(env)] : []),
  ],
});

const toBigQuerySource = ({ google }: GoogleEnvironment) => ({
  name: 'BigQuery',
  ...bigQuerySource,
  access: 'proxy',
  editable: false,
  // Workload Identity: the metadata server signs Grafana's account in, without a key.
  jsonData: {
    authenticationType: 'gce',
    defaultProject: google.project,
    processingLocation: google.warehouseLocation,
    MaxBytesBilled: 10 * 2 ** 30,
  },
});

/** provisioning/dashboards. */
export const toProviders = (folder: string) => ({
  apiVersion: 1,
  providers: [{ name: 'taxiway', type: 'file', disableDeletion: false, allowUiUpdates: false, options: { path: folder } }],
});
