// Columns of every type on their way into BigQuery: the files that each engine writes for it hold the types of the tables that it has.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { defineDataset } from '../../apps/contract/define-dataset.ts';
import { toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import { runIntoLake } from '../../apps/etl/lake-engine.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import { monthOfSink, placeOf } from '../../apps/plan/lake.ts';
import type { Plan } from '../../apps/plan/plan-schema.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import { generateSample } from '../../apps/sample/generate.ts';
import { judgeFile } from '../fixtures/bigquery-parquet.ts';
import { rides } from '../fixtures/rides.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';
import { loadOnSpark, writeSparkPlan } from '../fixtures/spark-tables.ts';

const python = await findSparkPython();
const asOf = '2024-03-05T00:00:00Z';
const typed = defineDataset({
  ...rides,
  columns: [
    ...rides.columns,
    { name: 'tiny', type: 'decimal(3,3)', description: 'Few digits.', optional: true },
    { name: 'long', type: 'decimal(38,9)', description: 'As many digits as NUMERIC has.', optional: true },
    { name: 'longer', type: 'decimal(38,20)', description: 'More digits than NUMERIC has.', optional: true },
  ],
});

test('decimals are NUMERIC as long as it holds their digits', () => {
  const [{ fields }] = toBigQueryTables(typed);
  const shown = fields.map(({ name, type, precision, scale }) => `${name} ${type}${precision ? ` ${precision} ${scale}` : ''}`);
  expect(shown).toEqual(
    expect.arrayContaining([
      'price NUMERIC 8 2',
      'tiny NUMERIC 3 3',
      'long NUMERIC 38 9',
      'longer BIGNUMERIC 38 20',
      'speed FLOAT',
    ]),
  );
});

describe.skipIf(python === undefined)('what the engines write', () => {
  const lab = useSpark(python);
  const makeMonth = async (folder: string) => {
    const files = pathToFileURL(join(folder, 'files')).href;
    await generateSample({ category: typed, destination: `${files}/`, newest: '2024-02', months: 1, rows: 1500, seed: 1 });
    return readdir(join(folder, 'files')).then((names) =>
      names.filter((name) => name.endsWith('-tripdata.parquet')).map((name) => join(folder, 'files', name)),
    );
  };
  /** What BigQuery would refuse, by table. */
  const refusals = async (plan: Plan, folder: string) => {
    const found: Record<string, unknown> = {};
    for (const [index, kind] of (['clean', 'triage', 'monthly'] as const).entries()) {
      const sink = plan.sinks[kind];
      const { fields, partitionField } = toBigQueryTables(typed)[index] as ReturnType<typeof toBigQueryTables>[0];
      const place = fileURLToPath(placeOf(folder, sink.table, monthOfSink(sink)));
      const names = (await readdir(place)).filter((name) => name.endsWith('.parquet'));
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        const file = await readFile(join(place, name));
        found[`${kind} ${name}`] = await judgeFile(file, { fields: fields as never, partitionField, partition: '202402' });
      }
    }
    return [...new Set(Object.values(found))];
  };

  test('DuckDB', async () => {
    const here = await lab.place();
    const groups = await readSchemaGroups(typed, await makeMonth(here));
    const folder = pathToFileURL(join(here, 'lake')).href;
    const plan = toPlan(typed, { groups, mode: 'batch', asOf, engine: 'duckdb', destination: { format: 'parquet', folder } });
    await runIntoLake(plan, { folder, filled: `${pathToFileURL(here).href}/filled.json` });
    expect(await refusals(plan, folder)).toEqual([undefined]);
  });

  test('Spark', async () => {
    const here = await lab.place();
    const warehouse = join(here, 'spark.duckdb');
    const planned = await writeSparkPlan(typed, await makeMonth(here), { mode: 'batch', asOf, warehouse });
    expect(await loadOnSpark(lab, { ...planned, warehouse })).toMatchObject({ code: 0, stderr: '' });
    const { destination } = planned.plan;
    expect(await refusals(planned.plan, destination.format === 'parquet' ? destination.folder : '')).toEqual([undefined]);
  });
});
