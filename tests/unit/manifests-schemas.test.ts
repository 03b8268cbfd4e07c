// Every document of dist/ against the full, closed schema of its kind.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readManifests, toManifests, type Value } from '../fixtures/manifests.ts';
import { sampleManifests } from '../fixtures/sample-service.ts';
import { findInvalid } from '../fixtures/strict-schemas.ts';

test('every document is valid, with no field that its kind does not know', async () => {
  const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
  expect(manifests.length).toBeGreaterThan(0);
  expect(await findInvalid(manifests)).toEqual([]);
});

test("what Argo's settings hold is valid too: a workflow and two containers", async () => {
  const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
  const settings = manifests.filter(({ value }) => value.metadata.name === 'workflow-controller-configmap');
  expect(settings.map(({ environment }) => environment)).toEqual(['dev', 'prod', 'solo']);
  for (const manifest of settings) {
    const { workflowDefaults, executor, mainContainer } = manifest.value.data;
    const toContainer = (name: string, text: string) => ({ name, image: 'x', ...parse(text) });
    const metadata = { name: 'sample' };
    const values = [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata, ...parse(workflowDefaults) },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: { containers: [toContainer('wait', executor), toContainer('main', mainContainer)] },
      },
    ];
    expect(await findInvalid(values.map((value) => ({ ...manifest, value })))).toEqual([]);
  }
});

const container = ({ spec }: Value) => spec.template.spec.containers[0];

test.each<[name: string, kind: string, spoil: (value: Value) => void, says: string]>([
  [
    'a misspelt field',
    'Deployment',
    (one) => Object.assign(container(one), { livenesProbe: {} }),
    'dev/docs/docs.yaml: dev: Deployment taxiway/docs: spec.template.spec.containers[0].livenesProbe: unknown field; did you mean livenessProbe?',
  ],
  [
    'an unknown kind',
    'Deployment',
    (one) => Object.assign(one, { kind: 'Deploymint' }),
    'unknown kind Deploymint in apps/v1; did you mean Deployment?',
  ],
  [
    'a kind of another version',
    'Deployment',
    (one) => Object.assign(one, { apiVersion: 'apps/v9' }),
    'unknown kind Deployment in apps/v9',
  ],
  ['a path as version', 'Deployment', (one) => Object.assign(one, { apiVersion: '../v1' }), 'unknown kind Deployment in ../v1'],
  ['a missing field', 'Deployment', ({ spec }) => delete spec.selector, 'spec.selector: missing'],
  [
    'text for a number',
    'Deployment',
    ({ spec }) => Object.assign(spec, { replicas: '2' }),
    'spec.replicas: "2": expected number',
  ],
  ['a fraction for an integer', 'Deployment', ({ spec }) => Object.assign(spec, { replicas: 1.5 }), '/spec/replicas'],
  [
    'a word that is none of the choices',
    'Deployment',
    (one) => Object.assign(container(one), { imagePullPolicy: 'Sometimes' }),
    'expected one of Never, Always, IfNotPresent',
  ],
  ['null', 'Deployment', ({ spec }) => Object.assign(spec, { strategy: null }), 'spec.strategy: null; leave it out'],
  [
    'an object for a list',
    'Deployment',
    ({ spec }) => Object.assign(spec.template.spec, { containers: {} }),
    'containers: an object: expected',
  ],
  [
    'a misspelt field of a custom kind',
    'ExternalSecret',
    ({ spec }) => Object.assign(spec, { refreshIntervall: '1h' }),
    'spec.refreshIntervall: unknown field; did you mean refreshInterval?',
  ],
])('%s is refused', async (_, kind, spoil, says) => {
  const sample = sampleManifests();
  expect(await findInvalid(sample)).toEqual([]);
  const one = sample.findLast(({ component, value }) => component === 'docs' && value.kind === kind);
  spoil(one?.value);
  expect((await findInvalid(sample)).join('\n')).toContain(says);
});

const job = `apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: etl}
spec:
  type: Python
  sparkVersion: 3.5.9
  mainApplicationFile: local:///app/runner.py
  driver: {cores: 1}
  executor: {instances: 2}
`;
const find = (text: string) => findInvalid(toManifests(new Map([['dev/x/x.yaml', text]])));

test.each([
  ['cores: 1', 'core: 1', 'spec.driver.core: unknown field; did you mean cores?'],
  ['cores: 1', 'cores: one', 'spec.driver.cores: string: expected integer'],
  ['instances: 2', 'instances: 0', 'spec.executor.instances: 0: expected 1 to'],
  ['type: Python', 'type: Perl', 'spec.type: "Perl": expected one of Java, Python, Scala, R'],
  ['sparkVersion: 3.5.9', 'image: spark', 'spec.sparkVersion: missing'],
])('a Spark job with %s as %s is refused', async (from, to, says) => {
  expect(await find(job)).toEqual([]);
  expect((await find(job.replace(from, to))).join('\n')).toContain(says);
});

const pipeline = `apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: monthly}
spec:
  schedules: ["0 5 1 * *"]
  workflowSpec:
    synchronization: {mutexes: [{name: yellow}]}
    workflowTemplateRef: {name: batch}
`;

test.each([
  ['schedules: ["0 5 1 * *"]', 'schedule: "0 5 1 * *"', 'spec.schedule: unknown field; did you mean schedules?'],
  ['mutexes: [{name: yellow}]', 'mutex: {name: yellow}', 'spec.workflowSpec.synchronization.mutex: unknown field'],
])('a field that Argo 4 no longer knows is refused: %s', async (from, to, says) => {
  expect(await find(pipeline)).toEqual([]);
  expect((await find(pipeline.replace(from, to))).join('\n')).toContain(says);
});
