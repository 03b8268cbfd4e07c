// The reference's way on Spark, ours on Spark, ours on DuckDB: one month of 3 million rows, and 24 months of drifting schemas as one load.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { yellow } from '../apps/contract/yellow.ts';
import { toPlan } from '../apps/etl/plan.ts';
import { sparkEnvironment } from '../apps/etl/spark-engine.ts';
import type { Mode } from '../apps/plan/plan-schema.ts';
import { readSchemaGroups } from '../apps/plan/schema-groups.ts';
import { ensurePythonEnvironment } from '../workflows/python-env.ts';
import { apps, bigMonth, makeBigMonth, work } from './big-month.ts';
import { type Candidate, compare } from './measure.ts';

const asOf = '2025-03-01T00:00:00Z';
const runs = Number(process.env.RUNS ?? 3);
const python = await ensurePythonEnvironment('spark');
const tables = join(work, 'spark-tables');
const warehouse = join(work, 'etl.duckdb');
const plan = join(work, 'spark-plan.json');
const groupsFile = join(work, 'groups.json');
/** As it comes: what our engine sets is not the reference's. */
const plain = `--master local[${Math.min(availableParallelism(), 8)}] --driver-memory 2g --conf spark.driver.host=127.0.0.1 pyspark-shell`;
const withSpark = (submit: string) => ['env', `PYSPARK_SUBMIT_ARGS=${submit}`, 'SPARK_LOCAL_IP=127.0.0.1', python];
const prepare = () => {
  for (const path of [tables, warehouse, `${tables}-reference`]) rmSync(path, { recursive: true, force: true });
};

async function toCandidates(files: readonly string[], mode: Mode, input: readonly string[]): Promise<Candidate[]> {
  const groups = await readSchemaGroups(
    yellow,
    files.map((file) => pathToFileURL(file).href),
  );
  console.log(`${files.length} files in ${groups.groups.length} schema groups`);
  writeFileSync(groupsFile, JSON.stringify(groups));
  const destination = { format: 'parquet', folder: pathToFileURL(tables).href } as const;
  writeFileSync(plan, JSON.stringify(toPlan(yellow, { groups, engine: 'spark', mode, asOf, destination })));
  const etl = ['--category', 'yellow', '--mode', mode, ...input, '--as-of', asOf, '--warehouse', warehouse];
  const reference = join(import.meta.dirname, 'peers', 'etl_reference_spark.py');
  const runner = join(apps, 'spark', 'runner.py');
  return [
    { name: "the reference's way", command: [...withSpark(plain), reference, `${tables}-reference`, ...files], prepare },
    {
      name: 'taxiway on Spark',
      command: [
        ...withSpark(sparkEnvironment.PYSPARK_SUBMIT_ARGS),
        ...[runner, '--plan', plan, '--result', join(work, 'spark-result.json')],
      ],
      prepare,
    },
    {
      name: 'taxiway on DuckDB',
      command: [process.execPath, join(apps, 'etl', 'main.ts'), ...etl, '--plan', join(work, 'plan.json')],
      prepare,
    },
  ];
}

makeBigMonth();
compare('etl, 3,000,000 rows', await toCandidates([bigMonth], 'batch', ['--file', bigMonth]), runs);

const months = join(work, 'months');
const sample = ['--category', 'yellow', '--months', '60', '--rows', '50000', '--destination', `${months}/`];
execFileSync(process.execPath, [join(apps, 'sample', 'main.ts'), ...sample], { stdio: 'ignore' });
const all = readdirSync(months).filter((name) => name.endsWith('.parquet'));
const found = await readSchemaGroups(
  yellow,
  all.map((name) => pathToFileURL(join(months, name)).href),
);
// The reference's way ends at timestamps in nanoseconds, which plain Spark does not read.
const readable = found.groups.filter(({ columns }) => !columns.some(({ type }) => type.startsWith('TIMESTAMP_NANOS')));
const largest = readable.sort((a, b) => b.files.length - a.files.length).slice(0, 6);
const files = largest.flatMap((group) => group.files.slice(0, 4)).map(({ uri }) => fileURLToPath(uri));
compare(
  `etl, ${files.length} months of 50,000 rows as one load`,
  await toCandidates(files.sort(), 'initial_load', ['--groups', groupsFile]),
  runs,
);
prepare();
