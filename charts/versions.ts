// Every image of the cluster and its exact version. An upgrade is one line here.

/** The tag of all images of ours, which one build makes together. */
export const ownTag = '0.1.0';

/** The user of all images of ours but Spark's; their Dockerfiles say so too. */
export const ownUser = 10001;

/** Spark in the image of that name, and the user of Spark's own image. */
export const sparkVersion = '3.5.9';
export const sparkUser = 185;

/** The apps of ours that have an image: `<registry>/<app>:<ownTag>`. */
export const ownApps = [
  'backup',
  'cluster',
  'costs',
  'docs',
  'dbt',
  'etl',
  'finish',
  'handover',
  'load',
  'ml',
  'mlflow',
  'months',
  'predict',
  'publish',
  'schema-groups',
  'setup',
  'site-metrics',
  'spark',
  'tables',
  'transfer',
  'trigger',
  'validate',
] as const;
export type OwnApp = (typeof ownApps)[number];

/** Images of others, as they are pulled. */
export const images = {
  'argo-controller': 'quay.io/argoproj/workflow-controller:v4.1.4',
  'argo-server': 'quay.io/argoproj/argocli:v4.1.4',
  'argo-executor': 'quay.io/argoproj/argoexec:v4.1.4',
  objects: 'ghcr.io/versity/versitygw:v1.8.0',
  postgres: 'postgres:17.11',
  // The same server as CloudNativePG runs it: both lines change together, since dumps are made and restored by the one above.
  'postgres-instance': 'ghcr.io/cloudnative-pg/postgresql:17.11-minimal-trixie',
  prometheus: 'prom/prometheus:v3.13.2',
  alertmanager: 'prom/alertmanager:v0.34.0',
  'statsd-exporter': 'prom/statsd-exporter:v0.31.0',
  'postgres-exporter': 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'kube-state-metrics': 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.18.0',
  grafana: 'grafana/grafana:12.4.15',
  nginx: 'nginxinc/nginx-unprivileged:1.30.4-alpine',
  'oauth2-proxy': 'quay.io/oauth2-proxy/oauth2-proxy:v7.15.3',
  'spark-operator': 'ghcr.io/kubeflow/spark-operator/controller:2.4.0',
} as const;

/** Grafana's plugins that its image lacks, by their exact versions; each must support the version of Grafana above. */
export const grafanaPlugins = { 'grafana-bigquery-datasource': '3.0.2' } as const;

/** A name, then an exact tag with at least a major and a minor number (and a digest, where one is given). */
const pinned = /^[a-z0-9][a-z0-9./_-]*(:\d+)?[a-z0-9./_-]*:v?\d+\.\d+(\.\d+)?(-[\w.]+)*(@sha256:[0-9a-f]{64})?$/;

/** True where an image is named with an exact version. */
export const isPinned = (image: string): boolean => pinned.test(image);

/** Every mistake of the versions: one line each, with the file and the field. */
export function findVersionProblems(versions: Readonly<Record<string, string>>, tag: string): string[] {
  const expected = 'expected an exact version such as :v4.1.0, never "latest" or none';
  return [
    ...Object.entries(versions)
      .filter(([, image]) => !isPinned(image))
      .map(([name, image]) => `charts/versions.ts: images.${name}: got "${image}"; ${expected}`),
    ...(isPinned(`x:${tag}`) ? [] : [`charts/versions.ts: ownTag: got "${tag}"; ${expected}`]),
  ];
}

/** The image of an app of ours in a registry. */
export const ownImage = (registry: string, app: OwnApp): string => `${registry}/${app}:${ownTag}`;
