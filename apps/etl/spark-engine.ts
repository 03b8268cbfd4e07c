// Runs a plan on Spark on this machine: apps/spark/runner.py fills Parquet folders, which then go into the warehouse in one transaction.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../plan/plan-schema.ts';
import { UsageError, UserError } from '../platform/errors.ts';
import { fileSize, readJsonIfAny } from '../platform/files.ts';
import type { FileResult } from './conservation.ts';
import { loadParquet } from './load-parquet.ts';
import { type EtlResult, toEtlResult } from './result.ts';

const runner = join(import.meta.dirname, '..', 'spark', 'runner.py');
const python = join(import.meta.dirname, '..', '..', '.venv', 'spark', 'bin', 'python');

const submitFlags = [
  `--master local[${Math.min(availableParallelism(), 8)}]`,
  '--driver-memory 2g',
  '--conf spark.ui.enabled=false',
  '--conf spark.ui.showConsoleProgress=false',
  '--conf spark.driver.host=127.0.0.1',
  '--conf spark.driver.bindAddress=127.0.0.1',
  '--conf spark.sql.shuffle.partitions=8',
  // A run is short: what is compiled to the best code must be used often to be worth it. Ten times Java's own thresholds.
  `--conf "spark.driver.extraJavaOptions=-XX:+UseParallelGC ${[
    '-XX:Tier3InvocationThreshold=800',
    '-XX:Tier3MinInvocationThreshold=400',
    '-XX:Tier3CompileThreshold=8000',
    '-XX:Tier4InvocationThreshold=50000',
    '-XX:Tier4MinInvocationThreshold=6000',
    '-XX:Tier4CompileThreshold=150000',
    '-XX:Tier4BackEdgeThreshold=400000',
  ].join(' ')}"`,
  'pyspark-shell',
].join(' ');

/** Spark as one process on this machine; its own defaults are for a cluster. */
export const sparkEnvironment = {
  PYSPARK_SUBMIT_ARGS: submitFlags,
  SPARK_LOCAL_IP: '127.0.0.1',
  PYTHONDONTWRITEBYTECODE: '1',
} as const;

/** The folder of the Parquet tables that belong to a warehouse: a URI, `…/warehouse.duckdb` → `…/warehouse.parquet`. */
export const lakeOf = (warehouse: string): string => `${warehouse.replace(/\.duckdb$/, '')}.parquet`;

/** Runs the plan that lies at `planUri`, then loads its tables. Throws what the runner says, with its exit code. */
export async function runOnSpark(plan: Plan, planUri: string, warehouse: string): Promise<EtlResult> {
  if ((await fileSize(runner)) === undefined || (await fileSize(python)) === undefined)
    throw new UsageError(
      `--engine spark: ${python} is not there; npm start makes it, in a cluster the workflow runs Spark itself`,
    );
  const resultFile = join(tmpdir(), `taxiway-spark-${randomUUID()}.json`);
  try {
    const { code, lines } = await runRunner(['--plan', planUri, '--result', resultFile, '--end-with-input']);
    const result = (await readJsonIfAny(resultFile)) as RunnerResult | undefined;
    const last = lines.at(-1)?.replace(/^spark: /, '') ?? 'the runner ended without a word';
    if (code === 1 || code === 2 || code === 75) throw new UserError(code, last, result);
    if (code !== 0 || result === undefined) throw new Error(`the runner ended with ${code}: ${last}`);
    await loadParquet(plan, warehouse);
    return toEtlResult(plan.mode, result.files, result.rows.monthly);
  } finally {
    await rm(resultFile, { force: true });
  }
}

interface RunnerResult {
  readonly files: readonly FileResult[];
  readonly rows: { readonly monthly: number };
}

/** Runs the runner with this process's standard error, and ends it with this process, however that ends. */
function runRunner(flags: readonly string[]): Promise<{ code: number | string; lines: string[] }> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(python, [runner, ...flags], {
      // Nothing is written to its input: its end tells the runner that this process is gone.
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, ...sparkEnvironment },
    });
    const stop = () => child.kill('SIGTERM');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      text = `${text}${chunk.toString()}`.slice(-20_000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
      resolve({ code: code ?? signal ?? 'nothing', lines: text.split('\n').filter((line) => line.trim() !== '') });
    });
  });
}
