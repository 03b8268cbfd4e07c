// `npm test`, `npm run check`, `npm run test:lambda` and `npm run test:cluster`: every gate of the repository, one line each, and a count at the end.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureImagePython, ensurePythonEnvironment } from '../workflows/python-env.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Gate {
  readonly name: string;
  readonly run: () => Promise<Count>;
}

const folder = await mkdtemp(join(tmpdir(), 'taxiway-test-'));
// Tests start thousands of programs of the same sources: each is compiled once.
process.env.NODE_COMPILE_CACHE = join(folder, 'node-compile-cache');
// Their Sparks live for seconds: Java's quick compiler alone takes a third less.
process.env.SPARK_SUBMIT_OPTS = '-XX:TieredStopAtLevel=1';
const checks: Gate[] = [
  { name: 'types', run: () => command(bin('tsc'), ['--noEmit']) },
  { name: 'lint', run: () => command(bin('biome'), ['check', '--error-on-warnings', '.']) },
  {
    name: 'layers',
    run: () =>
      command(bin('depcruise'), [
        '--output-type',
        'err',
        'apps',
        'lambda',
        'workflows',
        'start',
        'charts',
        'imports',
        'tests',
        'benchmarks',
      ]),
  },
  { name: 'unit tests', run: () => vitest('unit') },
];
const lambda: Gate[] = [{ name: 'lambda', run: () => vitest('system', 'tests/system/lambda-integration.test.ts') }];
/** All of tests/cluster, or the files that are named: `npm run test:cluster -- solo images`. */
const clusterFiles = process.argv.slice(3).map((name) => `tests/cluster/${name}.test.ts`);
const cluster: Gate[] = [{ name: 'tests on a Kubernetes node', run: () => vitest('cluster', ...clusterFiles) }];
const more: Gate[] = [
  {
    name: 'Python tests',
    // Each uses one processor.
    run: async () => {
      const running = [
        unittest('ml', ensureImagePython),
        unittest('dbt', ensureImagePython),
        unittest('spark', ensurePythonEnvironment),
      ];
      return add(await Promise.all(running));
    },
  },
  { name: 'system tests', run: () => vitest('system') },
];

const counts: Count[] = [];
try {
  for (const gate of toGates(process.argv[2])) {
    const started = Date.now();
    const count = await gate.run();
    counts.push(count);
    console.log(`${count.failed === 0 ? '✔' : '✖'} ${gate.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const total = add(counts);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1;

function toGates(part: string | undefined): Gate[] {
  if (part === 'check') return checks;
  if (part === 'cluster') return cluster;
  return part === 'lambda' ? lambda : [...checks, ...more];
}

function add(counts: readonly Count[]): Count {
  const sum = (key: keyof Count) => counts.reduce((all, one) => all + one[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** A command counts as one test: it passes with exit code 0, and prints only where it fails. */
async function command(file: string, args: string[]): Promise<Count> {
  const { code, output } = await execute(file, args);
  if (code !== 0) process.stdout.write(output);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function vitest(project: string, ...files: readonly string[]): Promise<Count> {
  const report = join(folder, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await execute(bin('vitest'), ['run', '--project', project, ...reporters, ...files], 'inherit');
  const counts = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as {
    numPassedTests?: number;
    numFailedTests?: number;
    numPendingTests?: number;
  };
  const failed = counts.numFailedTests ?? 0;
  // A file that can't be loaded fails without a failed test.
  return {
    passed: counts.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: counts.numPendingTests ?? 0,
  };
}

async function unittest(app: string, ensurePython: typeof ensureImagePython): Promise<Count> {
  const python = await ensurePython(app, { onNotice: (notice) => console.log(notice) });
  const { code, output } = await execute(python, ['-m', 'unittest', 'discover', '-s', join(root, 'apps', app)]);
  if (code !== 0) process.stdout.write(output);
  const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0);
  const skipped = Number(/skipped=(\d+)/.exec(output)?.[1] ?? 0);
  const failed =
    code === 0 ? 0 : Number(/failures=(\d+)/.exec(output)?.[1] ?? 0) + Number(/errors=(\d+)/.exec(output)?.[1] ?? 0) || 1;
  return { passed: Math.max(0, ran - failed - skipped), failed: failed || (ran === 0 ? 1 : 0), skipped };
}

function execute(file: string, args: string[], stdio: 'pipe' | 'inherit' = 'pipe'): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', stdio, stdio] });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}
