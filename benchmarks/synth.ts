// The bundle's synth: every manifest of every environment into an empty folder.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { work } from './big-month.ts';
import { compare } from './measure.ts';

const dist = join(work, 'dist');
const command = [process.execPath, '--import', 'tsx', join(import.meta.dirname, '..', 'charts', 'main.ts'), dist];
compare('synth of all environments', [
  { name: 'taxiway', command, prepare: () => rmSync(dist, { recursive: true, force: true }) },
]);
