import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allDatasets } from '../categories.ts';
import { type Dataset, type Feature, isModelled, modelOf, summaryOf } from '../dataset.ts';
import { defineDataset } from '../define-dataset.ts';
import { green } from '../green.ts';
import { any, between, ifPresent, present } from '../predicate.ts';
import { taxiZones } from '../taxi-zones.ts';
import { yellow } from '../yellow.ts';
import { zones } from '../zones.ts';
import { toDbtFiles } from './dbt.ts';
import { toGeneratedFiles } from './generated-files.ts';
import { toModelJson } from './model.ts';

const app = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(app(path), 'utf8');
const shuttle = defineDataset({
  ...green,
  category: 'shuttle',
  title: 'Shuttle "{{ env_var(\'HOME\') }}" {% raw %}',
  files: { name: 'shuttle_{YYYY-MM}.parquet' },
  columns: green.columns.map((column) =>
    column.name === 'VendorID' ? { ...column, codes: { 1: `O'Neil "quoted" }}` } } : column,
  ),
});

describe('the dbt project', () => {
  test('is what the contract says now', () => {
    const files = toDbtFiles(allDatasets);
    for (const [path, content] of Object.entries(files)) expect(read(`dbt/${path}`), path).toBe(content);
    const committed = readdirSync(app('dbt/models/generated'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(committed.length).toBe(Object.keys(files).filter((path) => path.startsWith('models/')).length);
  });

  test('has one seed row a zone, with six decimals', () => {
    const lines = (toDbtFiles([green])['seeds/taxi_zones.csv'] as string).trimEnd().split('\n');
    expect(lines.length).toBe(zones.length + 1);
    expect(lines[1]).toBe('1,EWR,Newark Airport,-74.171533,40.689483');
    expect(lines[265]).toBe('265,Outside NYC,Outside NYC,,');
  });

  test('a seed has the categories that refer to it as tags', () => {
    const seeds = (datasets: Dataset[]) => parse(toDbtFiles(datasets)['seeds/seeds.yml'] as string).seeds;
    expect(seeds([green, yellow])).toMatchObject([
      { name: 'taxi_zones', config: { schema: 'zones', tags: ['green', 'yellow'] } },
    ]);
    const other = { ...green, category: 'olive', lookups: { at: { dimension: { ...taxiZones }, column: 'PULocationID' } } };
    expect(() => seeds([green, other])).toThrow('olive: another dimension is named taxi_zones, too');
    const listed = {
      ...green,
      category: 'olive',
      lookups: { pickup: { dimension: { ...taxiZones, name: 'x' }, column: 'PULocationID' } },
    };
    expect(() => seeds([green, listed])).toThrow('the listing zones, too');
  });

  test('sources name the owner, whose name dbt does not read as Jinja', () => {
    const owner = { name: "{{ env_var('HOME') }}", contact: 'a@example.com' };
    const { promises: _, ...silent } = green;
    const metas = (dataset: Dataset) =>
      parse(toDbtFiles([dataset])['models/generated/sources.yml'] as string)
        .sources.flatMap(({ tables }: { tables: object[] }) => tables)
        .map(({ config }: { config: object }) => config);
    const meta = { owner: "{{ '{' }}{ env_var('HOME') }}", contact: 'a@example.com' };
    expect(metas({ ...green, promises: { owner } })).toEqual(Array(3).fill({ tags: ['green'], meta }));
    expect(metas(silent)).toEqual(Array(3).fill({ tags: ['green'] }));
  });

  test('a column that a rule lets be missing is not tested for null, but for its values', () => {
    const some = defineDataset({
      ...green,
      category: 'scooter',
      rules: [
        { name: 'fee', description: 'Up to 9.', holds: ifPresent('extra', between('extra', { atLeast: 0, atMost: 9 })) },
        { name: 'paid', description: 'Somehow.', holds: any(present('tip_amount'), present('tolls_amount')) },
        { name: 'known', description: 'A vendor.', holds: present('VendorID') },
      ],
    });
    const { sources } = parse(toDbtFiles([some])['models/generated/sources.yml'] as string);
    const { columns } = sources[0].tables.find(({ name }: { name: string }) => name === 'scooter_clean');
    const tests = columns.flatMap(({ name, data_tests }: { name: string; data_tests?: unknown[] }) =>
      data_tests ? [[name, data_tests]] : [],
    );
    expect(tests).toEqual([
      ['VendorID', ['not_null']],
      ['extra', [{ number_between: { arguments: { at_least: 0, at_most: 9 } } }]],
    ]);
  });

  test('a key is tested on the clean table', () => {
    const cleanOf = (key?: readonly string[]) => {
      const dataset = defineDataset({ ...green, category: 'scooter', ...(key && { key }) });
      const { sources } = parse(toDbtFiles([dataset])['models/generated/sources.yml'] as string);
      return sources[0].tables.find(({ name }: { name: string }) => name === 'scooter_clean');
    };
    expect(cleanOf(['VendorID', 'lpep_pickup_datetime']).data_tests).toEqual([
      {
        unique_together: {
          arguments: { columns: ['VendorID', 'lpep_pickup_datetime'] },
          config: { severity: 'warn' },
        },
      },
    ]);
    expect(cleanOf()).not.toHaveProperty('data_tests');
  });

  test('describes every column of every table', () => {
    const { sources } = parse(toDbtFiles(allDatasets)['models/generated/sources.yml'] as string);
    const tables = sources.flatMap((source: { tables: object[] }) => source.tables);
    expect(tables.map((table: { name: string }) => table.name).sort()).toEqual(
      ['clean', 'monthly', 'triage'].flatMap((kind) => allDatasets.map(({ category }) => `${category}_${kind}`)).sort(),
    );
    for (const table of tables)
      for (const column of table.columns) expect(column.description, `${table.name}.${column.name}`).toMatch(/\w/);
  });

  test('tests what the rules say of the clean table', () => {
    const { sources } = parse(toDbtFiles([yellow])['models/generated/sources.yml'] as string);
    const clean = sources[0].tables.find((table: { name: string }) => table.name === 'yellow_clean');
    const testsOf = (name: string) => clean.columns.find((column: { name: string }) => column.name === name).data_tests;
    expect(testsOf('VendorID')).toEqual(['not_null', { accepted_values: { arguments: { values: [1, 2, 6, 7], quote: false } } }]);
    expect(testsOf('fare_amount')).toEqual(['not_null', { number_between: { arguments: { at_least: 2.5, below: 250 } } }]);
    expect(testsOf('PULocationID')).toEqual(['not_null']);
    expect(testsOf('tip_amount')).toBeUndefined();
  });

  test('takes a made-up category, whose texts dbt neither runs nor breaks on', () => {
    const files = toDbtFiles([shuttle]);
    expect(Object.keys(files)).toContain('models/generated/shuttle/dbt__ml__shuttle_fare.sql');
    expect(files['models/generated/shuttle/models.yml']).not.toContain('{{ env_var');
    expect(files['models/generated/shuttle/models.yml']).not.toContain('{% raw');
    expect(files['models/generated/shuttle/dbt__bi__shuttle_m2m.sql']).toContain(String.raw`[[1,"O'Neil \"quoted\" }}"]]`);
  });

  test('takes a data set without codes, lookups and summary', () => {
    const { features: _, lookups: __, model: ___, summary: ____, ...bare } = green;
    const view = toDbtFiles([{ ...bare, category: 'bare' }])['models/generated/bare/dbt__bi__bare_m2m.sql'];
    expect(view).toContain('{"name":"row_count","of":"column","column":"row_count"}');
    expect(view).toContain('lookups=[\n    ]');
  });

  test('codes that are texts stay texts, and every key with codes has its names unless the summary says which', () => {
    const { names: _, ...summary } = summaryOf(green);
    const view = toDbtFiles([{ ...green, summary }])['models/generated/green/dbt__bi__green_m2m.sql'];
    expect(view).toContain('"of":"codes","key":"store_and_fwd_flag","codes":[["Y","held, then forwarded"],["N","sent at once"]]');
    expect(view).toContain('"name":"VendorID","of":"codes"');
  });
});

describe('the model', () => {
  test('is what the contract says now', () => {
    for (const dataset of allDatasets.filter(isModelled))
      expect(JSON.parse(read(`ml/generated/${dataset.category}.json`))).toEqual(toModelJson(dataset));
  });

  test('names the feature table and the registered model', () => {
    const { date, ...features } = shuttle.features ?? {};
    const named = { ...shuttle, features: { day: date as Feature, ...features } };
    expect(toModelJson({ ...named, model: { ...modelOf(shuttle), name: 'delay' } })).toMatchObject({
      date: 'day',
      dataset: 'ml',
      table: 'dbt__ml__shuttle_delay',
      registered_model: 'shuttle-delay',
      champion: 'shuttle/champion.json',
    });
  });

  test('of a data set without one there is no feature table and nothing to train', () => {
    const { model: _, features: __, ...bare } = green;
    const dataset = defineDataset({ ...bare, category: 'bare' });
    const files = toGeneratedFiles([{ file: 'bare.ts', name: 'bare', dataset }]);
    expect(Object.keys(files).filter((path) => /bare/.test(path))).toEqual([
      'contract/generated/bare.json',
      'dbt/models/generated/bare/dbt__bi__bare_m2m.sql',
      'dbt/models/generated/bare/models.yml',
      'validate/expectations/bare.json',
    ]);
    expect(files['dbt/models/generated/bare/models.yml']).not.toContain('dbt__ml__');
  });
});
