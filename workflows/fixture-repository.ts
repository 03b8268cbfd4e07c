// For tests: a small repository in a temporary folder, whose apps are real programs and whose workflow is rendered like ours.
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { toWorkflowTemplate } from './argo.ts';
import { defineWorkflow, type Step } from './define-workflow.ts';
import type { Text } from './expressions.ts';
import { localEnvironment } from './local-environment.ts';
import { createPlainProgress } from './progress.ts';
import { replaceFolder } from './render-workflows.ts';
import { runWorkflow } from './run-workflow.ts';

/**
 * The app `probe`: writes what it was given to `<state>/calls/<name>.json`, waits `--wait` ms (or
 * what stands in `<state>/<name>.wait`), and exits with the code
 * that stands in `<state>/codes/<name>` (one a line, a line an attempt; 0 after the last).
 */
const probe = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const flags = {};
for (let i = 2; i < process.argv.length; i += 2) flags[process.argv[i].slice(2)] = process.argv[i + 1];
const { name, state, result } = flags;
const record = (line) => appendFileSync(state + '/calls.jsonl', JSON.stringify({ name, time: Date.now(), ...line }) + '\\n');
record({ event: 'start', pid: process.pid, argv: process.argv.slice(2), cwd: process.cwd(), tmp: process.env.TMPDIR });
if (flags.ignore === 'sigterm') process.on('SIGTERM', () => console.log('SIGTERM is ignored'));
const wait = existsSync(state + '/' + name + '.wait') ? readFileSync(state + '/' + name + '.wait', 'utf8') : flags.wait;
await new Promise((resolve) => setTimeout(resolve, Number(wait ?? 0)));
const codes = existsSync(state + '/' + name + '.codes') ? readFileSync(state + '/' + name + '.codes', 'utf8').split('\\n').filter(Boolean) : [];
const code = Number(codes.shift() ?? 0);
writeFileSync(state + '/' + name + '.codes', codes.join('\\n'));
if (flags.result) writeFileSync(result, flags.answer ?? JSON.stringify({ name }));
record({ event: 'end' });
console.log('working on it');
if (code !== 0) console.error(name + ': the answer is ' + code);
process.exitCode = code;
`;

export interface Call {
  readonly name: string;
  readonly time: number;
  readonly event: 'start' | 'end';
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly tmp: string;
}

export interface Fixture {
  readonly repository: string;
  readonly state: string;
  readonly lines: string[];
  /** Exit codes of a step's next attempts. */
  readonly setCodes: (step: string, ...codes: number[]) => Promise<void>;
  /** Milliseconds that a step waits from now on. */
  readonly setWait: (step: string, milliseconds: number) => Promise<void>;
  readonly readCalls: () => Promise<Call[]>;
  /** Starts (or resumes) the workflow `fixture` with progress in `lines`. */
  readonly run: (
    request: { parameters?: Record<string, string> } | { resume: string },
    signal?: AbortSignal,
  ) => ReturnType<typeof runWorkflow>;
  readonly yamlPath: string;
}

/** Makes the repository; `steps` gets references to the parameters `category` and `text`. */
export async function createFixture(steps: (parameters: { category: Text; text: Text }) => readonly Step[]): Promise<Fixture> {
  // The space and the percent sign are there to break what does not quote.
  const repository = await realpath(await mkdtemp(join(tmpdir(), 'taxiway 50%-')));
  onTestFinished(() => rm(repository, { recursive: true, force: true }));
  const state = join(repository, '.taxiway');
  const workflow = defineWorkflow({
    name: 'fixture',
    description: 'A workflow for tests.',
    parameters: {
      category: { description: 'One of two.', enum: ['yellow', 'green'], default: 'yellow' },
      text: { description: 'Anything.', default: '' },
    },
    steps,
  });
  const environment = { ...localEnvironment, retry: { limit: 2, firstDelaySeconds: 0.05, factor: 2, maxMinutes: 1 } };
  const folder = join(repository, 'dist', 'local', 'workflows');
  await replaceFolder(folder, new Map([['fixture.yaml', JSON.stringify(toWorkflowTemplate(workflow, environment))]]));
  await mkdir(join(repository, 'apps', 'probe'), { recursive: true });
  await writeFile(join(repository, 'apps', 'probe', 'package.json'), '{"type":"module"}');
  await writeFile(join(repository, 'apps', 'probe', 'main.ts'), `// @ts-nocheck\n${probe}`);
  await mkdir(state);
  const lines: string[] = [];
  const progress = createPlainProgress((line) => lines.push(line));
  return {
    repository,
    state,
    lines,
    yamlPath: join(folder, 'fixture.yaml'),
    setCodes: (name, ...codes) => writeFile(join(state, `${name}.codes`), codes.join('\n')),
    setWait: (name, milliseconds) => writeFile(join(state, `${name}.wait`), String(milliseconds)),
    readCalls: async () => {
      const text = await readFile(join(state, 'calls.jsonl'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    run: (request, signal) => {
      const place = { state, repository, progress, ...(signal ? { signal } : {}) };
      return runWorkflow(
        'resume' in request
          ? { ...place, resume: request.resume }
          : { ...place, template: 'fixture', parameters: request.parameters ?? {} },
      );
    },
  };
}
