import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { UsageError } from './errors.ts';
import { readJsonFile } from './json-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-json-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (path: string) =>
  readJsonFile({ uri: path, schema: z.object({ a: z.object({ b: z.number() }) }), what: 'a list', next: 'make it again' });

test.each([
  ['{', "expected a list, got text that is not JSON (Expected property name or '}' in JSON at position 1 (line 1 column 2))"],
  ['', 'expected a list, got text that is not JSON (Unexpected end of JSON input)'],
  ['\uFEFF{}', 'not JSON'],
  ['null', 'expected a list: Invalid input: expected object, received null'],
  ['[]', 'expected a list: Invalid input: expected object, received array'],
  ['{"a":{"b":"1"}}', 'expected a list: a.b: Invalid input: expected number, received string'],
  ['{"a":1}', 'expected a list: a: Invalid input: expected object, received number'],
])('%s is refused in one line', async (text, why) => {
  const path = join(folder, 'x.json');
  await writeFile(path, text);
  const error = await read(path).catch((thrown: Error) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toContain(why);
  expect((error as Error).message).toMatch(/^[^\n]+; make it again$/);
});

test('a file that is not there, and a folder, are refused', async () => {
  await expect(read(join(folder, 'none.json'))).rejects.toThrow('none.json: no such file, expected a list; make it again');
  await expect(read(folder)).rejects.toThrow('no such file, expected a list');
});
