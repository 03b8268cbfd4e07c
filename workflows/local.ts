// Runs a rendered workflow here: `node workflows/local.ts batch -p category=yellow …`, or `--resume <run>`.
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { exitCode, UsageError, UserError } from '../apps/platform/errors.ts';
import { oneLine } from '../apps/platform/one-line.ts';
import { toSystemError } from '../apps/platform/system-errors.ts';
import { toDryRun } from './local/dry-run.ts';
import { findDryRunProblems } from './local/dry-run-problems.ts';
import { checkSubmission } from './local/open-run.ts';
import { runWorkflow } from './local/run-workflow.ts';
import { quoteWord, toScreen } from './local/screen.ts';
import { toExitCode } from './local/summary.ts';
import { createLocalEnvironment, type Places } from './local-environment.ts';
import { toWorkflowFiles } from './render-workflows.ts';

const command = new Command('workflow')
  .description('Runs a workflow of dist/local/workflows on this machine.')
  .argument('[workflow]', 'its name, such as batch')
  .option('-p, --parameter <name=value>', 'a parameter of the workflow; once for each', collectParameter, {})
  .option('--dry-run', 'check everything and say what would run')
  .option('--resume <run>', 'go on with a run that failed or was stopped')
  .option('--buckets <uri>', 'a folder of a bucket for source/, staging/, docs/ and models/: s3://bucket/taxiway/')
  .option('--tracking <url>', "MLflow's server, in place of the state folder's mlflow/")
  .option('--state <folder>', 'where buckets, warehouse and runs are', '.taxiway')
  .exitOverride()
  .showHelpAfterError('(--help lists the options)');

function collectParameter(pair: string, before: Record<string, string>): Record<string, string> {
  const equals = pair.indexOf('=');
  if (equals < 1) throw new UsageError(`-p ${JSON.stringify(pair.slice(0, 80))}: expected name=value`);
  const name = pair.slice(0, equals);
  if (Object.hasOwn(before, name)) throw new UsageError(`-p ${name}: given twice`);
  return { ...before, [name]: pair.slice(equals + 1) };
}

interface Options extends Places {
  readonly state: string;
  readonly resume?: string;
  readonly parameter: Record<string, string>;
  readonly dryRun?: true;
}

async function main(): Promise<number> {
  command.parse();
  const { state, resume, parameter, dryRun, buckets, tracking } = command.opts<Options>();
  const [template] = command.args;
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  if ((template === undefined) === (resume === undefined))
    throw new UsageError('expected the name of a workflow, or --resume <run>');
  if (resume !== undefined && Object.keys(parameter).length > 0)
    throw new UsageError('a resumed run keeps its parameters: leave -p away');
  for (const [flag, value] of Object.entries({ buckets, tracking }))
    if (resume !== undefined && value !== undefined) throw new UsageError(`a resumed run keeps its places: leave --${flag} away`);
  const hasPlaces = buckets !== undefined || tracking !== undefined;
  const files = hasPlaces ? toWorkflowFiles(createLocalEnvironment({ buckets, tracking })) : undefined;
  if (dryRun) {
    if (resume !== undefined) throw new UsageError('--dry-run is for a new run: leave --resume away');
    const repository = join(import.meta.dirname, '..');
    const { root, templates, parameters } = await checkSubmission({
      template: template as string,
      parameters: parameter,
      repository,
      files,
    });
    const problems = findDryRunProblems(root, templates, parameters);
    if (problems.length > 0) throw new UsageError(`workflow ${template}: ${problems.join('; ')}`);
    console.log(toDryRun(root, templates, parameters));
    return exitCode.done;
  }
  const place = { state, signal: controller.signal };
  const summary = await runWorkflow(
    resume === undefined ? { ...place, template: template as string, parameters: parameter, files } : { ...place, resume },
  );
  const again = `npm run workflow -- --state ${quoteWord(resolve(state))} --resume ${summary.run}`;
  console.log(`\n${toScreen(summary, state, again)}`);
  return toExitCode(summary);
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = error instanceof UserError ? error : toSystemError(error);
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  else if (known === undefined) throw error;
  else {
    console.error(`workflow: ${oneLine(known.message)}`);
    process.exitCode = known.exitCode;
  }
}
