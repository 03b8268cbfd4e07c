import { expect, test } from 'vitest';
import { toWorkflowTemplate } from './argo.ts';
import { defineWorkflow, type Step, step } from './define-workflow.ts';
import { parseExpressions, resultOf, text } from './expressions.ts';
import { localEnvironment } from './local-environment.ts';

const props = { app: 'probe', command: ['node', 'main.js'], deadlineMinutes: 1 } as const;
const build = (steps: readonly Step[]) =>
  defineWorkflow({ name: 'w', description: '', parameters: { a: { description: '' } }, steps: () => steps });

test('what does not exist does not compile', () => {
  defineWorkflow({
    name: 'w',
    description: '',
    parameters: { category: { description: '' } },
    steps: (parameters) => {
      // @ts-expect-error: a misspelt parameter
      void parameters.categry;
      // @ts-expect-error: a bare string, such as a raw expression, is no argument
      void step('x', { ...props, args: { name: '{{workflow.name}}' } });
      // @ts-expect-error: dependencies are steps, not names
      void step('x', { ...props, args: {}, after: ['transfer'] });
      // @ts-expect-error: only node and python
      void step('x', { ...props, command: ['bash', 'x.sh'], args: {} });
      return [];
    },
  });
});

test('raw expressions are refused', () => {
  expect(() => text`x/{{workflow.name}}`).toThrow('"x/{{workflow.name}}": raw expressions are refused');
  expect(() => text`x/${'{{=1}}'}`).toThrow('raw expressions are refused');
  const described = { name: 'w', description: '', parameters: { a: { description: '{{x}}' } }, steps: () => [] };
  expect(() => defineWorkflow(described)).toThrow('raw expressions are refused');
});

test('a workflow that contradicts itself is refused with every problem', () => {
  const late = step('late', { ...props, args: {} });
  const early = step('early', { ...props, args: { from: late.result }, after: [late] });
  expect(() =>
    build([early, late, late, step('Bad name', { ...props, args: { x: { parts: [{ kind: 'parameter', name: 'b' }] } } })]),
  ).toThrow(
    'workflows: w.early: comes after "late", which is not an earlier step; w.late: two steps have this name; w.Bad name: "b" is not a parameter of this workflow; w.Bad name: a step\'s name is kebab-case, and not "main"',
  );
});

test("a result that is an argument becomes a dependency and passes through the step's inputs", () => {
  const first = step('first', { ...props, args: {} });
  const second = step('second', { ...props, args: { from: text`x-${first.result}`, dryRun: true } });
  const { templates } = toWorkflowTemplate(build([first, second]), localEnvironment).spec;
  expect(templates[0]).toMatchObject({
    dag: {
      tasks: [
        { name: 'first' },
        {
          name: 'second',
          dependencies: ['first'],
          arguments: { parameters: [{ name: 'first-result', value: '{{tasks.first.outputs.parameters.result}}' }] },
        },
      ],
    },
  });
  expect(templates[2]).toMatchObject({
    inputs: { parameters: [{ name: 'first-result' }] },
    container: { args: ['--from', 'x-{{inputs.parameters.first-result}}', '--dry-run', '--result', '/tmp/result.json'] },
  });
});

test('expressions are found where they stand', () => {
  expect(parseExpressions('a{{ b }}{{c}}d}}{{')).toEqual([{ literal: 'a' }, { name: 'b' }, { name: 'c' }, { literal: 'd}}{{' }]);
  expect(parseExpressions('')).toEqual([]);
  expect(resultOf('x').parts).toEqual([{ kind: 'result', step: 'x' }]);
});
