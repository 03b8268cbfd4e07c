import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { allDatasets } from '../../apps/contract/categories.ts';
import type { Environment, SparkPod } from '../environment.ts';
import { localEnvironment } from '../local-environment.ts';
import { renderWorkflows } from '../render-workflows.ts';
import { checkRendered, type Rendered } from './rendered.ts';

const folder = join(import.meta.dirname, 'fixtures');
const accounts = ['step', 'training'];

function findProblems(objects: readonly Rendered[]): string[] {
  try {
    checkRendered(objects, { accounts });
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

const other = allDatasets.find(({ category }) => category !== 'yellow')?.category ?? '';

// A fixture begins with its findings, each as a comment; OTHER is the first category beside yellow.
test.each(readdirSync(folder))('%s is refused', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const expected = [...text.matchAll(/^# (.*)$/gm)].map(([, line]) => line?.replace('OTHER', other));
  expect(expected.length).toBeGreaterThan(0);
  expect(findProblems(parseAllDocuments(text).map((one) => one.toJS() as Rendered))).toEqual(expected);
});

const toPod = (workload: SparkPod['workload']): SparkPod => ({
  workload,
  cpu: { request: '1', limit: '2' },
  cores: 1,
  memoryMiB: 4096,
  labels: {},
  pod: {},
  container: {},
});
const cluster: Environment = {
  ...localEnvironment,
  engines: ['spark', 'duckdb'],
  cluster: {
    namespaces: { platform: 'platform', pipeline: 'pipeline' },
    bigQuery: { location: 'EU', runBudgetUsd: 1 },
    labelsOf: () => ({}),
    placeOf: ({ workload }) => ({ template: { serviceAccountName: workload }, container: {}, mounts: [] }),
    alerts: 'http://alerts',
    site: 'https://site',
    predict: 'predict',
    spark: {
      image: 'example/spark:1.0',
      version: '3.5.9',
      driver: toPod('spark-driver'),
      executor: toPod('spark-executor'),
      executors: { least: 1, first: 1, most: 2 },
      staging: 'gs://staging/',
      hadoopConf: {},
    },
  },
};
const render = (environment: Environment): Rendered[] => JSON.parse(JSON.stringify(renderWorkflows(environment))) as Rendered[];

test.each([
  ['one machine', localEnvironment],
  ['a cluster', cluster],
])('what we render for %s has no findings', (_, environment) => {
  expect(findProblems(render(environment))).toEqual([]);
});

test('one name is changed anywhere, and it is found', () => {
  const objects = render(cluster);
  const names = objects.flatMap(listNames);
  expect(names.length).toBeGreaterThan(500);
  const taken = new Set(names.map(({ name }) => name));
  const spot = fc.record({ name: fc.constantFrom(...names), at: fc.nat(), letter: fc.constantFrom('', ...'abcxyz019') });
  fc.assert(
    fc.property(spot, ({ name: { path, from, name }, at, letter }) => {
      const cut = at % name.length;
      const renamed = name.slice(0, cut) + letter + name.slice(cut + 1);
      fc.pre(!taken.has(renamed));
      const changed = structuredClone(objects);
      const holder = path
        .slice(0, -1)
        .reduce((value, key) => (value as Record<string, unknown>)[key], changed as unknown) as Record<string, string>;
      const last = path.at(-1) as string;
      const text = holder[last] as string;
      holder[last] = text.slice(0, from) + renamed + text.slice(from + name.length);
      expect(findProblems(changed)).not.toEqual([]);
    }),
    { numRuns: 200 },
  );
});

interface Name {
  readonly path: readonly string[];
  /** Where the name begins in the text at that path. */
  readonly from: number;
  readonly name: string;
}

/** Names that something refers to, and what refers to them: of tasks, templates, inputs, outputs, parameters, volumes, flags. */
function listNames(object: Rendered, number: number): Name[] {
  const all = listTexts(object, [String(number)]);
  const isUsed = (pattern: string) => all.some(({ text }) => text.includes(pattern));
  return all.flatMap(({ path, text }): Name[] => {
    const where = path.filter((key) => !/^\d+$/.test(key)).join('.');
    const whole = [{ path, from: 0, name: text }];
    const references = [...text.matchAll(/\{\{([^{}]+)\}\}/g)].flatMap(({ 1: inner = '', index }) =>
      [...inner.matchAll(/[\w-]+/g)].map((word) => ({ path, from: index + 2 + word.index, name: word[0] })),
    );
    if (references.length > 0) return references;
    if (/(entrypoint|onExit|template|templateRef\.name|workflowTemplateRef\.name|serviceAccountName)$/.test(where)) return whole;
    const isMounted = all.some((one) => one.path.includes('volumeMounts') && one.text === text);
    if (where.endsWith('spec.volumes.name')) return isMounted ? whole : [];
    if (/(volumeMounts|inputs\.parameters|arguments\.parameters|spec\.templates)\.name$/.test(where)) return whole;
    if (where.endsWith('tasks.name') && isUsed(`tasks.${text}.`)) return whole;
    // A step's template has the name of its task.
    const template = all.find((one) => one.path.join() === [...path.slice(0, 4), 'name'].join())?.text;
    if (where.endsWith('outputs.parameters.name') && isUsed(`tasks.${template}.outputs.parameters.${text}}}`)) return whole;
    if (where.endsWith('tasks.depends'))
      return [...text.matchAll(/[\w-]+/g)].map((word) => ({ path, from: word.index, name: word[0] }));
    if (where.endsWith('container.args') && text.startsWith('--')) return whole;
    return [];
  });
}

function listTexts(value: unknown, path: readonly string[]): { path: readonly string[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => listTexts(one, [...path, key]));
}
