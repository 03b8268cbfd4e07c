// What a program says where Google's sign-in is missing, expired, or of a machine whose clock is wrong: one line, exit code 2, and quickly.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../fixtures/run-program.ts';

let folder: string;
let server: Server;
let answer: { status: number; body: object };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gs-sign-in-'));
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A key's own server can't be another one than Google's; that of an account of somebody else's can.
  await writeFile(join(folder, 'token'), 'a token of another');
  await writeFile(
    join(folder, 'key.json'),
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
      credential_source: { file: join(folder, 'token') },
    }),
  );
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

async function transfer(variables: Readonly<Record<string, string>>) {
  const flags = ['--source', 'gs://a-bucket/x', '--destination', join(folder, 'out/')];
  const { code, stderr } = await startProgram('transfer', flags, {
    HOME: folder,
    // Not on Google's machines: nobody is asked.
    METADATA_SERVER_DETECTION: 'none',
    ...variables,
  }).ended;
  return [code, stderr.trim()];
}
const key = () => ({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'key.json') });

test('no sign-in at all: the usual ways are named', async () => {
  const says =
    /^transfer: Cloud Storage: no sign-in was found; sign in by GOOGLE_APPLICATION_CREDENTIALS, by "gcloud .*pod or machine$/;
  expect(await transfer({})).toEqual([2, expect.stringMatching(says)]);
});

test.each([
  ['a key that was deleted', 'Invalid JWT Signature.', /the sign-in has expired or was taken back: .*; sign in by/],
  [
    'a clock that is wrong',
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values',
    /this machine's clock differs from Google's; set it right/,
  ],
])('%s', async (_, description, says) => {
  answer = { status: 400, body: { error: 'invalid_grant', error_description: description } };
  expect(await transfer(key())).toEqual([2, expect.stringMatching(says)]);
});

test('a sign-in that is busy may pass', async () => {
  answer = { status: 503, body: {} };
  expect(await transfer(key())).toEqual([75, expect.stringMatching(/busy|can't reach/)]);
}, 60_000);

test('a file of credentials that is not there, or is none', async () => {
  expect(await transfer({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'none.json') })).toEqual([
    2,
    expect.stringContaining('none.json'),
  ]);
  await writeFile(join(folder, 'bad.json'), '{');
  expect((await transfer({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'bad.json') }))[0]).toBe(2);
});
