// One month of 3 million rows: the reference's way on Spark, ours on Spark, ours on DuckDB.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { yellow } from '../apps/contract/yellow.ts';
import { toPlan } from '../apps/etl/plan.ts';
import { sparkEnvironment } from '../apps/etl/spark-engine.ts';
import { readSchemaGroups } from '../apps/plan/schema-groups.ts';
import { ensurePythonEnvironment } from '../workflows/python-env.ts';
import { apps, bigMonth, makeBigMonth, work } from './big-month.ts';
import { compare } from './measure.ts';

makeBigMonth();
const python = await ensurePythonEnvironment('spark');
Object.assign(process.env, sparkEnvironment);
const asOf = '2025-03-01T00:00:00Z';
const tables = join(work, 'spark-tables');
const warehouse = join(work, 'etl.duckdb');
const planFile = join(work, 'spark-plan.json');
const destination = { format: 'parquet', folder: pathToFileURL(tables).href } as const;
const groups = await readSchemaGroups(yellow, [pathToFileURL(bigMonth).href]);
writeFileSync(planFile, JSON.stringify(toPlan(yellow, { groups, engine: 'spark', mode: 'batch', asOf, destination })));

const prepare = () => {
  for (const path of [tables, warehouse, `${tables}-reference`]) rmSync(path, { recursive: true, force: true });
};
const etl = ['--category', 'yellow', '--mode', 'batch', '--file', bigMonth, '--as-of', asOf, '--warehouse', warehouse];
compare(
  'etl on Spark, 3,000,000 rows',
  [
    {
      name: "the reference's way",
      command: [python, join(import.meta.dirname, 'peers', 'etl_reference_spark.py'), bigMonth, `${tables}-reference`],
      prepare,
    },
    {
      name: 'taxiway on Spark',
      command: [python, join(apps, 'spark', 'runner.py'), '--plan', planFile, '--result', join(work, 'spark-result.json')],
      prepare,
    },
    {
      name: 'taxiway on DuckDB',
      command: [process.execPath, join(apps, 'etl', 'main.ts'), ...etl, '--plan', join(work, 'plan.json')],
      prepare,
    },
  ],
  Number(process.env.RUNS ?? 3),
);
prepare();
