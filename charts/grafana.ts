// Grafana: its data sources, its dashboards as code, and the plugin that reads BigQuery.
import { Chart } from 'cdk8s';
import { Quantity } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { Construct } from 'constructs';
import { allDatasets } from '../apps/contract/categories.ts';
import { backEnds, claims, workloads } from '../apps/contract/names.ts';
import { toYaml } from '../apps/platform/yaml.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import { anyUser } from './constructs/security.ts';
import { WebService } from './constructs/web-service.ts';
import { type ClusterEnvironment, isOnGoogle } from './env/environment.ts';
import { toOrigin } from './env/site.ts';
import { bigQuerySource, toDataSources, toProviders } from './grafana/data-sources.ts';
import { toMonthly } from './grafana/monthly.ts';
import { toOperations } from './grafana/operations.ts';
import { createSecret } from './secrets.ts';
import { grafanaPlugins, images } from './versions.ts';

const workload = 'grafana';
const dashboardsFolder = '/etc/taxiway/dashboards';

/** Every dashboard, by file name. Those of the months read BigQuery: Grafana has no client of DuckDB. */
export const toDashboards = (env: ClusterEnvironment): Record<string, string> =>
  Object.fromEntries(
    [toOperations(), ...(isOnGoogle(env) ? allDatasets.map((dataset) => toMonthly(dataset, env)) : [])].map((one) => [
      `${one.uid}.json`,
      JSON.stringify(one, null, 1),
    ]),
  );

export function createGrafana(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  createSecret(chart, 'grafana-admin', env);
  const props = { workload, env } as const;
  const sources = new ConfigFiles(chart, 'grafana-data-sources', {
    ...props,
    files: { 'all.yaml': toYaml([toDataSources(env)]) },
  });
  const providers = new ConfigFiles(chart, 'grafana-providers', {
    ...props,
    files: { 'all.yaml': toYaml([toProviders(dashboardsFolder)]) },
  });
  const dashboards = new ConfigFiles(chart, 'grafana-dashboards', { ...props, files: toDashboards(env) });
  const configs = [sources, providers, dashboards];
  new WebService(chart, workload, {
    ...props,
    user: anyUser,
    replicas: 1,
    update: 'recreate',
    priority: 'service',
    pool: 'services',
    configs,
    volumes: [
      ...configs.map(({ name }) => ({ name, configMap: { name } })),
      { name: 'data', persistentVolumeClaim: { claimName: claims.grafana } },
      { name: adminSecret, secret: { secretName: adminSecret, items: [{ key: 'password', path: 'password' }] } },
      { name: 'temporary', emptyDir: { sizeLimit: Quantity.fromString('256Mi') } },
    ],
    servers: [
      {
        name: workload,
        image: images.grafana,
        size: env.sizes.grafana,
        ports: workloads.grafana.ports,
        variables: toVariables(env),
        // It serves everything below its path.
        ready: { path: backEnds.grafana.health, port: 'web' },
        alive: { path: `${backEnds.grafana.path}healthz`, port: 'web' },
        // At first start it fetches the plugin.
        startSeconds: 180,
        mounts: [
          { name: sources.name, mountPath: '/etc/grafana/provisioning/datasources', readOnly: true },
          { name: providers.name, mountPath: '/etc/grafana/provisioning/dashboards', readOnly: true },
          { name: dashboards.name, mountPath: dashboardsFolder, readOnly: true },
          { name: 'data', mountPath: '/var/lib/grafana' },
          { name: adminSecret, mountPath: adminFolder, readOnly: true },
          { name: 'temporary', mountPath: '/tmp' },
        ],
      },
    ],
  });
  return chart;
}

/** Read from a file: a variable would show in every listing of the pod. */
const adminSecret = 'grafana-admin';
const adminFolder = '/secrets/grafana-admin';

const toVariables = (env: ClusterEnvironment): Record<string, string> => ({
  GF_SERVER_ROOT_URL: `${toOrigin(env)}${backEnds.grafana.path}`,
  GF_SERVER_SERVE_FROM_SUB_PATH: String(backEnds.grafana.prefix === 'kept'),
  ...(env.google && { GF_PLUGINS_PREINSTALL_SYNC: `${bigQuerySource.type}@${grafanaPlugins[bigQuerySource.type]}` }),
  // The load balancer has signed people in, and says who they are; only it and Prometheus reach Grafana.
  GF_AUTH_PROXY_ENABLED: 'true',
  GF_AUTH_PROXY_HEADER_NAME: 'X-WEBAUTH-USER',
  GF_AUTH_PROXY_AUTO_SIGN_UP: 'true',
  GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'Viewer',
  GF_USERS_ALLOW_SIGN_UP: 'false',
  GF_AUTH_BASIC_ENABLED: 'false',
  GF_SECURITY_ADMIN_PASSWORD__FILE: `${adminFolder}/password`,
  GF_SECURITY_COOKIE_SECURE: 'true',
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${dashboardsFolder}/taxiway-operations.json`,
  GF_LOG_CONSOLE_FORMAT: 'json',
});
