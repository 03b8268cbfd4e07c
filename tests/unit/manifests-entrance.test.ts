// How the bundle is entered, and what its dashboards ask.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { allDatasets } from '../../apps/contract/categories.ts';
import { summaryOf } from '../../apps/contract/dataset.ts';
import { backEnds, biView } from '../../apps/contract/names.ts';
import { labelKeys } from '../../charts/constructs/metadata.ts';
import { isOnGoogle } from '../../charts/env/environment.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { toDashboards } from '../../charts/grafana.ts';
import { nameOf, podsOf, readManifests, type Value } from '../fixtures/manifests.ts';

const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
const environments = Object.entries(checkEnvironments());
const onGoogle = environments.flatMap(([name, env]) => (isOnGoogle(env) ? [[name, env] as const] : []));

test.each(environments)('%s has one Service that is reached from outside, and nothing else that is', (environment) => {
  const own = manifests.filter((one) => one.environment === environment);
  const open = own.filter(({ value }) => ['LoadBalancer', 'NodePort'].includes(value.spec?.type) && value.kind === 'Service');
  expect(open.map(nameOf)).toEqual([`${environment}: Service taxiway/load-balancer`]);
  expect(open[0]?.value.spec.ports).toMatchObject([
    { port: 80, targetPort: 'http' },
    { port: 443, targetPort: 'https' },
  ]);
  expect(own.filter(({ value }) => ['Ingress', 'Gateway', 'HTTPRoute'].includes(value.kind))).toEqual([]);
});

test('no two back ends share a path', () => {
  const paths = Object.values(backEnds).map(({ path }) => path);
  for (const path of paths) {
    expect(path).toMatch(/^\/[a-z]+\/$/);
    expect(paths.filter((other) => other.startsWith(path))).toEqual([path]);
  }
});

test.each(environments)('%s: what serves its pages below a path is probed and scraped there', (environment) => {
  const own = manifests.filter((one) => one.environment === environment);
  const config = own.find(({ value }) => value.data?.['prometheus.yml'] !== undefined)?.value.data['prometheus.yml'];
  const jobs = (parse(config) as { scrape_configs: Value[] }).scrape_configs;
  const kept = Object.values(backEnds).filter(({ prefix }) => prefix === 'kept');
  expect(kept.map(({ workload }) => workload)).toContain('grafana');
  for (const { workload, path, port } of kept) {
    const pods = podsOf(own).filter(({ labels }) => labels[labelKeys.name] === workload);
    const probes = pods.flatMap(({ containers }) => containers.flatMap((one) => probesOf(one)));
    const paths = probes.flatMap(({ httpGet }) => (httpGet?.port === port ? [httpGet.path] : []));
    expect(paths.length, workload).toBeGreaterThan(0);
    for (const one of paths) expect(one.startsWith(path), `${workload}: ${one}`).toBe(true);
    // MLflow alone has its metrics beside its path, as mlflow-server.test.ts sees.
    const metrics = workload === 'mlflow' ? '/metrics' : `${path}metrics`;
    expect(jobs.filter(({ job_name: name }) => name === workload).map((job) => job.metrics_path)).toEqual([metrics]);
  }
});

const probesOf = ({ startupProbe, readinessProbe, livenessProbe }: Value): Value[] =>
  [startupProbe, readinessProbe, livenessProbe].filter((one) => one !== undefined);

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly rawSql?: string; readonly expr?: string }[];
}

test.each(onGoogle)('the dashboards of %s ask the view of each category for every figure of the contract', (_, env) => {
  const dashboards = toDashboards(env);
  for (const dataset of allDatasets) {
    const { category } = dataset;
    const { panels } = JSON.parse(dashboards[`taxiway-${category}.json`] ?? '') as { panels: Panel[] };
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ rawSql = '' }) => rawSql));
    const { dataset: schema, table } = biView(category);
    for (const query of queries) {
      expect(query).toContain(`\`${env.google.project}.${env.google.datasetPrefix}${schema}.${table}\``);
      // What names the present is never answered from a cache.
      expect(query).not.toMatch(/\$__|current_|now\(/i);
    }
    const figures = Object.entries(summaryOf(dataset).figures).filter(([, { of }]) => ['sum', 'mean'].includes(of));
    for (const [figure] of figures)
      expect(
        queries.some((query) => query.includes(`\`${figure}\``)),
        figure,
      ).toBe(true);
  }
});

test('every panel has a query, and each dashboard its own name', () => {
  for (const [, env] of environments) {
    const all = Object.values(toDashboards(env)).map(
      (text) => JSON.parse(text) as { uid: string; title: string; panels: Panel[] },
    );
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    for (const { panels } of all)
      for (const { title, type, targets = [] } of panels)
        expect(type === 'row' || targets.some(({ rawSql, expr }) => (rawSql ?? expr ?? '') !== ''), title).toBe(true);
  }
});
