// A workflow's exit handler: says how the run ended, and tells Alertmanager, which tells people.
import { z } from 'zod';
import { runProgram } from '../platform/program.ts';
import { postAlert } from './post-alert.ts';
import { toEnd } from './run-end.ts';

await runProgram({
  name: 'finish',
  description: 'Says how a workflow ended; where it failed, raises an alert, and ends it once a run has succeeded.',
  options: {
    workflow: z.string().min(1).describe("the workflow template's name"),
    run: z.string().min(1).describe("the run's name"),
    status: z.string().min(1).describe('Succeeded, Failed or Error'),
    failures: z
      .string()
      .default('[]')
      .describe('the steps that failed, as the JSON list that Argo makes; its end may be missing'),
    failureCount: z.coerce.number().int().min(0).optional().describe('how many steps failed'),
    category: z.string().optional().describe('the data set'),
    alerts: z.url().optional().describe("Alertmanager's address; nobody is told where there is none"),
    link: z.url().optional().describe('where to look at the run'),
  },
  run: async ({ alerts, ...options }) => {
    const end = toEnd(options);
    console.error(end.line);
    const told = alerts === undefined ? false : await postAlert(alerts, end, new Date());
    return { status: options.status, failed: end.failed, ...(end.more > 0 && { more: end.more }), told };
  },
});
