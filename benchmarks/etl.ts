// One month of 3 million rows into clean, triage and monthly: ours against the same written by hand for DuckDB.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../workflows/python-env.ts';
import { apps, bigMonth, makeBigMonth, work } from './big-month.ts';
import { compare } from './measure.ts';

makeBigMonth();
const python = await ensurePythonEnvironment('dbt');
const warehouse = join(work, 'etl.duckdb');
const prepare = () => rmSync(warehouse, { force: true });
const flags = [
  '--category',
  'yellow',
  '--mode',
  'batch',
  '--file',
  bigMonth,
  '--as-of',
  '2025-03-01T00:00:00Z',
  '--warehouse',
  warehouse,
  '--plan',
  join(work, 'plan.json'),
];

compare('etl, 3,000,000 rows', [
  {
    name: 'DuckDB by hand',
    command: [python, join(import.meta.dirname, 'peers', 'etl_by_hand.py'), bigMonth, warehouse],
    prepare,
  },
  { name: 'taxiway etl', command: [process.execPath, join(apps, 'etl', 'main.ts'), ...flags], prepare },
]);
