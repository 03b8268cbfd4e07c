// transfer's bundle from a real S3 into Cloud Storage (fake-gcs-server) and into S3: proved, recorded, in parts, killed and gone on with.
import { createHash, randomFillSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findGcsServer, type GcsServer, startGcs } from '../fixtures/gcs-server.ts';
import { bucket, uriOf, useS3Lab } from '../fixtures/s3-lab.ts';
import { findS3Server } from '../fixtures/s3-server.ts';
import { patience } from '../fixtures/until.ts';

const s3Tool = findS3Server();
const gcsTool = findGcsServer();
const mebibyte = 2 ** 20;
const staging = 'staging-bucket';

describe.skipIf(s3Tool === undefined || gcsTool === undefined)('transfer into buckets', () => {
  const lab = useS3Lab(s3Tool, ['transfer']);
  let gcs: GcsServer;
  beforeAll(async () => {
    gcs = await startGcs(gcsTool as string, [staging]);
  });
  afterAll(() => gcs?.stop());
  afterEach(() => gcs.proxy.reset());

  const run = (source: string, destination: string, ...more: string[]) =>
    lab.run('transfer', ['--source', source, '--destination', destination, ...more], gcs.env);
  const fileIn = (name: string) => gcs.client.bucket(staging).file(name);
  const contentOf = async (name: string) => (await fileIn(name).download())[0];
  const namesIn = async (prefix = '') => (await gcs.client.bucket(staging).getFiles({ prefix }))[0].map(({ name }) => name);

  async function putParts(key: string, parts: number): Promise<string> {
    const { UploadId } = await lab.s3.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
    const hash = createHash('sha256');
    const Parts = [];
    for (let PartNumber = 1; PartNumber <= parts; PartNumber += 1) {
      const Body = randomFillSync(Buffer.alloc(16 * mebibyte));
      hash.update(Body);
      const { ETag } = await lab.s3.client.send(new UploadPartCommand({ Bucket: bucket, Key: key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await lab.s3.client.send(
      new CompleteMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId, MultipartUpload: { Parts } }),
    );
    return hash.digest('hex');
  }
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test.each(['a+b c%2F ü {{x}}".parquet', "it's#?&=;$(x).parquet", '100%.parquet'])(
    'the name "%s" is kept as it is',
    async (name) => {
      await lab.put(`odd/${name}`, name);
      const { code, result, stderr } = await run(uriOf(`odd/${name}`), `gs://${staging}/odd/`);
      expect([code, result?.copied], stderr).toEqual([0, 1]);
      expect((await contentOf(`odd/${name}`)).toString()).toBe(name);
    },
  );

  test('300 objects by prefix: once, then nothing, then what has changed; the manifest says so', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `m_${String(index).padStart(3, '0')}`);
    for (const name of names) await lab.put(`many/${name}`, name.repeat(100));
    await lab.put('many/other', 'x');
    const manifest = `gs://${staging}/runs/files.json`;
    const args = [uriOf('many/'), `gs://${staging}/many/`, '--prefixes', 'm_', '--manifest', manifest] as const;
    expect((await run(...args)).result).toMatchObject({ files: 300, copied: 300, bytes: 300 * 500 });
    expect(await namesIn('many/')).toEqual(names.map((name) => `many/${name}`));
    const again = await run(...args);
    expect(again.result).toMatchObject({ files: 300, copied: 0, bytesCopied: 0 });
    await lab.put('many/m_007', 'M'.repeat(500));
    expect((await run(...args)).result).toMatchObject({ copied: 1, bytesCopied: 500 });
    expect((await contentOf('many/m_007')).toString()).toBe('M'.repeat(500));
    const { files, failed } = JSON.parse((await contentOf('runs/files.json')).toString());
    expect(files.filter(({ state }: { state: string }) => state === 'copied')).toMatchObject([{ name: 'm_007' }]);
    expect([files.length, failed]).toEqual([300, []]);
  });

  test('what is there and is no copy: kept, refused or replaced', async () => {
    await fileIn('there/x').save('of somebody else');
    await lab.put('there/x', 'new');
    const args = [uriOf('there/x'), `gs://${staging}/there/`] as const;
    expect((await run(...args, '--if-exists', 'skip')).result).toMatchObject({ files: 1, copied: 0 });
    const refused = await run(...args, '--if-exists', 'fail');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('something else is there; remove it')]);
    expect((await contentOf('there/x')).toString()).toBe('of somebody else');
    expect((await run(...args)).result).toMatchObject({ copied: 1 });
    expect((await run(...args, '--if-exists', 'fail')).code).toBe(0);
  });

  test('one that fails does not keep the others from being copied', async () => {
    for (const name of ['one', 'two', 'three']) await lab.put(`some/${name}`, name);
    gcs.proxy.faults = [
      { fault: { kind: 'answer', status: 403 }, when: ({ url, method }) => method === 'POST' && !!url?.includes('two') },
    ];
    const manifest = `gs://${staging}/runs/some.json`;
    const { code, stderr } = await run(uriOf('some/'), `gs://${staging}/some/`, '--manifest', manifest);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`gs://${staging}/some/two: not allowed`)]);
    expect(await namesIn('some/')).toEqual(['some/one', 'some/three']);
    expect(JSON.parse((await contentOf('runs/some.json')).toString()).failed).toMatchObject([{ source: uriOf('some/two') }]);
  });

  test('killed in the middle of a large one: the next try copies no finished part again', async () => {
    const expected = await putParts('big.parquet', 13);
    lab.s3.proxy.limit = { bytes: 150 * mebibyte, end: 'hold' };
    const { child, ended } = lab.start(
      'transfer',
      ['--source', uriOf('big.parquet'), '--destination', `gs://${staging}/big/`],
      gcs.env,
    );
    await vi.waitFor(async () => expect(await namesIn('big/')).toHaveLength(2), { timeout: patience, interval: 100 });
    child.kill('SIGKILL');
    await ended;
    lab.s3.proxy.reset();
    const { code, stderr } = await run(uriOf('big.parquet'), `gs://${staging}/big/`);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`went on file=big.parquet held=${128 * mebibyte}`);
    expect(lab.s3.proxy.sent).toBeLessThan(81 * mebibyte);
    expect(await namesIn('big/')).toEqual(['big/big.parquet']);
    expect(sha256(await contentOf('big/big.parquet'))).toBe(expected);
    expect(Number(/peak KiB (\d+)/.exec(stderr)?.[1])).toBeLessThan(200 * 1024);
    expect((await run(uriOf('big.parquet'), `gs://${staging}/big/`)).result).toMatchObject({ copied: 0 });
  }, 120_000);

  test('an object with Content-Encoding gzip is copied as it is stored, byte by byte', async () => {
    const stored = gzipSync(Buffer.alloc(300_000, 'trip'));
    const client = lab.s3.client;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'gz/from-s3', Body: stored, ContentEncoding: 'gzip' }));
    await fileIn('gz/from-gs').save(stored, { metadata: { contentEncoding: 'gzip' } });
    const sizes = { copied: 1, bytes: stored.length };
    expect((await run(uriOf('gz/from-s3'), `gs://${staging}/gz-copies/`)).result).toMatchObject(sizes);
    expect(stored.equals((await gcs.read(staging, 'gz-copies/from-s3')) as Buffer)).toBe(true);
    for (const destination of [`s3://${bucket}/gz-copies/`, `gs://${staging}/gz-copies/`, lab.destination])
      expect((await run(`gs://${staging}/gz/from-gs`, destination)).result).toMatchObject(sizes);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'gz-copies/from-gs' }));
    expect(stored.equals(Buffer.from((await Body?.transformToByteArray()) ?? []))).toBe(true);
    expect(stored.equals((await gcs.read(staging, 'gz-copies/from-gs')) as Buffer)).toBe(true);
    expect(stored.equals(await lab.copyOf('from-gs'))).toBe(true);
  });

  test('CSV becomes Parquet on the way, once; the next version replaces it, and a broken one leaves it', async () => {
    const header = 'ride_id,started_at,ended_at,start_station_id,start_lat,start_lng';
    const ofRides = (...ids: string[]) => gzipSync([header, ...ids.map((id) => `${id},2024-01-01,,,,`), ''].join('\n'));
    const name = 'JC-202401-citibike-tripdata.csv.gz';
    const [source, parquet] = [uriOf(`csv/${name}`), 'csv/JC-202401-citibike-tripdata.parquet'];
    const month = ['--category', 'bikes', '--filename', name, '--run-date', '2024-01-01'];
    const convert = () => run(source, `gs://${staging}/csv/`, ...month);
    await lab.put(`csv/${name}`, ofRides('a', 'b'));
    const first = await convert();
    expect([first.code, first.result], first.stderr).toEqual([
      0,
      expect.objectContaining({ copied: 1, file: 'JC-202401-citibike-tripdata.parquet' }),
    ]);
    expect(await namesIn('csv/')).toEqual([parquet]);
    const made = await contentOf(parquet);
    expect(made.subarray(0, 4).toString()).toBe('PAR1');
    expect((await convert()).result).toMatchObject({ files: 1, copied: 0 });
    await lab.put(`csv/${name}`, ofRides('a', 'b').subarray(0, -9));
    expect(await convert()).toMatchObject({ code: 1, stderr: expect.stringContaining("can't be unpacked") });
    expect((await contentOf(parquet)).equals(made)).toBe(true);
    await lab.put(`csv/${name}`, ofRides('c'));
    expect((await convert()).result).toMatchObject({ copied: 1 });
    expect((await contentOf(parquet)).equals(made)).toBe(false);
  });

  test('two at the same time', async () => {
    const expected = await putParts('twice.parquet', 2);
    const both = await Promise.all([1, 2].map(() => run(uriOf('twice.parquet'), `gs://${staging}/twice/`)));
    expect(both.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
    expect(sha256(await contentOf('twice/twice.parquet'))).toBe(expected);
  });

  test('an object that is overwritten between the look and the reading is refused, and what is there stays', async () => {
    await fileIn('changing/x').save('before');
    await lab.put('changing/x', 'one'.repeat(2 * mebibyte));
    lab.s3.proxy.onRequest = async (request) => {
      if (request.startsWith('GET')) await lab.put('changing/x', 'two'.repeat(2 * mebibyte));
    };
    const { code, stderr } = await run(uriOf('changing/x'), `gs://${staging}/changing/`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('it changed while it was read; run again')]);
    expect((await contentOf('changing/x')).toString()).toBe('before');
  });

  test('a short one that is overwritten between the listing and the reading is copied as it is then; one that is gone is named', async () => {
    for (const name of ['gone', 'kept', 'new']) await lab.put(`moving/${name}`, 'one');
    await fileIn('moved/new').save('of somebody else');
    lab.s3.proxy.onRequest = async (request) => {
      if (/^GET \S*\/new\b/.test(request)) await lab.put('moving/new', 'three');
      if (/^GET \S*\/gone\b/.test(request))
        await lab.s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'moving/gone' }));
    };
    const manifest = `gs://${staging}/runs/moved.json`;
    const first = await run(uriOf('moving/'), `gs://${staging}/moved/`, '--manifest', manifest);
    expect([first.code, first.stderr]).toEqual([2, expect.stringContaining(`${uriOf('moving/gone')}: no such file`)]);
    expect((await contentOf('moved/new')).toString()).toBe('three');
    expect(await namesIn('moved/')).toEqual(['moved/kept', 'moved/new']);
    const { files } = JSON.parse((await contentOf('runs/moved.json')).toString());
    expect(files).toMatchObject([{ name: 'kept' }, { name: 'new', bytes: 5 }]);
    lab.s3.proxy.reset();
    expect((await run(uriOf('moving/'), `gs://${staging}/moved/`)).result).toMatchObject({ files: 2, copied: 0 });
  });

  test('from a folder into S3, and from there into a folder', async () => {
    await mkdir(join(lab.folder, 'in'));
    const content = randomFillSync(Buffer.alloc(40 * mebibyte));
    await writeFile(join(lab.folder, 'in', 'x.parquet'), content);
    const from = `${pathToFileURL(join(lab.folder, 'in')).href}/`;
    expect((await run(from, `s3://${bucket}/copies/`)).result).toMatchObject({ copied: 1 });
    expect((await run(from, `s3://${bucket}/copies/`)).result).toMatchObject({ copied: 0 });
    expect((await run(uriOf('copies/'), lab.destination)).result).toMatchObject({ copied: 1, bytes: content.length });
    expect(content.equals(await readFile(join(lab.folder, 'out', 'x.parquet')))).toBe(true);
  });
});
