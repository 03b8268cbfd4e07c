// What the local runner adds to a step: twenty steps one after the other, beside the same programs started by a loop.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toWorkflowTemplate } from '../workflows/argo.ts';
import { defineWorkflow, type Step, step } from '../workflows/define-workflow.ts';
import { runWorkflow } from '../workflows/local/run-workflow.ts';
import { localEnvironment } from '../workflows/local-environment.ts';
import type { Program } from '../workflows/programs.ts';
import { work } from './big-month.ts';

const count = 20;
const repository = join(work, 'runner');
const program = join(repository, 'apps', 'noop', 'main.ts');
const noop = { app: 'noop', command: ['node', 'main.js'], flags: {}, outputs: {} } as const satisfies Program;

rmSync(repository, { recursive: true, force: true });
for (const folder of ['apps/noop', 'dist/local/workflows']) mkdirSync(join(repository, folder), { recursive: true });
writeFileSync(join(repository, 'apps', 'noop', 'package.json'), '{"type":"module"}');
writeFileSync(program, "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[3], '{}');\n");
const workflow = defineWorkflow({
  name: 'chain',
  description: '',
  parameters: {},
  deadlineHours: 1,
  tasks: () => {
    const steps: Step[] = [];
    for (let at = 0; at < count; at++)
      steps.push(step(`step-${at}`, noop, { args: {}, deadlineMinutes: 1, after: steps.slice(-1) }));
    return steps;
  },
});
const yaml = JSON.stringify(toWorkflowTemplate(workflow, localEnvironment));
writeFileSync(join(repository, 'dist', 'local', 'workflows', 'chain.yaml'), yaml);

// The runner gives its steps a compile cache; so does the loop.
const env = { ...process.env, NODE_COMPILE_CACHE: join(repository, 'node-compile-cache') };

const time = async (work: () => unknown) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const silent = { onBegin: () => {}, onStep: () => {}, onNotice: () => {}, onEnd: async () => {} };
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const [ours, peer]: [number[], number[]] = [[], []];
for (let round = 0; round < 5; round++) {
  ours.push(
    await time(() =>
      runWorkflow({ template: 'chain', parameters: {}, state: join(repository, '.taxiway'), repository, progress: silent }),
    ),
  );
  peer.push(
    await time(() => {
      for (let at = 0; at < count; at++)
        spawnSync(process.execPath, [program, '--result', join(repository, 'result.json')], { env });
    }),
  );
}
const dryRun = await time(() =>
  spawnSync(process.execPath, [
    join(import.meta.dirname, '..', 'workflows', 'local.ts'),
    ...['backfill', '-p', 'category=green', '-p', 'from=2023-01', '-p', 'to=2023-12', '--dry-run'],
  ]),
);
console.log(
  `${count} steps: ${Math.round(median(ours))} ms by the runner, ${Math.round(median(peer))} ms by a loop: ${Math.round((median(ours) - median(peer)) / count)} ms a step; --dry-run ${Math.round(dryRun)} ms`,
);
