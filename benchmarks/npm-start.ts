// `npm start -- --once` on the sample, with the packages already installed and no state.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './measure.ts';

const root = join(import.meta.dirname, '..');
process.env.TAXIWAY_STATE = join(tmpdir(), 'taxiway-benchmarks-state');
const prepare = () => rmSync(process.env.TAXIWAY_STATE as string, { recursive: true, force: true });

compare(
  'npm start -- --once, 14 months × 50,000 rows',
  [{ name: 'taxiway', command: ['npm', '--prefix', root, 'start', '--', '--once'], prepare }],
  3,
);
prepare();
