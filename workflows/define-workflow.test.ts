import { expect, test } from 'vitest';
import { green } from '../apps/contract/green.ts';
import { yellow } from '../apps/contract/yellow.ts';
import { toWorkflowTemplate } from './argo.ts';
import { callForEach, defineWorkflow, type Step, step, type Task } from './define-workflow.ts';
import { differs, equals, itemField, parameter, parseExpressions, runStatus, text, uri } from './expressions.ts';
import { localEnvironment } from './local-environment.ts';
import type { Program } from './programs.ts';
import { modelOnly } from './shared-steps.ts';

const probe = {
  app: 'probe',
  command: ['node', 'main.js'],
  flags: { from: 'uri', month: 'month?', name: 'text?', dryRun: 'switch' },
  outputs: { rows: 'number', good: 'boolean', list: { each: { place: 'uri' } } },
} as const satisfies Program;
const args = { from: uri`file:///x` };
const props = { args, deadlineMinutes: 1 };
const base = { name: 'w', description: '', parameters: { a: { kind: 'uri', description: '' } }, deadlineHours: 1 } as const;
const build = (tasks: readonly Task[], onExit: readonly Step[] = []) =>
  defineWorkflow({ ...base, tasks: () => tasks, onExit: () => onExit });

test('what does not exist or does not fit does not compile', () => {
  const inner = defineWorkflow({ ...base, tasks: () => [] });
  defineWorkflow({
    ...base,
    parameters: { category: { kind: 'category', description: '' }, month: { kind: 'month', description: '' } },
    tasks: (parameters) => {
      const made = step('made', probe, props);
      // @ts-expect-error: a misspelt parameter
      void parameters.categry;
      // @ts-expect-error: a bare string, such as a raw expression, is no argument
      void step('x', probe, { ...props, args: { from: '{{workflow.name}}' } });
      // @ts-expect-error: a flag that must be given is missing
      void step('x', probe, { ...props, args: {} });
      // @ts-expect-error: a flag that the program does not have
      void step('x', probe, { ...props, args: { ...args, form: uri`a` } });
      // @ts-expect-error: an output of another type
      void step('x', probe, { ...props, args: { ...args, month: made.outputs.rows } });
      // @ts-expect-error: a parameter of another type
      void step('x', probe, { ...props, args: { from: parameters.month } });
      // @ts-expect-error: an output that the program does not have
      void made.outputs.row;
      // @ts-expect-error: a list is no value
      void step('x', probe, { ...props, args: { ...args, name: made.outputs.list } });
      // @ts-expect-error: only what is true or false is a condition
      void equals(made.outputs.rows, 'true');
      // @ts-expect-error: and it is compared with one of the two
      void equals(made.outputs.good, 'yes');
      // @ts-expect-error: dependencies are steps, not names
      void step('x', probe, { ...props, after: ['transfer'] });
      // @ts-expect-error: a value has no elements
      void callForEach('x', inner, { each: made.outputs.rows, args: () => ({ a: uri`a` }) });
      // @ts-expect-error: a parameter of the called workflow is missing
      void callForEach('x', inner, { each: made.outputs.list, args: () => ({}) });
      // @ts-expect-error: an element has no such field
      void callForEach('x', inner, { each: made.outputs.list, args: (item) => ({ a: item.plaec }) });
      // A flag of kind text takes any value.
      void step('x', probe, { ...props, args: { ...args, name: made.outputs.rows, month: parameters.month } });
      void callForEach('x', inner, { each: made.outputs.list, args: (item) => ({ a: item.place }) });
      return [];
    },
  });
});

test('raw expressions are refused', () => {
  expect(() => text`x/{{workflow.name}}`).toThrow('"x/{{workflow.name}}": raw expressions are refused');
  expect(() => uri`x/${'{{=1}}'}`).toThrow('raw expressions are refused');
  const described = { ...base, parameters: { a: { kind: 'text', description: '{{x}}' } }, tasks: () => [] } as const;
  expect(() => defineWorkflow(described)).toThrow('raw expressions are refused');
});

test('a workflow that contradicts itself is refused with every problem', () => {
  const late = step('late', probe, props);
  const early = step('early', probe, { ...props, args: { ...args, name: late.outputs.rows }, after: [late] });
  const stray = step('stray', probe, { ...props, args: { ...args, name: itemField('place', 'uri') } });
  const curious = step('curious', probe, { ...props, args: { ...args, name: runStatus } });
  expect(() =>
    build([early, late, late, stray, curious, step('Bad name', probe, { ...props, args: { from: parameter('b', 'uri') } })]),
  ).toThrow(
    'workflows: w.early: comes after "late", which is not an earlier step; w.late: two steps have this name; w.stray: {"kind":"item","field":"place"} is not known here; w.curious: {"kind":"run","field":"status"} is not known here; w.Bad name: "b" is not a parameter of this workflow; w.Bad name: a step\'s name is kebab-case, and neither "main" nor "exit"',
  );
  expect(build([late], [step('told', probe, { ...props, args: { ...args, name: runStatus } })]).onExit).toHaveLength(1);
});

test("an output that is an argument becomes a dependency and passes through the step's inputs", () => {
  const first = step('first', probe, props);
  const second = step('second', probe, {
    ...props,
    args: { ...args, name: text`x-${first.outputs.rows}`, dryRun: true },
    when: equals(first.outputs.good, 'true'),
    mutex: text`m-${first.outputs.rows}`,
  });
  const { templates } = toWorkflowTemplate(build([first, second]), localEnvironment).spec;
  expect(templates[0]).toMatchObject({
    inputs: { parameters: [{ name: 'a' }] },
    dag: {
      tasks: [
        { name: 'first' },
        {
          name: 'second',
          depends: 'first.Succeeded',
          when: '{{tasks.first.outputs.parameters.good}} == true',
          arguments: { parameters: [{ name: 'first-rows', value: '{{tasks.first.outputs.parameters.rows}}' }] },
        },
      ],
    },
  });
  expect(templates[2]).toMatchObject({
    inputs: { parameters: [{ name: 'first-rows' }] },
    synchronization: { mutexes: [{ name: 'm-{{inputs.parameters.first-rows}}' }] },
    container: {
      args: [
        '--from',
        'file:///x',
        '--name',
        'x-{{inputs.parameters.first-rows}}',
        '--dry-run',
        '--result',
        '/tmp/result.json',
        '--outputs',
        '/tmp/outputs',
      ],
    },
  });
});

test('a list becomes one task over its elements, which runs the other workflow', () => {
  const first = step('first', probe, props);
  const inner = defineWorkflow({
    ...base,
    name: 'inner',
    tasks: ({ a }) => [step('one', probe, { ...props, args: { from: a } })],
  });
  const each = callForEach('each', inner, { each: first.outputs.list, args: ({ place }) => ({ a: place }) });
  const { templates } = toWorkflowTemplate(build([first, each]), localEnvironment).spec;
  expect(templates[0]).toMatchObject({
    dag: {
      tasks: [
        {},
        {
          name: 'each',
          templateRef: { name: 'inner', template: 'main' },
          depends: 'first.Succeeded',
          withParam: '{{tasks.first.outputs.parameters.list}}',
          arguments: { parameters: [{ name: 'a', value: '{{item.place}}' }] },
        },
      ],
    },
  });
});

test('expressions are found where they stand', () => {
  expect(parseExpressions('a{{ b }}{{c}}d}}{{')).toEqual([{ literal: 'a' }, { name: 'b' }, { name: 'c' }, { literal: 'd}}{{' }]);
  expect(parseExpressions('')).toEqual([]);
});

test('a task may have several conditions, or an empty list of them', () => {
  const category = parameter('category', 'category');
  const some = step('some', probe, {
    ...props,
    when: [equals(parameter('go', 'boolean'), 'true'), differs(category, 'weather')],
  });
  const none = step('none', probe, { ...props, when: [] });
  const [main] = toWorkflowTemplate(build([some, none]), localEnvironment).spec.templates as { dag: { tasks: object[] } }[];
  expect(main?.dag.tasks).toMatchObject([
    { when: '{{inputs.parameters.go}} == true && {{inputs.parameters.category}} != weather' },
    {},
  ]);
  expect(main?.dag.tasks[1]).not.toHaveProperty('when');
});

test('training is left out for the data sets without a model', () => {
  const { features: _, model: __, ...bare } = green;
  const category = parameter('category', 'category');
  expect(modelOnly(category, [green, yellow])).toEqual([]);
  expect(modelOnly(category, [green, { ...bare, category: 'weather' }])).toEqual([differs(category, 'weather')]);
});
