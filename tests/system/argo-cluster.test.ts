// What dist/dev and dist/prod hold for workflows, on the real controller with their own settings: taken, run, and admitted by Pod Security.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programs } from '../../workflows/programs.ts';
import { apply, toProblems } from '../fixtures/apply-manifests.ts';
import { findArgo } from '../fixtures/argo-controller.ts';
import { type Lab, startLab, toNodes, toTrace } from '../fixtures/argo-lab.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { repository } from '../fixtures/npm-start.ts';
import type { RunMain } from '../fixtures/stand-in-kubelet.ts';

const found = findArgo();
const manifests = await readManifests(join(repository, 'dist'));

/** A value of each kind that a program may give. */
const made: Readonly<Record<string, string>> = {
  number: '1',
  boolean: 'true',
  text: 'x',
  json: '[]',
  month: '2024-01-01',
  category: 'yellow',
  uri: 's3://bucket/yellow_tripdata_2024-01.parquet',
};
const toElement = (fields: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, made[kind]]));
const values = new Map(
  Object.values(programs).flatMap(({ outputs }) =>
    Object.entries(outputs).map(([name, kind]): [string, string] => [
      name,
      typeof kind === 'string' ? (made[kind] as string) : JSON.stringify([toElement(kind.each)]),
    ]),
  ),
);
/** Runs nothing; each output is made up by its kind. */
const succeed: RunMain = async () => ({
  exitCode: 0,
  log: '',
  read: async (path) => values.get(path.split('/').at(-1) as string) ?? '{}',
});

const parameters: Readonly<Record<string, Record<string, string>>> = {
  batch: { category: 'yellow', uri: made.uri as string, filename: 'yellow_tripdata_2024-01.parquet', run_date: '2024-01-01' },
  'full-refresh': { category: 'yellow', source: 's3://bucket/', prefixes: 'yellow_tripdata_2024' },
  backfill: { category: 'yellow', from: '2024-01', to: '2024-02' },
  'lambda-integration-test': Object.fromEntries(
    ['category', 'uri', 'filename', 'run_date'].flatMap((name) => [
      [name, 'x'],
      [`expected_${name}`, 'x'],
    ]),
  ),
};

describe.skipIf(found === undefined).each(['dev', 'prod'] as const)('%s on the controller', (environment) => {
  const own = manifests.filter((one) => one.environment === environment && one.component === 'workflows');
  const templates = own.filter(({ value }) => value.kind === 'WorkflowTemplate').map(({ value }) => value);
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(found as NonNullable<typeof found>, environment);
  });
  afterAll(() => lab?.stop());

  test('every object is taken, with no error and no warning', async () => {
    const problems: string[] = [];
    for (const manifest of own) problems.push(...toProblems(manifest, await apply(lab.argo.cluster, manifest.value)));
    expect(problems).toEqual([]);
    expect(templates.length).toBeGreaterThan(4);
  });

  test.each(templates.map(({ metadata }) => metadata.name as string))(
    '%s runs to its end, and its pods are as they should be',
    async (name) => {
      const workflow = await lab.wait(await lab.submit(name, parameters[name] ?? {}, succeed));
      expect(workflow.status.phase, JSON.stringify(toNodes(workflow), undefined, 1)).toBe('Succeeded');
      const left = Object.entries(toTrace(workflow)).filter(([, { status }]) => status !== 'succeeded');
      // Development runs its plans in DuckDB, production on Spark.
      const leftOut = environment === 'dev' ? /(?:retrain|refresh|spark)$/ : /(?:retrain|refresh)$/;
      expect(left.filter(([path]) => !leftOut.test(path))).toEqual([]);
      const pods = lab.kubelet.pods.filter(
        ({ metadata }) => metadata.labels['workflows.argoproj.io/workflow'] === workflow.metadata.name,
      );
      expect(pods.length).toBeGreaterThan(0);
      for (const pod of pods) expect(findPodProblems(pod), pod.metadata.name).toEqual([]);
    },
  );

  test('every schedule is accepted', async () => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${lab.argo.namespace}/cronworkflows`;
    const { body } = await lab.argo.cluster.ask('GET', path);
    expect(body.items.length).toBeGreaterThan(1);
    for (const { metadata, status } of body.items)
      expect(
        (status?.conditions ?? []).filter(({ type }: Value) => type === 'SubmissionError' || type === 'SpecError'),
        metadata.name,
      ).toEqual([]);
  });
});

/** What a step's pod lacks of the account, the labels, the size and the mounts that the cluster needs. */
function findPodProblems({ metadata, spec }: Value): string[] {
  const main = spec.containers.find(({ name }: Value) => name === 'main');
  const volumes = new Set(spec.volumes.map(({ name }: Value) => name));
  const paths: string[] = main.volumeMounts.map(({ mountPath }: Value) => mountPath);
  const used = (main.args ?? []).flatMap((arg: string) => /^(?:file:\/\/)?(\/taxiway\/[^/]+\/[^/]+)/.exec(arg)?.[1] ?? []);
  return [
    ...(spec.serviceAccountName ? [] : ['no account']),
    ...(spec.serviceAccountName === 'default' ? ['the default account'] : []),
    ...(spec.priorityClassName ? [] : ['no priority']),
    ...(Object.keys(spec.nodeSelector ?? {}).length > 0 ? [] : ['any node']),
    ...['app.kubernetes.io/name', 'app.kubernetes.io/part-of', 'taxiway/app']
      .filter((label) => !metadata.labels[label])
      .map((label) => `no label ${label}`),
    ...[...spec.containers, ...spec.initContainers]
      .filter(({ resources }: Value) => !resources?.requests?.cpu || !resources?.limits?.memory)
      .map(({ name }: Value) => `${name} has no size`),
    ...main.volumeMounts.filter(({ name }: Value) => !volumes.has(name)).map(({ name }: Value) => `no volume ${name}`),
    ...used
      .filter((path: string) => !paths.some((mounted) => path === mounted || path.startsWith(`${mounted}/`)))
      .map((path: string) => `${path} is not mounted`),
    ...(JSON.stringify(spec.containers).includes('{{') ? ['an expression is left'] : []),
  ];
}
