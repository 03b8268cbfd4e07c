// Writes lambda/template.json; `npm run synth` runs it.
import { join } from 'node:path';
import { writeFileAtomically } from '../apps/platform/files.ts';
import { toTemplate } from './stack.ts';

await writeFileAtomically(join(import.meta.dirname, 'template.json'), toTemplate());
