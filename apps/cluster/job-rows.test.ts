import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRows } from './job-rows.ts';

const rows = { read: 3, clean: 2, triage: 1, outsideRetention: 0, monthly: 2 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-job-rows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;

test('the rows of a report, and nothing else of it', async () => {
  await writeFile(join(folder, 'whole.json'), JSON.stringify({ mode: 'batch', rows, seconds: 1.5 }));
  expect(await readRows(uriOf('whole.json'))).toEqual(rows);
});

test('a report that is not there yet is temporary', async () => {
  await expect(readRows(uriOf('none.json'))).rejects.toMatchObject({
    exitCode: 75,
    message: expect.stringContaining('none.json'),
  });
});

test.each([
  ['half.json', '{"rows":', 'JSON'],
  ['other.json', '{"rows":{"read":-1}}', 'rows.read'],
  ['empty.json', '{}', 'rows: '],
])('%s is refused', async (name, text, says) => {
  await writeFile(join(folder, name), text);
  await expect(readRows(uriOf(name))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(new RegExp(`not the report of a job: .*${says}.*one release$`)),
  });
});
