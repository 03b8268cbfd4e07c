// The bundles of transfer and months, as their images run them, on a real S3 that counts, holds and cuts what it sends.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { firstDayOf } from '../../apps/contract/file-name.ts';
import { toS3Uri } from '../../apps/platform/s3-uri.ts';
import { bundle } from '../../start/bundle.ts';
import { findS3Server, type S3Server, startS3 } from '../fixtures/s3-server.ts';

const tool = findS3Server();
const bucket = 'taxi-files';
const mebibyte = 2 ** 20;
const printMemory =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("peak KiB "+process.resourceUsage().maxRSS+"\\n"))';

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  // biome-ignore lint/suspicious/noExplicitAny: results of several programs
  readonly result: any;
}

describe.skipIf(tool === undefined)('with S3', () => {
  let s3: S3Server;
  let programs: string;
  let folder: string;
  let destination: string;
  let records: string;

  beforeAll(async () => {
    s3 = await startS3(tool as string);
    programs = await mkdtemp(join(tmpdir(), 'months-programs-'));
    for (const app of ['transfer', 'months']) await bundle(app, programs);
    await s3.client.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  afterAll(async () => {
    await s3?.stop();
    if (programs) await rm(programs, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'months-'));
    destination = `${pathToFileURL(join(folder, 'out')).href}/`;
    records = `${pathToFileURL(join(folder, 'records')).href}/`;
    s3.proxy.reset();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (app: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(process.execPath, ['--import', printMemory, join(programs, app, 'main.js'), ...args], {
      env: { PATH: '/usr/bin:/bin', HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...s3.env, ...env },
    });
    return { child, ended: finish(child) };
  };
  const run = (app: string, args: readonly string[], env?: Readonly<Record<string, string>>) => start(app, args, env).ended;
  const transferFrom = (source: string, env?: Readonly<Record<string, string>>) =>
    run('transfer', ['--source', source, '--destination', destination], env);
  const put = (key: string, body: Uint8Array | string) =>
    s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(body) }));
  const uriOf = (key: string) => toS3Uri({ bucket, key });
  const copyOf = (name: string) => readFile(join(folder, 'out', name));

  /** Parts of 8 MiB of noise. Returns the SHA-256 of all. */
  async function putParts(key: string, parts: number, options: { ChecksumAlgorithm?: 'CRC32' } = {}): Promise<string> {
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ...options }));
    const hash = createHash('sha256');
    const Parts = [];
    for (let PartNumber = 1; PartNumber <= parts; PartNumber += 1) {
      const Body = randomFillSync(Buffer.alloc(8 * mebibyte));
      hash.update(Body);
      const part = await s3.client.send(
        new UploadPartCommand({ Bucket: bucket, Key: key, UploadId, PartNumber, Body, ...options }),
      );
      Parts.push({ PartNumber, ETag: part.ETag, ...(options.ChecksumAlgorithm ? { ChecksumCRC32: part.ChecksumCRC32 } : {}) });
    }
    await s3.client.send(new CompleteMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId, MultipartUpload: { Parts } }));
    return hash.digest('hex');
  }
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  describe('transfer', () => {
    test.each(['a+b c%2F ü {{x}}".parquet', "it's#?&=;$(x).parquet", '𝄞.parquet', '100%.parquet'])(
      'the key "odd/%s" is kept as it is',
      async (name) => {
        await put(`odd/${name}`, name);
        const { code, result } = await transferFrom(uriOf(`odd/${name}`));
        expect(code).toBe(0);
        expect(result).toEqual({
          files: 1,
          copied: 1,
          bytesCopied: Buffer.byteLength(name),
          bytes: Buffer.byteLength(name),
          version: createHash('md5').update(name).digest('hex'),
        });
        expect((await copyOf(name)).toString()).toBe(name);
      },
    );

    test('a folder: copied once, an overwritten object and a torn copy again', async () => {
      for (const name of ['m_1', 'm_2', 'other']) await put(`folder/${name}`, name);
      await put('folder/below/m_3', 'not directly in it');
      await put('folder/', '');
      const args = ['--source', uriOf('folder/'), '--destination', destination, '--prefixes', 'm_'];
      const first = await run('transfer', args);
      expect(first.result).toMatchObject({ files: 2, copied: 2, bytes: 6, version: expect.stringMatching(/^[0-9a-f]{64}$/) });
      const again = await run('transfer', args);
      expect(again.result).toEqual({ ...first.result, copied: 0, bytesCopied: 0 });
      await writeFile(join(folder, 'out', 'm_1'), 'M_1');
      await put('folder/m_2', 'M_2');
      const changed = await run('transfer', args);
      expect(changed.result).toMatchObject({ files: 2, copied: 2 });
      expect(changed.result.version).not.toBe(first.result.version);
      expect(String(await copyOf('m_1')) + (await copyOf('m_2'))).toBe('m_1M_2');
      expect((await readdir(join(folder, 'out'))).sort()).toEqual(['m_1', 'm_2']);
    });

    test('an empty object', async () => {
      await put('empty.parquet', '');
      expect((await transferFrom(uriOf('empty.parquet'))).result).toMatchObject({ copied: 1, bytes: 0 });
      expect((await transferFrom(uriOf('empty.parquet'))).result).toMatchObject({ copied: 0, bytes: 0 });
    });

    test('parts with a checksum of each part alone: a receipt says that the copy is there', async () => {
      await putParts('composite.parquet', 2, { ChecksumAlgorithm: 'CRC32' });
      expect((await transferFrom(uriOf('composite.parquet'))).result).toMatchObject({ copied: 1, bytes: 16 * mebibyte });
      s3.proxy.reset();
      expect((await transferFrom(uriOf('composite.parquet'))).result).toMatchObject({ copied: 0 });
      expect(s3.proxy.sent).toBeLessThan(10_000);
      await writeFile(join(folder, 'out', 'composite.parquet'), Buffer.alloc(16 * mebibyte));
      expect((await transferFrom(uriOf('composite.parquet'))).result).toMatchObject({ copied: 1 });
      expect((await readdir(join(folder, 'out'))).sort()).toEqual(['.composite.parquet.receipt.json', 'composite.parquet']);
    });

    test('what nothing can prove is not gone on with after a kill', async () => {
      const expected = await putParts('unproved.parquet', 2, { ChecksumAlgorithm: 'CRC32' });
      s3.proxy.limit = { bytes: 8 * mebibyte, end: 'hold' };
      const { child, ended } = start('transfer', ['--source', uriOf('unproved.parquet'), '--destination', destination]);
      await vi.waitFor(async () => expect(await sizeOfPartial()).toBeGreaterThan(7 * mebibyte), { timeout: 20_000 });
      child.kill('SIGKILL');
      await ended;
      s3.proxy.reset();
      expect((await transferFrom(uriOf('unproved.parquet'))).stderr).not.toContain('going on');
      expect(sha256(await copyOf('unproved.parquet'))).toBe(expected);
      expect((await readdir(join(folder, 'out'))).sort()).toEqual(['.unproved.parquet.receipt.json', 'unproved.parquet']);
    });

    test('killed half-way, and cut by the network: the next try reads what is missing, and no more', async () => {
      const expected = await putParts('big.parquet', 8);
      s3.proxy.limit = { bytes: 24 * mebibyte, end: 'hold' };
      const { child, ended } = start('transfer', ['--source', uriOf('big.parquet'), '--destination', destination]);
      await vi.waitFor(async () => expect(await sizeOfPartial()).toBeGreaterThan(23 * mebibyte), { timeout: 20_000 });
      child.kill('SIGKILL');
      await ended;
      const held = await sizeOfPartial();
      expect(await readdir(join(folder, 'out'))).toEqual([expect.stringMatching(/^\.big\.parquet\.[0-9a-f]{16}\.partial$/)]);

      s3.proxy.reset();
      s3.proxy.limit = { bytes: 16 * mebibyte, end: 'cut' };
      const cut = await transferFrom(uriOf('big.parquet'));
      expect([cut.code, cut.stderr]).toEqual([75, expect.stringContaining(`transfer: ${uriOf('big.parquet')}: can't reach S3:`)]);

      const heldThen = await sizeOfPartial();
      expect(heldThen - held).toBeGreaterThan(15 * mebibyte);
      s3.proxy.reset();
      const whole = await transferFrom(uriOf('big.parquet'));
      expect([whole.code, whole.stderr]).toEqual([0, expect.stringContaining(`going on file=big.parquet held=${heldThen}`)]);
      expect(s3.proxy.sent).toBeLessThan(64 * mebibyte - heldThen + 10_000);
      expect(sha256(await copyOf('big.parquet'))).toBe(expected);
      expect(await readdir(join(folder, 'out'))).toEqual(['big.parquet']);
    });

    test('what a dead machine left torn is of no use, and not used', async () => {
      await put('torn.parquet', 'whole and right');
      s3.proxy.limit = { bytes: 0, end: 'cut' };
      s3.proxy.onRequest = async (request) => {
        s3.proxy.limit = request.startsWith('GET') ? { bytes: 0, end: 'cut' } : undefined;
      };
      expect((await transferFrom(uriOf('torn.parquet'))).code).toBe(75);
      const [partial = ''] = await readdir(join(folder, 'out'));
      await writeFile(join(folder, 'out', partial), Buffer.alloc(10));
      s3.proxy.reset();
      const { result, stderr } = await transferFrom(uriOf('torn.parquet'));
      expect([result.copied, stderr]).toEqual([1, expect.stringContaining('what an earlier try left is of no use')]);
      expect((await copyOf('torn.parquet')).toString()).toBe('whole and right');
      expect(await readdir(join(folder, 'out'))).toEqual(['torn.parquet']);
    });

    test('an object that is overwritten between the look and the reading is refused', async () => {
      await put('changing.parquet', 'one');
      s3.proxy.onRequest = async (request) => {
        if (request.startsWith('GET')) await put('changing.parquet', 'two');
      };
      const { code, stderr } = await transferFrom(uriOf('changing.parquet'));
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`${uriOf('changing.parquet')}: it changed while it was copied; run again`),
      ]);
      expect(await readdir(join(folder, 'out'))).toEqual([]);
    });

    test('two at the same time', async () => {
      const expected = await putParts('twice.parquet', 3);
      const both = await Promise.all([transferFrom(uriOf('twice.parquet')), transferFrom(uriOf('twice.parquet'))]);
      expect(both.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
      expect(sha256(await copyOf('twice.parquet'))).toBe(expected);
      expect(await readdir(join(folder, 'out'))).toEqual(['twice.parquet']);
    });

    test('256 MiB in constant memory', async () => {
      const expected = await putParts('huge.parquet', 32);
      const { code, stderr } = await transferFrom(uriOf('huge.parquet'));
      expect(code, stderr).toBe(0);
      expect(sha256(await copyOf('huge.parquet'))).toBe(expected);
      expect(Number(/peak KiB (\d+)/.exec(stderr)?.[1])).toBeLessThan(200 * 1024);
    });

    const sizeOfPartial = async () => {
      const [name = ''] = await readdir(join(folder, 'out')).catch(() => []);
      return name === '' ? 0 : (await stat(join(folder, 'out', name))).size;
    };
  });

  describe('what S3 refuses is one line, and says whether a retry may help', () => {
    const source = uriOf('plain.parquet');
    beforeAll(() => put('plain.parquet', 'plain').then(() => undefined));
    const refusals: [string, string, number, string, Record<string, string>][] = [
      ['a missing object', uriOf('none.parquet'), 2, 'no such file', {}],
      ['a missing bucket', 's3://no-such-bucket/a', 2, 'there is no such bucket; check its name, AWS_REGION', {}],
      ['a missing bucket as a folder', 's3://no-such-bucket/', 2, 'there is no such bucket', {}],
      ['an unknown key id', source, 2, 'S3 knows no such access key; check AWS_ACCESS_KEY_ID', { AWS_ACCESS_KEY_ID: 'nobody' }],
      ['a wrong secret', source, 2, 'the secret does not belong to the access key', { AWS_SECRET_ACCESS_KEY: 'wrong' }],
      ['no credentials', source, 2, 'no sign-in was found', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }],
      ['no region', source, 2, 'no region that S3 has is set; set AWS_REGION', { AWS_REGION: '' }],
      ['an unreachable server', source, 75, "can't reach S3: ECONNREFUSED", { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }],
      ['a key that is too long', uriOf('k'.repeat(2000)), 2, 'a key has at most 1,024 bytes', {}],
      ['a bucket without a key', `s3://${bucket}`, 2, 'name an object, or a folder with "/" at its end', {}],
      ['64 KB', `s3://${bucket}/${'x'.repeat(65_536)}`, 2, 'expected at most 4096 characters', {}],
      ['line breaks', `s3://${bucket}/a\nb`, 2, 'expected a URI without line breaks', {}],
      ['an injection', `s3://${bucket}/"; rm -rf /; {{workflow.name}}`, 2, 'no such file', {}],
    ];
    test.each(refusals)('%s', async (_what, from, expectedCode, message, env) => {
      const { code, stderr, result } = await transferFrom(from, env);
      const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('peak'));
      expect([code, lines, result]).toEqual([expectedCode, [expect.stringContaining(message)], undefined]);
      expect(lines[0]?.length).toBeLessThan(700);
    });

    test('a server that is busy, a few times', async () => {
      let requests = 0;
      const busy = createServer((_, response) => {
        requests += 1;
        response.writeHead(503).end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
      }).listen(0, '127.0.0.1');
      await once(busy, 'listening');
      const endpoint = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(busy.address() as AddressInfo).port}` };
      const { code, stderr } = await transferFrom(`${uriOf('')}`, endpoint);
      busy.close();
      expect([code, stderr, requests]).toEqual([75, expect.stringContaining('S3 is busy or does not answer: SlowDown 503'), 3]);
    });
  });

  describe('months', () => {
    const files = 'months/yellow';
    const nameOf = (month: string) => `yellow_tripdata_${month}.parquet`;
    const keyOf = (month: string) => `${files}/${month.slice(0, 4)}/${nameOf(month)}`;
    beforeAll(async () => {
      for (const month of ['2023-01', '2023-02', '2023-03', '2023-05']) await put(keyOf(month), month);
    });
    const backfill = (from: string, to: string, source = uriOf('months/')) =>
      run('months', [
        '--task',
        'backfill',
        '--category',
        'yellow',
        '--from',
        from,
        '--to',
        to,
        '--source',
        source,
        '--records',
        records,
      ]);
    const recordMonth = (month: string, version: string) =>
      run('months', [
        ...['--task', 'record', '--category', 'yellow', '--uri', uriOf(keyOf(month)), '--filename', nameOf(month)],
        ...['--run-date', firstDayOf(month), '--version', version, '--records', records],
      ]);

    test('planned, done, recorded: nothing is left to do, until an object is overwritten', async () => {
      const first = await backfill('2023-01', '2023-03-01');
      expect(first.result).toMatchObject({ bytes: 21, skipped: 0, cost: { usd: expect.any(Number) } });
      expect(first.stderr).toMatch(/2023-02 +7 B {2}to do\n(.*\n)*to do +21 B {2}3 of 3 months\nexpected cost: \$0\.\d\d/);
      for (const month of first.result.months) {
        const { result } = await transferFrom(month.uri);
        expect((await recordMonth(month.run_date.slice(0, 7), result.version)).code).toBe(0);
      }
      expect((await backfill('2023-01', '2023-03')).result).toMatchObject({ months: [], bytes: 0, skipped: 3 });
      await put(keyOf('2023-02'), 'other');
      expect((await backfill('2023-01', '2023-03')).result).toMatchObject({
        months: [{ category: 'yellow', uri: uriOf(keyOf('2023-02')), filename: nameOf('2023-02'), run_date: '2023-02-01' }],
        bytes: 5,
        skipped: 2,
      });
      expect(await readdir(join(folder, 'records', 'yellow'))).toEqual(['2023-01-01.json', '2023-02-01.json', '2023-03-01.json']);
    });

    test('freshness leaves what has just arrived, finds what has settled, and does not mind a record that is none', async () => {
      const freshness = () => run('months', ['--task', 'freshness', '--source', uriOf('months/'), '--records', records]);
      const early = await freshness();
      expect([early.code, early.result]).toEqual([0, { months: [], waiting: 4 }]);
      for (const month of ['2023-01', '2023-05']) await utimes(join(s3.folder, bucket, keyOf(month)), 1e9, 1e9);
      await mkdir(join(folder, 'records', 'yellow'), { recursive: true });
      await writeFile(join(folder, 'records', 'yellow', '2023-05-01.json'), '{');
      const { result, stderr } = await freshness();
      expect(result.months.map((one: { run_date: string }) => one.run_date)).toEqual(['2023-01-01', '2023-05-01']);
      expect(stderr).toMatch(
        /left out, no record of a month .*2023-05-01\.json\n.*looked at the source files=4 ignored=0 missing=2 waiting=2/,
      );
      const version = createHash('md5').update('2023-01').digest('hex');
      await recordMonth('2023-01', version);
      await recordMonth('2023-05', 'another');
      expect((await freshness()).result.months).toEqual([
        { category: 'yellow', uri: uriOf(keyOf('2023-05')), filename: nameOf('2023-05'), run_date: '2023-05-01' },
      ]);
    });

    test('2,000 objects are read page by page', async () => {
      const keys = Array.from(
        { length: 2000 },
        (_, index) => `many/${index}/${index === 1999 ? nameOf('2024-07') : `${index}.txt`}`,
      );
      for (let index = 0; index < keys.length; index += 50)
        await Promise.all(keys.slice(index, index + 50).map((key) => put(key, '1')));
      let pages = 0;
      s3.proxy.onRequest = async (request) => {
        if (request.includes('list-type=2')) pages += 1;
      };
      expect((await backfill('2024-07', '2024-07', uriOf('many'))).result.months).toEqual([
        expect.objectContaining({ filename: nameOf('2024-07'), uri: uriOf(`many/1999/${nameOf('2024-07')}`) }),
      ]);
      expect(pages).toBe(2);
    });

    const mistakes: [string[], string][] = [
      [['--from', '2023-02', '--to', '2023-01'], '--to 2023-01 is before --from 2023-02'],
      [['--from', '2023-13', '--to', '2023-12'], '--from "2023-13": expected a month such as 2023-01'],
      [['--from', '2023-01-15', '--to', '2023-12'], '--from "2023-01-15": expected a month such as 2023-01'],
      [['--from', '1900-01', '--to', '2023-12'], 'expected at most 600 months'],
      [
        ['--from', '2023-01', '--to', '2023-06'],
        'no yellow file for 2023-04, 2023-06; there is 2023-01 to 2023-03, 2023-05; change',
      ],
      [['--from', '{{workflow.name}}', '--to', '"; rm -rf /'], '--from "{{workflow.name}}": expected a month'],
      [['--from', 'x'.repeat(65_536), '--to', '2023-01\n'], `--from "${'x'.repeat(200)}…": expected a month`],
      [['--from', '2023-01'], '--task backfill: --to is missing (--help lists the options)'],
      [['--from', '2023-01', '--to', '2023-01', '--version', '1'], '--task backfill: --version is of another task'],
      [['--from', '2023-01', '--to', '2023-01', '--category', 'blue'], '--category "blue": expected one of'],
    ];
    test.each(mistakes)('%#: refused in one line', async (flags, message) => {
      const place = ['--source', uriOf('months/'), '--records', records, '--category', 'yellow'];
      const { code, stderr, result } = await run('months', ['--task', 'backfill', ...place, ...flags]);
      const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('peak'));
      expect([code, lines, result]).toEqual([2, [expect.stringContaining(message)], undefined]);
    });

    const contradictions: [{ month?: string; uri?: string; version?: string }, string][] = [
      [{ month: '2023-02' }, '--filename yellow_tripdata_2023-01.parquet is not the file of yellow 2023-02'],
      [{ uri: 's3://b-b-b/else.parquet' }, '--uri s3://b-b-b/else.parquet does not end with --filename'],
      [{ version: 'a\nb' }, '--version "a\\nb": expected a version'],
    ];
    test.each(contradictions)(
      'a record that contradicts itself is refused: %j',
      async ({ month = '2023-01', uri = uriOf(keyOf('2023-01')), version = 'v' }, message) => {
        const { code, stderr } = await run('months', [
          ...['--task', 'record', '--category', 'yellow', '--uri', uri, '--filename', nameOf('2023-01')],
          ...['--run-date', firstDayOf(month), '--version', version, '--records', records],
        ]);
        expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
        await expect(readdir(join(folder, 'records'))).rejects.toThrow('ENOENT');
      },
    );
  });
});

async function finish(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr, result: stdout === '' ? undefined : JSON.parse(stdout) };
}
