// Spark and DuckDB give equal tables: months with every kind of drift and dirt, and real files. Spark's rules agree with counts by hand.
import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bikes } from '../../apps/contract/bikes.ts';
import { fhvhv } from '../../apps/contract/fhvhv.ts';
import { asStaged, firstDayOf, monthOfFile } from '../../apps/contract/file-name.ts';
import { green } from '../../apps/contract/green.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import type { EtlResult } from '../../apps/etl/result.ts';
import { generateSample } from '../../apps/sample/generate.ts';
import { transfer } from '../../apps/transfer/transfer.ts';
import { countRawFile } from '../fixtures/count-raw-file.ts';
import { repository } from '../fixtures/npm-start.ts';
import { rides } from '../fixtures/rides.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';
import { loadOnBoth, noDifference } from '../fixtures/spark-tables.ts';
import { visits } from '../fixtures/visits.ts';
import { weather } from '../fixtures/weather.ts';

const python = await findSparkPython();
const asOf = '2024-03-05T00:00:00Z';

describe.skipIf(python === undefined)('Spark and DuckDB', () => {
  const lab = useSpark(python);

  /** Compares what Spark says of its files with counts by hand; `prefix` as for them. */
  async function expectCountsByHand(result: unknown, { from, prefix }: { from: string; prefix: 't' | 'l' }, months?: string[]) {
    const chosen = (result as EtlResult).files.filter(({ month }) => months?.includes(month) ?? true);
    expect(chosen.length).toBeGreaterThan(1);
    for (const { file, month, read, clean, brokenRules } of chosen)
      expect({ read, clean, brokenRules }).toEqual(await countRawFile(join(from, file), prefix, firstDayOf(month)));
  }

  test('fill equal tables from months with every kind of drift and dirt', async () => {
    const here = await lab.place();
    await makeSampleFiles(join(here, 'files'), { months: 12, rows: 5100 });
    const names = (await readdir(join(here, 'files'))).filter((name) => monthOfFile(yellow, name) !== undefined);
    const files = names.map((name) => join(here, 'files', name));
    const { spark, duckdb, differences } = await loadOnBoth(lab, yellow, {
      folder: here,
      files,
      mode: 'initial_load',
      asOf: '2025-03-01T00:00:00Z',
      retentionMonths: 9,
    });
    expect(differences).toEqual(noDifference(yellow));
    expect(spark.result).toMatchObject(duckdb);
    expect(JSON.stringify(duckdb)).toContain('cast_VendorID');
    // Their ids and times are typed as usual, so that plain SQL reads them as the contract does.
    await expectCountsByHand(spark.result, { from: join(here, 'files'), prefix: 't' }, ['2024-12', '2025-01']);
  });

  test.each([rides, bikes, fhvhv, weather, visits])('fill equal tables of $category', async (dataset) => {
    const here = await lab.place();
    const [source, destination] = ['source', 'staged'].map((name) => `${pathToFileURL(join(here, name)).href}/`) as [
      string,
      string,
    ];
    await generateSample({ category: dataset, destination: source, newest: '2024-02', months: 3, rows: 3000, seed: 1 });
    await transfer({ source, destination, category: dataset });
    const files = (await readdir(join(here, 'staged'))).filter((name) => monthOfFile(asStaged(dataset), name) !== undefined);
    expect(files).toHaveLength(3);
    const load = { folder: here, files: files.map((name) => join(here, 'staged', name)), mode: 'initial_load', asOf } as const;
    const { spark, duckdb, differences } = await loadOnBoth(lab, dataset, load);
    expect(differences).toEqual(noDifference(dataset));
    expect(spark.result).toMatchObject(duckdb);
  });

  const shared = process.env.TAXIWAY_GREEN_FILES ?? join(repository, '..', 'shared', 'data');
  const real = existsSync(shared) ? readdirSync(shared).filter((name) => monthOfFile(green, name) !== undefined) : [];
  test.skipIf(real.length === 0)('fill equal tables from real files', async () => {
    const files = real.map((name) => join(shared, name));
    const load = { folder: await lab.place(), files, mode: 'initial_load', asOf } as const;
    const { spark, duckdb, differences } = await loadOnBoth(lab, green, load);
    expect(differences).toEqual(noDifference(green));
    expect(spark.result).toMatchObject(duckdb);
    await expectCountsByHand(spark.result, { from: shared, prefix: 'l' });
  });
});
