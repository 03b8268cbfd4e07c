// Writes dist/local/workflows: `node workflows/render.ts`.
import { join } from 'node:path';
import { localEnvironment } from './local-environment.ts';
import { renderWorkflows, replaceFolder } from './render-workflows.ts';

const folder = join(import.meta.dirname, '..', 'dist', 'local', 'workflows');
const files = renderWorkflows(localEnvironment);
await replaceFolder(folder, files);
console.log(`dist/local/workflows: ${[...files.keys()].join(', ')}`);
