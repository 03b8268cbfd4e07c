import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readManifest } from './manifest.ts';

test.each([
  [undefined, 'no such file'],
  ['{', 'got text that is not JSON'],
  ['{"version":1,"files":[],"failed":[]}', "expected transfer's list of files: version"],
  ['{"version":2,"files":[{"uri":"x"}],"failed":[]}', 'files.0.'],
])('a manifest that holds %j is refused in one line', async (content, message) => {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-manifest-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'files.json');
  if (content !== undefined) await writeFile(path, content);
  await expect(readManifest(path)).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
});
