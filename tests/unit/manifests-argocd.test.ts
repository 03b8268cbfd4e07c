// Argo CD syncs every folder of dist/, in an order that works, and may make what is there and nothing else.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifests, type Value } from '../fixtures/manifests.ts';

const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
const clusters = ['dev', 'prod', 'solo'];
const of = (environment: string, kind: string): Value[] =>
  manifests.flatMap(({ environment: other, component, value }) =>
    other === environment && component === 'argocd' && value.kind === kind ? [value] : [],
  );
const groupOf = ({ apiVersion }: Value) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
const waveOf = (application: Value) => Number(application.metadata.annotations['argocd.argoproj.io/sync-wave']);

test.each(clusters)('%s: one Application a folder, each of a project that is there', (environment) => {
  const folders = new Set(
    manifests.filter((one) => one.environment === environment).map(({ component }) => `dist/${environment}/${component}`),
  );
  const applications = of(environment, 'Application');
  expect(applications.map(({ spec }) => spec.source.path).sort()).toEqual([...folders].sort());
  const projects = of(environment, 'AppProject').map(({ metadata }) => metadata.name);
  for (const { spec } of applications) expect(projects).toContain(spec.project);
});

test.each(clusters)('%s: the projects allow exactly the kinds and namespaces of dist/', (environment) => {
  const own = manifests.filter((one) => one.environment === environment);
  for (const project of of(environment, 'AppProject')) {
    const isRoot = project.metadata.name === 'taxiway-root';
    const objects = own.filter(({ component }) => (component === 'argocd') === isRoot).map(({ value }) => value);
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
