// imports/ is what `npm run imports` makes of the installed packages.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readDist } from '../../charts/dist-folder.ts';

const root = join(import.meta.dirname, '..', '..');

test('imports/ is what the installed schemas give, byte for byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-imports-'));
  try {
    await mkdir(join(folder, 'made'));
    await promisify(execFile)(join(root, 'node_modules/.bin/node'), ['charts/crds/make-imports.ts', join(folder, 'made')], {
      cwd: root,
    });
    const [made, committed] = await Promise.all([readDist(join(folder, 'made')), readDist(join(root, 'imports'))]);
    expect([...made.keys()]).toEqual([...committed.keys()]);
    for (const [name, text] of made) expect(text === committed.get(name), `imports/${name}: run npm run imports`).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
