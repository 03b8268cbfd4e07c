// A sign-in that ends while a program runs: it signs in again by itself, or says in one line why it can't.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findGcsServer, type GcsServer, startGcs } from '../fixtures/gcs-server.ts';
import { type GoogleFront, startGoogleFront } from '../fixtures/google-front.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { mebibyte, noise } from '../fixtures/storage-lab.ts';

const tool = findGcsServer();
const bucket = 'taxi-files';
const names = Array.from({ length: 12 }, (_, index) => `month-${10 + index}`);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expired-'));
  await mkdir(join(folder, 'in'));
  for (const name of names) await writeFile(join(folder, 'in', name), name);
  await mkdir(join(folder, 'large'));
  await writeFile(join(folder, 'large', 'noise'), noise(20 * mebibyte));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(tool === undefined)('Cloud Storage', () => {
  let gcs: GcsServer;
  let front: GoogleFront;
  beforeAll(async () => {
    gcs = await startGcs(tool as string, [bucket]);
    front = await startGoogleFront(() => Number(new URL(gcs.proxy.url).port));
    for (const name of names) await gcs.client.bucket(bucket).file(`in/${name}`).save(name, { resumable: false });
  });
  afterAll(async () => {
    await front?.stop();
    await gcs?.stop();
  });
  beforeEach(() => front.reset());

  const transfer = async (source: string, destination: string) => {
    const flags = ['--source', source, '--destination', destination];
    const { code, stderr, result } = await startProgram('transfer', flags, front.env).ended;
    return { code, result, line: stderr.trim().split('\n').at(-1) };
  };
  /** No token is taken any longer, as soon as so many requests were made. */
  const expireAfter = (requests: number, also = () => {}) => {
    let left = requests;
    front.onRequest = () => {
      left -= 1;
      if (left !== 0) return;
      front.tokens.clear();
      also();
    };
  };

  test.each([1, 4, 17])('a token that ends after %i requests is replaced: reading, and writing', async (requests) => {
    expireAfter(requests);
    const copies = join(folder, `out-${requests}`);
    expect(await transfer(`gs://${bucket}/in/`, `${copies}/`)).toMatchObject({ code: 0, result: { copied: 12 } });
    expect([await readdir(copies), await readFile(join(copies, 'month-15'), 'utf8')]).toEqual([names, 'month-15']);
    expect(front.given).toBe(2);
    expireAfter(requests);
    expect(await transfer(`${folder}/in/`, `gs://${bucket}/out-${requests}/`)).toMatchObject({ code: 0, result: { copied: 12 } });
    expect(String(await gcs.read(bucket, `out-${requests}/month-15`))).toBe('month-15');
    expect(front.given).toBe(4);
  });

  test('one that can not be replaced', async () => {
    const body = { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' };
    expireAfter(5, () => {
      front.refusal = { status: 400, body };
    });
    const { code, line } = await transfer(`gs://${bucket}/in/`, `${folder}/none/`);
    expect([code, line]).toEqual([
      2,
      expect.stringMatching(/^transfer: Cloud Storage: the sign-in has expired or was taken back: .*; sign in by /),
    ]);
  });

  test('tokens that nobody takes', async () => {
    front.tokens.add = () => front.tokens;
    const { code, line } = await transfer(`gs://${bucket}/in/month-10`, `${folder}/none/`);
    delete (front.tokens as { add?: unknown }).add;
    expect([code, line]).toEqual([
      2,
      expect.stringMatching(/^transfer: gs:.*: Cloud Storage does not accept the sign-in; sign in by /),
    ]);
    expect(front.given).toBe(2);
  });

  test('a stream whose upload has begun is not begun again: the next run does', async () => {
    expireAfter(1);
    const { code, line } = await transfer(`${folder}/large/noise`, `gs://${bucket}/large/`);
    expect([code, line]).toEqual([75, `transfer: gs://${bucket}/large/noise: the sign-in ended meanwhile; run again`]);
    expect(await transfer(`${folder}/large/noise`, `gs://${bucket}/large/`)).toMatchObject({ code: 0 });
    expect((await gcs.read(bucket, 'large/noise'))?.length).toBe(20 * mebibyte);
  });
});
