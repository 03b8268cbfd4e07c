// For tests only: a Parquet file made by a query, judged by a suite.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteText, withDuckDb } from '../platform/duckdb.ts';
import { evaluateSuite, type SuiteResult } from './evaluate.ts';
import { readFileSchema } from './parquet-file.ts';
import { checkPatterns } from './patterns.ts';
import { readSuite } from './suite.ts';

/** Writes the query's rows to a Parquet file, judges it, and removes it. */
export async function judgeRows(query: string, expectations: readonly object[]): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-validate-'));
  try {
    const path = join(folder, 'rows.parquet');
    return await withDuckDb(':memory:', async (connection) => {
      await connection.run(`COPY (${query}) TO ${quoteText(path)} (FORMAT parquet)`);
      const suite = readSuite({ name: 'test', expectations }, 'test.json');
      await checkPatterns(connection, suite);
      return (await evaluateSuite(connection, await readFileSchema(connection, path), suite)).result;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
