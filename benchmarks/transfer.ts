// Transfer from S3 to Cloud Storage (versitygw and fake-gcs-server on loopback) beside rclone: 2,000 objects of 1 MiB, and one of 2 GiB.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { bundle } from '../start/bundle.ts';
import { findFreePort } from '../tests/fixtures/free-port.ts';
import { findGcsServer } from '../tests/fixtures/gcs-server.ts';
import { findS3Server } from '../tests/fixtures/s3-server.ts';
import { waitForPort } from '../tests/fixtures/wait-for-port.ts';
import { withCloudStorage } from './cloud-storage.ts';
import type { Figures } from './measure.ts';

const [s3Tool, gcsTool] = [findS3Server(), findGcsServer()];
if (s3Tool === undefined || gcsTool === undefined) process.exit(1);
const runs = 2;
const mebibyte = 2 ** 20;
const folder = await mkdtemp(join(tmpdir(), 'taxiway-transfer-'));
const [access, secret, s3Port] = ['access', 'secret-of-s3', await findFreePort()];

await mkdir(join(folder, 's3'));
// As its image runs it.
const program = await bundle('transfer', folder);
const s3 = spawn(
  s3Tool,
  ['--access', access, '--secret', secret, '--keep-alive', '--port', `127.0.0.1:${s3Port}`, 'posix', join(folder, 's3')],
  { stdio: 'ignore' },
);
await waitForPort(s3Port);
const client = new S3Client({
  endpoint: `http://127.0.0.1:${s3Port}`,
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: access, secretAccessKey: secret },
});

/** By the client, in parts of 16 MiB where it is larger: only so do objects have ETags and checksums. */
async function put(Bucket: string, Key: string, mebibytes: number): Promise<void> {
  const part = 16;
  if (mebibytes <= part) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: randomBytes(mebibytes * mebibyte) }));
    return;
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let PartNumber = 1; PartNumber <= mebibytes / part; PartNumber += 1) {
    const Body = randomBytes(part * mebibyte);
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  }
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

for (const Bucket of ['many', 'large']) await client.send(new CreateBucketCommand({ Bucket }));
for (let index = 0; index < 2_000; index += 1) await put('many', `${index}.parquet`, 1);
await put('large', 'large.parquet', 2_048);

interface Candidate {
  readonly name: string;
  readonly command: (bucket: string) => readonly string[];
  readonly env: (url: string) => Readonly<Record<string, string>>;
}

const candidates: readonly Candidate[] = [
  {
    name: 'taxiway transfer',
    command: (bucket) => [
      process.execPath,
      join(program, 'main.js'),
      '--source',
      `s3://${bucket}/`,
      '--destination',
      'gs://copies/',
    ],
    env: (url) => ({
      STORAGE_EMULATOR_HOST: url,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${s3Port}`,
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: 'us-east-1',
    }),
  },
  {
    name: 'rclone copy, 8 at once',
    command: (bucket) => [
      'rclone',
      'copy',
      `from:${bucket}`,
      'to:copies',
      '--transfers',
      '8',
      '--no-traverse',
      '--config',
      '/dev/null',
    ],
    env: (url) => ({
      RCLONE_CONFIG_FROM_TYPE: 's3',
      RCLONE_CONFIG_FROM_PROVIDER: 'Other',
      RCLONE_CONFIG_FROM_ENDPOINT: `http://127.0.0.1:${s3Port}`,
      RCLONE_CONFIG_FROM_ACCESS_KEY_ID: access,
      RCLONE_CONFIG_FROM_SECRET_ACCESS_KEY: secret,
      RCLONE_CONFIG_TO_TYPE: 'google cloud storage',
      RCLONE_CONFIG_TO_ANONYMOUS: 'true',
      RCLONE_CONFIG_TO_NO_CHECK_BUCKET: 'true',
      RCLONE_CONFIG_TO_ENDPOINT: `${url}/storage/v1/`,
    }),
  },
];

async function measure({ command, env }: Candidate, bucket: string): Promise<Figures> {
  // One without objects for each run: what a run leaves does not slow the next one down.
  return withCloudStorage(gcsTool as string, 'copies', async (url) => {
    const script = join(import.meta.dirname, 'measure.py');
    const { stdout } = await promisify(execFile)('python3', [script, ...command(bucket)], {
      env: { PATH: process.env.PATH, HOME: folder, ...env(url) },
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(stdout) as Figures;
  });
}

try {
  for (const [bucket, title] of [
    ['many', '2,000 objects of 1 MiB'],
    ['large', 'one object of 2 GiB'],
  ] as const) {
    console.log(`transfer from S3 to Cloud Storage: ${title} (in turn)`);
    for (let run = 0; run < runs; run += 1)
      for (const candidate of candidates) {
        const { wall, cpu, peakMb } = await measure(candidate, bucket);
        console.log(
          `  ${candidate.name.padEnd(24)} ${wall.toFixed(2)} s wall  ${cpu.toFixed(2)} s CPU  ${Math.round(peakMb)} MB`,
        );
      }
  }
} finally {
  s3.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}
