// Spark and DuckDB give equal tables: random small months, odd values, reruns.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { row, rows, type Writer, writeMonths } from '../fixtures/random-trips.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';
import { compareTables, loadOnBoth, loadOnSpark, noDifference, writeSparkPlan } from '../fixtures/spark-tables.ts';

const python = await findSparkPython();
const asOf = '2024-03-05T00:00:00Z';

describe.skipIf(python === undefined)('Spark and DuckDB', () => {
  const lab = useSpark(python);

  test('fill equal tables from random small months, as both say', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.constantFrom<Writer>('usual', 'text times and DOUBLE ids'),
        async (january, march, writer) => {
          const here = await lab.place();
          const files = [
            ...(await writeMonths(here, { '2024-01': january })),
            ...(await writeMonths(here, { '2024-03': march }, writer)),
          ];
          const { spark, duckdb, differences } = await loadOnBoth(lab, yellow, {
            folder: here,
            files,
            mode: 'initial_load',
            asOf,
          });
          expect(differences).toEqual(noDifference(yellow));
          expect(spark.stderr).toBe('');
          expect(spark.result).toMatchObject(duckdb);
        },
      ),
      { numRuns: 3 },
    );
  });

  test('agree on NaN, infinity, the years 1970 and 2098, one key for all rows, and an empty month', async () => {
    const here = await lab.place();
    const trip = {
      ...(fc.sample(row, { numRuns: 1, seed: 2 })[0] as object),
      VendorID: 1,
      payment_type: 1,
      PULocationID: 7,
      DOLocationID: 7,
      store_and_fwd_flag: 'N',
    };
    const trips = Array.from({ length: 60 }, (_, at) => ({
      ...trip,
      [yellow.time.at]: `2024-02-${String(1 + (at % 28)).padStart(2, '0')} ${String(at % 24).padStart(2, '0')}:30:00`,
      [yellow.time.until ?? '']: ['1970-01-01 00:00:00', '2098-12-31 23:59:59', '2024-02-29 23:00:00'][at % 3] as string,
      fare_amount: 5,
    }));
    const [usual, empty] = (await writeMonths(here, { '2024-02': trips, '2024-01': [] })) as [string, string];
    await withDuckDb(':memory:', async (connection) => {
      await connection.run(
        `CREATE TABLE t AS SELECT * REPLACE (CASE WHEN rowid % 7 = 1 THEN 'NaN'::DOUBLE WHEN rowid % 7 = 2 THEN 'inf'::DOUBLE ELSE fare_amount END AS fare_amount, CASE WHEN rowid % 5 = 1 THEN '-inf'::DOUBLE ELSE trip_distance END AS trip_distance) FROM (SELECT row_number() OVER () AS rowid, * FROM '${usual}')`,
      );
      await connection.run('ALTER TABLE t DROP rowid');
      await connection.run(`COPY t TO '${usual}' (FORMAT parquet)`);
    });
    const { spark, duckdb, differences } = await loadOnBoth(lab, yellow, {
      folder: here,
      files: [usual, empty],
      mode: 'initial_load',
      asOf,
    });
    expect(differences).toEqual(noDifference(yellow));
    expect(spark.result).toMatchObject(duckdb);
    expect(duckdb).toMatchObject({ rows: { read: 60, monthly: 1 } });
  });

  test('a month twice, over a full load, or that shrinks gives the tables that it gives once', async () => {
    const here = await lab.place();
    const sampled = (seed: number) => fc.sample(row, { numRuns: 40, seed });
    const files = await writeMonths(here, { '2024-01': sampled(1), '2024-02': sampled(2) });
    await loadOnBoth(lab, yellow, { folder: here, files, mode: 'initial_load', asOf });
    const warehouse = join(here, 'spark.duckdb');
    const february = { mode: 'batch', asOf, warehouse } as const;
    for (const months of [{ '2024-02': sampled(3) }, { '2024-02': sampled(2) }, { '2024-02': sampled(2) }]) {
      const planned = await writeSparkPlan(yellow, await writeMonths(here, months), february);
      expect((await loadOnSpark(lab, { ...planned, warehouse })).code).toBe(0);
    }
    expect(await compareTables(yellow, join(here, 'duckdb.duckdb'), warehouse)).toEqual(noDifference(yellow));
    const planned = await writeSparkPlan(yellow, await writeMonths(here, { '2024-02': [] }), february);
    expect((await loadOnSpark(lab, { ...planned, warehouse })).result).toMatchObject({
      rows: { read: 0, clean: 0, triage: 0, monthly: 0 },
    });
    const left = await withDuckDb(warehouse, async (connection) =>
      (
        await connection.runAndReadAll("SELECT count(*) FROM staging.yellow_triage WHERE source_month <> '2024-01-01'")
      ).getRowsJS(),
    );
    expect(left).toEqual([[0n]]);
  });
});
