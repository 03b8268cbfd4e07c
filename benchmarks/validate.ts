// The derived suite (37 expectations) on a month of 3 million rows.
import { join } from 'node:path';
import { apps, bigMonth, makeBigMonth, work } from './big-month.ts';
import { compare } from './measure.ts';

makeBigMonth();
const flags = [
  '--file',
  bigMonth,
  '--suite',
  join(apps, 'validate', 'expectations', 'yellow.json'),
  '--report',
  join(work, 'report'),
];
compare('validate, 3,000,000 rows', [
  { name: 'taxiway validate', command: [process.execPath, join(apps, 'validate', 'main.ts'), ...flags] },
]);
