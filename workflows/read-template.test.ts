import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { toWorkflowTemplate } from './argo.ts';
import { createBatch } from './batch.ts';
import { localEnvironment } from './local-environment.ts';
import { readTemplate } from './read-template.ts';

const where = 'dist/local/workflows/batch.yaml';

// biome-ignore lint/suspicious/noExplicitAny: tests break the document in ways that types forbid
type Change = (template: any) => void;

function problemsAfter(change: Change): string {
  const template = structuredClone(toWorkflowTemplate(createBatch(localEnvironment), localEnvironment));
  change(template);
  try {
    readTemplate(stringify(template), where);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

const refusedFields: [string, Change][] = [
  ['spec.templates[2].container.lifecycle', (template) => Object.assign(template.spec.templates[2].container, { lifecycle: {} })],
  ['spec.templates[2].container.env', (template) => Object.assign(template.spec.templates[2].container, { env: [] })],
  [
    'spec.templates[1].retryStrategy.retryPolicy',
    (template) => Object.assign(template.spec.templates[1].retryStrategy, { retryPolicy: 'Always' }),
  ],
  ['spec.templates[0].dag.failFast', (template) => Object.assign(template.spec.templates[0].dag, { failFast: false })],
  [
    'spec.templates[0].dag.tasks[0].when',
    (template) => Object.assign(template.spec.templates[0].dag.tasks[0], { when: 'x == y' }),
  ],
  [
    'spec.templates[0].dag.tasks[1].withParam',
    (template) => Object.assign(template.spec.templates[0].dag.tasks[1], { withParam: '[]' }),
  ],
  ['spec.onExit', (template) => Object.assign(template.spec, { onExit: 'main' })],
  ['spec.parallelism', (template) => Object.assign(template.spec, { parallelism: 1 })],
  ['spec.arguments.artifacts', (template) => Object.assign(template.spec.arguments, { artifacts: [] })],
  ['metadata.labels', (template) => Object.assign(template.metadata, { labels: {} })],
];

test.each(refusedFields)('refuses %s by name', (path, change) => {
  expect(problemsAfter(change)).toBe(`${where}: ${path}: the local runner can't honour this field`);
});

const contradictions: [string, Change, string][] = [
  [
    'an unknown entrypoint',
    (t) => (t.spec.entrypoint = 'mian'),
    'spec.entrypoint: "mian" is not a DAG of this file (did you mean "main"?)',
  ],
  [
    'an unknown template',
    (t) => (t.spec.templates[0].dag.tasks[0].template = 'tranfer'),
    'spec.templates[0].dag.tasks[0].template: "tranfer" is not a container template of this file (did you mean "transfer"?)',
  ],
  [
    'an unknown dependency',
    (t) => (t.spec.templates[0].dag.tasks[1].dependencies = ['transfre']),
    'spec.templates[0].dag.tasks[1].dependencies: "transfre" is not a task of this DAG (did you mean "transfer"?)',
  ],
  [
    'a cycle',
    (t) => (t.spec.templates[0].dag.tasks[0].dependencies = ['etl']),
    'spec.templates[0].dag.tasks: these wait for each other: transfer, validate, etl, dbt, publish, retrain',
  ],
  [
    'dependencies beside depends',
    (t) => (t.spec.templates[0].dag.tasks[1].depends = 'transfer'),
    'spec.templates[0].dag.tasks[1]: depends and dependencies exclude each other',
  ],
  [
    'a depends that is no list of names',
    (t) => {
      delete t.spec.templates[0].dag.tasks[1].dependencies;
      t.spec.templates[0].dag.tasks[1].depends = 'transfer.Failed || etl';
    },
    'spec.templates[0].dag.tasks[1].depends: "transfer.Failed || etl" is not a task of this DAG',
  ],
  [
    'an unknown workflow parameter',
    (t) => (t.spec.templates[0].dag.tasks[0].arguments.parameters[0].value = '{{workflow.parameters.url}}'),
    'spec.templates[0].dag task "transfer": argument "uri": {{workflow.parameters.url}} is not known here (did you mean "workflow.parameters.uri"?)',
  ],
  [
    'a result of a step that does not come before',
    (t) => (t.spec.templates[0].dag.tasks[0].arguments.parameters[0].value = '{{tasks.etl.outputs.parameters.result}}'),
    'spec.templates[0].dag task "transfer": argument "uri": {{tasks.etl.outputs.parameters.result}} is not known here',
  ],
  [
    'an unknown input',
    (t) => (t.spec.templates[1].container.args[1] = '{{inputs.parameters.ury}}'),
    'spec.templates[1].container.args[1]: {{inputs.parameters.ury}} is not known here (did you mean "inputs.parameters.uri"?)',
  ],
  [
    'an expression tag',
    (t) => (t.spec.templates[1].container.args[1] = '{{=1+1}}'),
    'spec.templates[1].container.args[1]: {{=1+1}} is not known here',
  ],
  [
    'a missing argument',
    (t) => t.spec.templates[0].dag.tasks[0].arguments.parameters.shift(),
    'spec.templates[0].dag task "transfer": input "uri" is missing',
  ],
  [
    'a surplus argument',
    (t) => t.spec.templates[0].dag.tasks[0].arguments.parameters.push({ name: 'x', value: '' }),
    'spec.templates[0].dag task "transfer": template "transfer" has no input "x"',
  ],
  [
    'an image of others',
    (t) => (t.spec.templates[1].container.image = 'busybox'),
    'spec.templates[1].container.image: the local runner runs taxiway/<app>, got "busybox"',
  ],
  [
    'another command',
    (t) => (t.spec.templates[1].container.command = ['sh', '-c']),
    'spec.templates[1].container.command: the local runner runs [node, x.js] and [python, x.py], got [sh, -c]',
  ],
  [
    'a mount of no volume',
    (t) => t.spec.volumes.pop(),
    'spec.templates[1].container.volumeMounts[1].name: "tmp" is not in spec.volumes',
  ],
  [
    'a volume of another kind',
    (t) => (t.spec.volumes[0] = { name: 'state', hostPath: { path: '/' } }),
    'spec.volumes[0]: the local runner knows the volumes "state" (a claim) and "tmp" (an emptyDir)',
  ],
  [
    'another retry expression',
    (t) => (t.spec.templates[1].retryStrategy.expression = 'true'),
    'spec.templates[1].retryStrategy.expression: the local runner knows one expression',
  ],
  [
    'two tasks of one name',
    (t) => (t.spec.templates[0].dag.tasks[1].name = 'transfer'),
    'spec.templates[0].dag.tasks[1].name: "transfer" is there twice',
  ],
  [
    'a duration that is none',
    (t) => (t.spec.templates[1].retryStrategy.backoff.duration = 'soon'),
    'spec.templates[1].retryStrategy.backoff.duration: expected a duration such as 5s or 2m, got "soon"',
  ],
];

test.each(contradictions)('refuses %s', (_, change, problem) => {
  expect(problemsAfter(change)).toContain(`${where}: ${problem}`);
});

test('accepts depends as names joined by &&', () => {
  const change: Change = (template) => {
    delete template.spec.templates[0].dag.tasks[2].dependencies;
    template.spec.templates[0].dag.tasks[2].depends = 'transfer && validate';
  };
  expect(problemsAfter(change)).toBe('none');
});

test.each(['a: [', 'a: 1\na: 2', '- &x [*x]', 'just text', ''])('refuses %j in one line', (yaml) => {
  expect(() => readTemplate(yaml, where)).toThrow(where);
  try {
    readTemplate(yaml, where);
  } catch (error) {
    expect((error as Error).message).not.toContain('\n');
  }
});
