// A generated yellow month of 3 million rows, kept in the system's temporary folder between benchmarks.
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const apps = join(import.meta.dirname, '..', 'apps');
export const work = join(tmpdir(), 'taxiway-benchmarks');
export const bigMonth = join(work, 'yellow_tripdata_2025-01.parquet');

/** Makes the file where it is not there yet. */
export function makeBigMonth(): void {
  const flags = ['--category', 'yellow', '--months', '1', '--rows', '3000000', '--destination', `${work}/`];
  execFileSync(process.execPath, [join(apps, 'sample', 'main.ts'), ...flags], { stdio: 'ignore' });
}
