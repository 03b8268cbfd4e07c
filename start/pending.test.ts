import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { isRunOf, readPending, writePending } from './pending.ts';

test('what is pending is kept until it is done; an unreadable note is none', async () => {
  const state = await mkdtemp(join(tmpdir(), 'taxiway-pending-'));
  const pending = [{ template: 'batch', parameters: { category: 'green' } }];
  await writePending(state, pending);
  expect(await readPending(state)).toEqual(pending);
  await writePending(state, []);
  expect(await readPending(state)).toEqual([]);
  await writeFile(join(state, 'pending.json'), '{"half":');
  expect(await readPending(state)).toEqual([]);
  await rm(state, { recursive: true });
});

test('what is pending follows a state folder that was moved; files elsewhere stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway pending %-'));
  const [old, moved] = [join(folder, 'old'), join(folder, 'new')];
  const uris = (state: string) => ({
    source: `${pathToFileURL(state).href}/buckets/source/`,
    uri: 'file:///data/old/x',
    text: old,
  });
  await writePending(old, [{ template: 'batch', parameters: uris(old) }]);
  await rename(old, moved);
  expect(await readPending(moved)).toEqual([{ template: 'batch', parameters: { ...uris(moved), text: old } }]);
  await rm(folder, { recursive: true });
});

test('a run belongs to a request with the same workflow and parameters', () => {
  const request = { template: 'batch', parameters: { category: 'green', filename: 'x' } };
  expect(isRunOf(request, { workflow: 'batch', parameters: { category: 'green', filename: 'x', threshold: '90' } })).toBe(true);
  expect(isRunOf(request, { workflow: 'batch', parameters: { category: 'green', filename: 'y' } })).toBe(false);
  expect(isRunOf(request, { workflow: 'full-refresh', parameters: request.parameters })).toBe(false);
  expect(isRunOf(undefined, { workflow: 'batch', parameters: {} })).toBe(false);
});
