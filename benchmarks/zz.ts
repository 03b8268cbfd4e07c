import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bigMonth, work } from './big-month.ts';
import { compare } from './measure.ts';
const w = join(work, 'e.duckdb');
const of = (root: string) => ({ name: root.slice(-8), prepare: () => rmSync(w, { force: true }), command: [process.execPath, join(root, 'apps/etl/main.ts'), '--category', 'yellow', '--mode', 'batch', '--as-of', '2025-03-01T00:00:00Z', '--file', bigMonth, '--warehouse', w, '--plan', join(work, 'p.json')] });
compare('etl', ['/tmp/wt/bcc2295', '/work/main'].map(of), 4);
