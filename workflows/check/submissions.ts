// Checks what is submitted by others than people: what the lambda hands over, and what CronWorkflows start.
import { z } from 'zod';
import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { formatPath } from '../read-templates.ts';
import type { Templates } from '../template-schema.ts';
import { findSubmissionProblems as findArgumentProblems, type Given } from './parameters.ts';

export interface SubmittedWorkflow {
  readonly workflow: string;
  readonly arguments: Given;
}

/** What is wrong with a submission: the workflow, or its parameters. An undefined value is known when it is submitted. */
export function findSubmissionProblems(templates: Templates, { workflow, arguments: given }: SubmittedWorkflow): string[] {
  const template = templates.get(workflow);
  return template === undefined
    ? [`no workflow "${workflow}"${didYouMean(workflow, [...templates.keys()])}`]
    : findArgumentProblems(template, given).map((problem) => `workflow ${workflow}: ${problem}`);
}

const argument = z.object({ name: z.string(), value: z.string() });
const cronWorkflow = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    schedules: z.array(z.string().regex(/^(\S+ ){4}\S+$/, 'expected five fields: minute, hour, day, month, weekday')).min(1),
    workflowSpec: z.strictObject({
      workflowTemplateRef: z.strictObject({ name: z.string() }),
      arguments: z.strictObject({ parameters: z.array(argument) }).optional(),
    }),
  }),
});

/** Of a CronWorkflow as plain data: what it starts must be there, and everything must be given that has no default. */
export function findCronProblems(templates: Templates, data: unknown): string[] {
  const read = cronWorkflow.safeParse(data);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${formatPath(path)}: ${message}`);
  const { workflowTemplateRef, arguments: given } = read.data.spec.workflowSpec;
  const parameters = given?.parameters ?? [];
  const path = 'spec.workflowSpec';
  if (!templates.has(workflowTemplateRef.name))
    return findSubmissionProblems(templates, { workflow: workflowTemplateRef.name, arguments: {} }).map(
      (problem) => `${path}.workflowTemplateRef.name: ${problem}`,
    );
  const submission = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  return findSubmissionProblems(templates, { workflow: workflowTemplateRef.name, arguments: submission }).map(
    (problem) => `${path}.arguments: ${problem}`,
  );
}
