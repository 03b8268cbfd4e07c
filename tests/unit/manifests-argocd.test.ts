// Argo CD syncs every folder of dist/, in an order that works, and may make what is there and nothing else.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifests, type Value } from '../fixtures/manifests.ts';

const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
const clusters = ['dev', 'prod', 'solo'];
/** Of the folder that the root Application syncs, and of the one that is applied by hand. */
const of = (environment: string, kind: string, folder = 'argocd'): Value[] =>
  manifests.flatMap(({ environment: other, component, value }) =>
    other === environment && component === folder && value.kind === kind ? [value] : [],
  );
const groupOf = ({ apiVersion }: Value) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
const waveOf = (application: Value) => Number(application.metadata.annotations['argocd.argoproj.io/sync-wave']);

test.each(clusters)('%s: one Application a folder but the root, each of a project that is there', (environment) => {
  const folders = new Set(
    manifests.filter((one) => one.environment === environment).map(({ component }) => `dist/${environment}/${component}`),
  );
  folders.delete(`dist/${environment}/root`);
  const applications = [...of(environment, 'Application'), ...of(environment, 'Application', 'root')];
  expect(applications.map(({ spec }) => spec.source.path).sort()).toEqual([...folders].sort());
  const projects = [...of(environment, 'AppProject'), ...of(environment, 'AppProject', 'root')].map(
    ({ metadata }) => metadata.name,
  );
  expect(new Set(projects).size).toBe(projects.length);
  for (const { spec } of applications) expect(projects).toContain(spec.project);
});

test.each(clusters)('%s: the root Application is in no folder that is synced', (environment) => {
  const [root, ...others] = of(environment, 'Application', 'root');
  expect(others).toEqual([]);
  const synced = [root, ...of(environment, 'Application')].map((one) => one?.spec.source.path.split('/').at(-1));
  const roots = manifests.filter(({ value }) => value.kind === 'Application' && value.metadata.name === root?.metadata.name);
  expect(roots.map(({ component }) => component)).not.toContain(synced[0]);
  expect(synced).not.toContain('root');
  expect(manifests.filter((one) => one.environment === environment && one.component === 'root')).toHaveLength(2);
});

// Argo CD from 3.2 on calls a CronJob Degraded whose last run failed, and with it its Application and the root. Alerts tell of runs.
test('a failed run of a CronJob says nothing about what is installed', () => {
  const jobs = manifests.filter(({ value }) => value.kind === 'CronJob');
  expect(jobs.length).toBeGreaterThan(0);
  for (const { value } of jobs)
    expect(value.metadata.annotations?.['argocd.argoproj.io/ignore-healthcheck'], value.metadata.name).toBe('true');
});

test.each(clusters)('%s: the projects allow exactly the kinds and namespaces of dist/', (environment) => {
  const own = manifests.filter((one) => one.environment === environment);
  for (const project of [...of(environment, 'AppProject'), ...of(environment, 'AppProject', 'root')]) {
    const isRoot = project.metadata.name === 'taxiway-root';
    const objects = own
      .filter(({ component }) => component !== 'root' && (component === 'argocd') === isRoot)
      .map(({ value }) => value);
    const kindsWhere = (namespaced: boolean) =>
      new Set(
        objects
          .filter(({ metadata }) => (metadata.namespace !== undefined) === namespaced)
          .map((one) => `${groupOf(one)}/${one.kind}`),
      );
    const { clusterResourceWhitelist = [], namespaceResourceWhitelist, destinations, sourceRepos } = project.spec;
    const toKeys = (kinds: Value[]) => kinds.map(({ group, kind }) => `${group}/${kind}`).sort();
    expect(toKeys(clusterResourceWhitelist)).toEqual([...kindsWhere(false)].sort());
    expect(toKeys(namespaceResourceWhitelist)).toEqual([...kindsWhere(true)].sort());
    expect(destinations.map(({ namespace }: Value) => namespace).sort()).toEqual(
      [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))].sort(),
    );
    expect(sourceRepos).toEqual([...new Set(of(environment, 'Application').map(({ spec }) => spec.source.repoURL))]);
  }
});

test.each(clusters)('%s: definitions come first, then namespaces and disks, then the rest', (environment) => {
  const waves = new Map(of(environment, 'Application').map((one) => [one.spec.source.path.split('/').at(-1), waveOf(one)]));
  const wave = (component: string) => waves.get(component) ?? Number.NaN;
  expect(wave('crds')).toBeLessThan(wave('common'));
  for (const [component, number] of waves)
    if (!['crds', 'common', 'argocd'].includes(component)) expect(number, component).toBeGreaterThan(wave('common'));
  expect(wave('postgres')).toBeLessThan(wave('argo-workflows'));
  expect(wave('postgres')).toBeLessThan(wave('mlflow'));
});

test('definitions, namespaces and disks outlive a prune and their Application', () => {
  const kept = manifests.filter(({ value }) =>
    ['CustomResourceDefinition', 'Namespace', 'PersistentVolumeClaim'].includes(value.kind),
  );
  expect(kept.length).toBeGreaterThan(0);
  for (const { value } of kept)
    expect(value.metadata.annotations?.['argocd.argoproj.io/sync-options'], value.metadata.name).toBe('Prune=false,Delete=false');
});
