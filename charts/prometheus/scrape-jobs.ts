// What Prometheus reads: one job for each edge that leaves it, so that the NetworkPolicies allow exactly this.
import { backEnds, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { labelKeys, namespaceOf } from '../constructs/metadata.ts';
import { edges, edgesOf } from '../edges.ts';
import type { ClusterEnvironment } from '../env/environment.ts';

/** Prometheus' `scrape_configs`. Pods are found by label, so that each of several replicas is read. */
export const toScrapeJobs = (env: ClusterEnvironment) =>
  edgesOf(env)
    .filter(({ from, to, port }) => from === 'prometheus' && to in workloads && port !== undefined)
    .map(({ to, port }) => toScrapeJob(to as WorkloadName, port as string, env));

function toScrapeJob(workload: WorkloadName, port: string, env: ClusterEnvironment) {
  return {
    job_name: toJobName(workload, port),
    metrics_path: metricsPaths[workload] ?? '/metrics',
    // kube-state-metrics and the StatsD exporter speak of other pods: their labels must win.
    ...(workload === 'metrics-exporters' ? { honor_labels: true } : {}),
    kubernetes_sd_configs: [
      {
        role: 'pod',
        namespaces: { names: [namespaceOf(workload, env)] },
        selectors: [{ role: 'pod', label: `${labelKeys.name}=${workload}` }],
      },
    ],
    relabel_configs: [
      { source_labels: ['__meta_kubernetes_pod_container_port_name'], action: 'keep', regex: port },
      { source_labels: ['__meta_kubernetes_pod_phase'], action: 'drop', regex: 'Succeeded|Failed' },
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      { target_label: 'workload', replacement: workload },
    ],
  };
}

/** Grafana serves them below its path; MLflow, which keeps its prefix too, does not. */
const metricsPaths: Partial<Record<WorkloadName, string>> = { grafana: `${backEnds.grafana.path}metrics` };

/** `docs` where Prometheus reads one port of a workload, `metrics-exporters-statsd` where it reads several. */
export function toJobName(workload: WorkloadName, port: string): string {
  const ports = edges.filter(({ from, to }) => from === 'prometheus' && to === workload);
  return ports.length > 1 ? `${workload}-${port}` : workload;
}
