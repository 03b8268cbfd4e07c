// Removes Spark applications whose workflow is over: what a lost node left behind.
import { workflows } from '../apps/contract/names.ts';
import { defineWorkflow, step } from './define-workflow.ts';
import { text } from './expressions.ts';
import { programs } from './programs.ts';

export const createSweep = (namespace: string) =>
  defineWorkflow({
    name: workflows.sweep,
    description: 'Removes Spark applications whose workflow is over.',
    parameters: {},
    deadlineHours: 1,
    mutex: () => text`sweep`,
    tasks: () => [step('sweep', programs.sweep, { args: { namespace: text`${namespace}` }, deadlineMinutes: 10 })],
  });
