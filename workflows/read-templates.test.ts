import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { toWorkflowTemplate } from './argo.ts';
import { createBatch } from './batch.ts';
import { localEnvironment } from './local-environment.ts';
import { readTemplates } from './read-templates.ts';

const where = 'dist/local/workflows/batch.yaml';

// biome-ignore lint/suspicious/noExplicitAny: tests break the document in ways that types forbid
type Change = (template: any) => void;

function problemsAfter(change: Change): string {
  const template = structuredClone(toWorkflowTemplate(createBatch(localEnvironment), localEnvironment));
  change(template);
  try {
    readTemplates(new Map([[where, stringify(template, { aliasDuplicateObjects: false })]]));
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

const refusedFields: [string, Change][] = [
  ['spec.templates[2].container.lifecycle', (template) => Object.assign(template.spec.templates[2].container, { lifecycle: {} })],
  ['spec.templates[2].container.envFrom', (template) => Object.assign(template.spec.templates[2].container, { envFrom: [] })],
  [
    'spec.templates[2].retryStrategy.retryPolicy',
    (template) => Object.assign(template.spec.templates[2].retryStrategy, { retryPolicy: 'Always' }),
  ],
  ['spec.templates[2].memoize', (template) => Object.assign(template.spec.templates[2], { memoize: {} })],
  ['spec.templates[0].dag.tasks[0].hooks', (template) => Object.assign(template.spec.templates[0].dag.tasks[0], { hooks: {} })],
  [
    'spec.templates[0].dag.tasks[1].withItems',
    (template) => Object.assign(template.spec.templates[0].dag.tasks[1], { withItems: [] }),
  ],
  ['spec.hooks', (template) => Object.assign(template.spec, { hooks: {} })],
  ['spec.parallelism', (template) => Object.assign(template.spec, { parallelism: 1 })],
  ['spec.arguments.artifacts', (template) => Object.assign(template.spec.arguments, { artifacts: [] })],
  [
    'spec.templates[0].synchronization.semaphores',
    (template) => Object.assign(template.spec.templates[0].synchronization, { semaphores: [] }),
  ],
];

test.each(refusedFields)('refuses %s by name', (path, change) => {
  expect(problemsAfter(change)).toBe(`${where}: ${path}: the local runner can't honour this field`);
});

const wrong: [string, Change, string][] = [
  [
    'dependencies beside depends',
    (t) => (t.spec.templates[0].dag.tasks[1].dependencies = ['transfer']),
    'spec.templates[0].dag.tasks[1]: depends and dependencies exclude each other',
  ],
  [
    'template beside templateRef',
    (t) => (t.spec.templates[0].dag.tasks[1].templateRef = { name: 'batch', template: 'main' }),
    'spec.templates[0].dag.tasks[1]: expected either template or templateRef',
  ],
  [
    'another retry expression',
    (t) => (t.spec.templates[2].retryStrategy.expression = 'true'),
    'spec.templates[2].retryStrategy.expression: the local runner knows one expression',
  ],
  [
    'a duration that is none',
    (t) => (t.spec.templates[2].retryStrategy.backoff.duration = 'soon'),
    'spec.templates[2].retryStrategy.backoff.duration: expected a duration such as 5s or 2m, got "soon"',
  ],
  [
    'an output from elsewhere',
    (t) => (t.spec.templates[2].outputs.parameters[0].valueFrom = { expression: '1' }),
    'spec.templates[2].outputs.parameters[0].valueFrom: the local runner knows valueFrom.path and valueFrom.parameter',
  ],
];

test.each(wrong)('refuses %s', (_, change, problem) => {
  expect(problemsAfter(change)).toContain(`${where}: ${problem}`);
});

test.each(['a: [', 'a: 1\na: 2', '- &x [*x]', 'just text', ''])('refuses %j in one line', (yaml) => {
  const read = () => readTemplates(new Map([[where, yaml]]));
  expect(read).toThrow(where);
  try {
    read();
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
  }
});
