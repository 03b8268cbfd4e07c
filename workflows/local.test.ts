import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

function runCli(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'taxiway-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'local.ts'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  return { status, stdout, stderr, wrote: existsSync(join(folder, '.taxiway', 'runs')) };
}

const all = 'backfill, batch, freshness, full-refresh, lambda-integration-test';
const refused: [string, string[], string][] = [
  ['no workflow', [], 'workflow: expected the name of a workflow, or --resume <run>\n'],
  ['both', ['batch', '--resume', 'x'], 'workflow: expected the name of a workflow, or --resume <run>\n'],
  ['an unknown workflow', ['btach'], `workflow: workflow "btach": no such workflow (did you mean "batch"?); there are ${all}\n`],
  ['a path as workflow', ['../../x'], `workflow: workflow "../../x": no such workflow; there are ${all}\n`],
  ['a parameter without a value', ['batch', '-p', 'category'], 'workflow: -p "category": expected name=value\n'],
  ['a parameter given twice', ['batch', '-p', 'uri=a', '-p', 'uri=b'], 'workflow: -p uri: given twice\n'],
  ['parameters on resuming', ['--resume', 'x', '-p', 'uri=a'], 'workflow: a resumed run keeps its parameters: leave -p away\n'],
  [
    'buckets on resuming',
    ['--resume', 'x', '--buckets', 's3://b'],
    'workflow: a resumed run keeps its places: leave --buckets away\n',
  ],
  [
    'MLflow on resuming',
    ['--resume', 'x', '--tracking', 'http://m'],
    'workflow: a resumed run keeps its places: leave --tracking away\n',
  ],
  [
    'a folder of this machine as buckets',
    ['batch', '--buckets', '.taxiway'],
    'workflow: --buckets ".taxiway": expected a folder of a bucket, such as s3://bucket/taxiway/ or gs://bucket/\n',
  ],
];

test.each(refused)('refuses %s with exit code 2, one line, and nothing written', (_, args, message) => {
  expect(runCli(...args)).toEqual({ status: 2, stdout: '', stderr: message, wrote: false });
});

test.each(['/proc/none', '/dev/null', '/dev/null/below'])('a state folder that can not be made is one line: %s', (state) => {
  const { status, stdout, stderr } = runCli(
    'full-refresh',
    '-p',
    'category=green',
    '-p',
    'source=file:///none',
    '-p',
    'prefixes=green',
    '--state',
    state,
  );
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^workflow: \/(proc|dev)\/\S*: .+; check the path and its permissions\n$/);
});

test.each([
  ['s3://team/taxiway', 's3://team/taxiway/'],
  ['gs://team', 'gs://team/'],
])('--buckets %s and --tracking are where steps read and write; the warehouse stays here', (buckets, root) => {
  const filename = 'green_tripdata_2024-01.parquet';
  const parameters = ['category=green', `uri=${root}source/${filename}`, `filename=${filename}`, 'run_date=2024-01-01'];
  const { status, stdout, stderr } = runCli(
    'batch',
    '--dry-run',
    '--buckets',
    buckets,
    '--tracking',
    'https://mlflow.example.com',
    ...parameters.flatMap((one) => ['-p', one]),
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`--destination ${root}staging/green/ `);
  expect(stdout).toContain(`--report ${root}docs/validation/green/ `);
  expect(stdout).toContain(`--tracking https://mlflow.example.com --models ${root}models/ `);
  expect(stdout).toContain('--warehouse /taxiway/warehouse.duckdb ');
  expect(stdout).not.toContain('file:///taxiway/buckets');
});

test('an unknown run is named', () => {
  const { status, stderr } = runCli('--resume', 'batch-green-1');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^workflow: run "batch-green-1": no such run in .*; there are none yet\n$/);
});

test('--help says what there is', () => {
  const { status, stdout } = runCli('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--resume <run>');
});
