// A month of 3,000,000 rides as CSV in a zip: made Parquet, judged and loaded. Beside it DuckDB by hand, which guesses types and checks nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { apps, work } from './big-month.ts';
import { compare } from './measure.ts';

const folder = join(work, 'rides');
const month = 'JC-202501-citibike-tripdata';
const uri = (...parts: string[]) => pathToFileURL(join(folder, ...parts)).href;
const program = (app: string, flags: readonly string[]) => [process.execPath, join(apps, app, 'main.ts'), ...flags];
const [category, runDate] = ['bikes', '2025-01-01'];

execFileSync(
  process.execPath,
  program('sample', ['--category', category, '--months', '1', '--rows', '3000000', '--destination', `${folder}/`]).slice(1),
  { stdio: 'ignore' },
);
if (!existsSync(join(folder, 'by-hand')))
  execFileSync('unzip', ['-q', join(folder, `${month}.csv.zip`), '-d', join(folder, 'by-hand')]);

const byHand = `import { DuckDBInstance } from '@duckdb/node-api';
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run("COPY (FROM read_csv('${join(folder, 'by-hand')}/*.csv')) TO '${join(folder, 'by-hand.parquet')}' (COMPRESSION zstd)");`;

const source = ['--source', uri(`${month}.csv.zip`), '--destination', uri('staged/')];
compare(
  'CSV of 3,000,000 rides to Parquet',
  [
    { name: 'DuckDB by hand, unzipped', command: [process.execPath, '--input-type=module', '-e', byHand] },
    {
      name: 'transfer, from the zip',
      command: program('transfer', [...source, '--category', category, '--filename', `${month}.csv.zip`, '--run-date', runDate]),
      prepare: () => rmSync(join(folder, 'staged'), { recursive: true, force: true }),
    },
  ],
  3,
);

const staged = uri('staged', `${month}.parquet`);
const asOf = ['--as-of', '2025-03-01T00:00:00Z'];
compare(
  'the month after it',
  [
    {
      name: 'validate',
      command: program('validate', [
        '--file',
        staged,
        '--category',
        category,
        '--suite',
        join(apps, 'validate', 'expectations', `${category}.json`),
        ...asOf,
      ]),
    },
    {
      name: 'etl',
      command: program('etl', [
        ...['--category', category, '--mode', 'batch', '--file', staged, ...asOf],
        ...['--warehouse', join(folder, 'warehouse.duckdb'), '--plan', join(folder, 'plan.json')],
      ]),
      prepare: () => rmSync(join(folder, 'warehouse.duckdb'), { force: true }),
    },
  ],
  3,
);
