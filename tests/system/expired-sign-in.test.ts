// A sign-in that ends while a program runs: it signs in again by itself, or says in one line why it can't.
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../fixtures/fault-proxy.ts';
import { findGcsServer, type GcsServer, startGcs } from '../fixtures/gcs-server.ts';
import { type GoogleFront, startGoogleFront } from '../fixtures/google-front.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { findS3Server, type S3Server, startS3 } from '../fixtures/s3-server.ts';
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

  test.each([1, 4, 11])('a token that ends after %i requests is replaced: reading, and writing', async (requests) => {
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

const s3Tool = findS3Server();

describe.skipIf(s3Tool === undefined)('S3', () => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let credentials: Server;
  let given = 0;
  /** From now on until somebody signs in. */
  let hasEnded = false;
  beforeAll(async () => {
    s3 = await startS3(s3Tool as string);
    await s3.client.send(new CreateBucketCommand({ Bucket: bucket }));
    for (const Key of names) await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: `in/${Key}`, Body: Key }));
    proxy = await startFaultProxy(() => s3.port);
    // As EKS gives them to pods, but for the token, which the server does not know.
    credentials = createServer((_request, response) => {
      given += 1;
      hasEnded = false;
      const { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey } = s3.env;
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ AccessKeyId, SecretAccessKey, Token: '', Expiration }));
    }).listen(0, '127.0.0.1');
    await once(credentials, 'listening');
  });
  afterAll(async () => {
    credentials?.close();
    await proxy?.stop();
    await s3?.stop();
  });

  const transfer = async (out: string, variables: Readonly<Record<string, string>>) => {
    const flags = ['--source', `s3://${bucket}/in/`, '--destination', `${folder}/${out}/`];
    const env = { HOME: folder, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: proxy.url, ...variables };
    const { code, stderr, result } = await startProgram('transfer', flags, env).ended;
    return { code, result, line: stderr.trim().split('\n').at(-1) };
  };
  const expired =
    '<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>';

  test('a token that ends in the middle is replaced', async () => {
    const url = `http://127.0.0.1:${(credentials.address() as AddressInfo).port}/`;
    let left = 6;
    const when = () => {
      left -= 1;
      if (left === 0) hasEnded = true;
      return hasEnded;
    };
    proxy.faults = [{ fault: { kind: 'answer', status: 400, body: expired }, when }];
    const { code, line, result } = await transfer('from-s3', { AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
    expect([code, result?.copied], line).toEqual([0, 12]);
    expect(await readFile(join(folder, 'from-s3', 'month-15'), 'utf8')).toBe('month-15');
    expect([given, left < 0]).toEqual([2, true]);
  });

  test.each([-3_600_000, 3_600_000])('a clock that is %i ms wrong is no hindrance', async (difference) => {
    proxy.reset();
    const clock = `const D = Date; globalThis.Date = class extends D {
      constructor(...given) { if (given.length > 0) super(...given); else super(D.now() + ${difference}); }
      static now() { return D.now() + ${difference}; } };`;
    const options = `--import data:text/javascript,${encodeURIComponent(clock)}`;
    const { AWS_ENDPOINT_URL_S3: _, ...keys } = s3.env;
    const { code, line } = await transfer(`skewed${difference}`, { ...keys, NODE_OPTIONS: options });
    expect(code, line).toBe(0);
    expect(await readdir(join(folder, `skewed${difference}`))).toEqual(names);
    // The first request was refused, and sent again with the server's time.
    expect(proxy.requests.filter((request) => request.includes('list-type'))).toHaveLength(2);
  });
});
