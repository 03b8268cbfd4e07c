// Refuses patterns and date formats that the engine can't read, before the file is read.
import type { DuckDBConnection } from '@duckdb/node-api';
import { UsageError } from '../platform/errors.ts';
import { type Suite, typeOf } from './suite.ts';

/** Throws UsageError with every pattern and format of the suite that is none (look-around, which Python has, is none here). */
export async function checkPatterns(connection: DuckDBConnection, suite: Suite): Promise<void> {
  const problems: string[] = [];
  for (const [index, expectation] of suite.expectations.entries()) {
    const { type, kwargs } = typeOf(expectation);
    for (const probe of type.probes?.(kwargs) ?? []) {
      try {
        await connection.run(probe);
      } catch (error) {
        problems.push(`expectations[${index}] ${expectation.type}: ${(error as Error).message.split('\n')[0]}`);
      }
    }
  }
  if (problems.length > 0) throw new UsageError(`${suite.name}: ${problems.join('; ')}`);
}
