// transfer's bundle on a real S3: any key, torn copies, kills, changes meanwhile, and what S3 refuses.
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { bucket, uriOf, useS3Lab } from '../fixtures/s3-lab.ts';
import { findS3Server } from '../fixtures/s3-server.ts';
import { patience } from '../fixtures/until.ts';

const tool = findS3Server();
const mebibyte = 2 ** 20;

describe.skipIf(tool === undefined)('transfer from S3', () => {
  const lab = useS3Lab(tool, ['transfer']);
  const transferFrom = (source: string, env?: Readonly<Record<string, string>>) =>
    lab.run('transfer', ['--source', source, '--destination', lab.destination], env);

  /** Parts of 8 MiB of noise. Returns the SHA-256 of all. */
  async function putParts(key: string, parts: number, options: { ChecksumAlgorithm?: 'CRC32' } = {}): Promise<string> {
    const { UploadId } = await lab.s3.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ...options }));
    const hash = createHash('sha256');
    const Parts = [];
    for (let PartNumber = 1; PartNumber <= parts; PartNumber += 1) {
      const Body = randomFillSync(Buffer.alloc(8 * mebibyte));
      hash.update(Body);
      const part = await lab.s3.client.send(
        new UploadPartCommand({ Bucket: bucket, Key: key, UploadId, PartNumber, Body, ...options }),
      );
      Parts.push({ PartNumber, ETag: part.ETag, ...(options.ChecksumAlgorithm ? { ChecksumCRC32: part.ChecksumCRC32 } : {}) });
    }
    await lab.s3.client.send(
      new CompleteMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId, MultipartUpload: { Parts } }),
    );
    return hash.digest('hex');
  }
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test.each(['a+b c%2F ü {{x}}".parquet', "it's#?&=;$(x).parquet", '𝄞.parquet', '100%.parquet'])(
    'the key "odd/%s" is kept as it is',
    async (name) => {
      await lab.put(`odd/${name}`, name);
      const { code, result } = await transferFrom(uriOf(`odd/${name}`));
      expect(code).toBe(0);
      expect(result).toEqual({
        files: 1,
        copied: 1,
        bytesCopied: Buffer.byteLength(name),
        file: name,
        bytes: Buffer.byteLength(name),
        version: createHash('md5').update(name).digest('hex'),
      });
      expect((await lab.copyOf(name)).toString()).toBe(name);
    },
  );

  test('a folder: copied once, an overwritten object and a torn copy again', async () => {
    for (const name of ['m_1', 'm_2', 'other']) await lab.put(`folder/${name}`, name);
    await lab.put('folder/below/m_3', 'not directly in it');
    await lab.put('folder/', '');
    const args = ['--source', uriOf('folder/'), '--destination', lab.destination, '--prefixes', 'm_'];
    const first = await lab.run('transfer', args);
    expect(first.result).toMatchObject({ files: 2, copied: 2, bytes: 6, version: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const again = await lab.run('transfer', args);
    expect(again.result).toEqual({ ...first.result, copied: 0, bytesCopied: 0 });
    await writeFile(join(lab.folder, 'out', 'm_1'), 'M_1');
    await lab.put('folder/m_2', 'M_2');
    const changed = await lab.run('transfer', args);
    expect(changed.result).toMatchObject({ files: 2, copied: 2 });
    expect(changed.result.version).not.toBe(first.result.version);
    expect(String(await lab.copyOf('m_1')) + (await lab.copyOf('m_2'))).toBe('m_1M_2');
    expect((await readdir(join(lab.folder, 'out'))).sort()).toEqual(['m_1', 'm_2']);
  });

  test('an empty object', async () => {
    await lab.put('empty.parquet', '');
    expect((await transferFrom(uriOf('empty.parquet'))).result).toMatchObject({ copied: 1, bytes: 0 });
    expect((await transferFrom(uriOf('empty.parquet'))).result).toMatchObject({ copied: 0, bytes: 0 });
  });

  test('parts with a checksum of each part alone: a receipt says that the copy is there', async () => {
    await putParts('composite.parquet', 2, { ChecksumAlgorithm: 'CRC32' });
    expect((await transferFrom(uriOf('composite.parquet'))).result).toMatchObject({ copied: 1, bytes: 16 * mebibyte });
    lab.s3.proxy.reset();
    expect((await transferFrom(uriOf('composite.parquet'))).result).toMatchObject({ copied: 0 });
    expect(lab.s3.proxy.sent).toBeLessThan(10_000);
    await writeFile(join(lab.folder, 'out', 'composite.parquet'), Buffer.alloc(16 * mebibyte));
    expect((await transferFrom(uriOf('composite.parquet'))).result).toMatchObject({ copied: 1 });
    expect((await readdir(join(lab.folder, 'out'))).sort()).toEqual(['.composite.parquet.receipt.json', 'composite.parquet']);
  });

  test('what nothing can prove is not gone on with after a kill', async () => {
    const expected = await putParts('unproved.parquet', 2, { ChecksumAlgorithm: 'CRC32' });
    lab.s3.proxy.limit = { bytes: 8 * mebibyte, end: 'hold' };
    const { child, ended } = lab.start('transfer', ['--source', uriOf('unproved.parquet'), '--destination', lab.destination]);
    await vi.waitFor(async () => expect(await sizeOfPartial()).toBeGreaterThan(7 * mebibyte), { timeout: patience });
    child.kill('SIGKILL');
    await ended;
    lab.s3.proxy.reset();
    expect((await transferFrom(uriOf('unproved.parquet'))).stderr).not.toContain('going on');
    expect(sha256(await lab.copyOf('unproved.parquet'))).toBe(expected);
    expect((await readdir(join(lab.folder, 'out'))).sort()).toEqual(['.unproved.parquet.receipt.json', 'unproved.parquet']);
  });

  test('killed half-way, and cut by the network: the next try reads what is missing, and no more', async () => {
    const expected = await putParts('big.parquet', 8);
    lab.s3.proxy.limit = { bytes: 24 * mebibyte, end: 'hold' };
    const { child, ended } = lab.start('transfer', ['--source', uriOf('big.parquet'), '--destination', lab.destination]);
    await vi.waitFor(async () => expect(await sizeOfPartial()).toBeGreaterThan(23 * mebibyte), { timeout: patience });
    child.kill('SIGKILL');
    await ended;
    const held = await sizeOfPartial();
    expect(await readdir(join(lab.folder, 'out'))).toEqual([expect.stringMatching(/^\.big\.parquet\.[0-9a-f]{16}\.partial$/)]);

    lab.s3.proxy.reset();
    lab.s3.proxy.limit = { bytes: 16 * mebibyte, end: 'cut' };
    const cut = await transferFrom(uriOf('big.parquet'));
    expect([cut.code, cut.stderr]).toEqual([75, expect.stringContaining(`transfer: ${uriOf('big.parquet')}: can't reach S3:`)]);

    const heldThen = await sizeOfPartial();
    expect(heldThen - held).toBeGreaterThan(15 * mebibyte);
    lab.s3.proxy.reset();
    const whole = await transferFrom(uriOf('big.parquet'));
    expect([whole.code, whole.stderr]).toEqual([0, expect.stringContaining(`going on file=big.parquet held=${heldThen}`)]);
    expect(lab.s3.proxy.sent).toBeLessThan(64 * mebibyte - heldThen + 10_000);
    expect(sha256(await lab.copyOf('big.parquet'))).toBe(expected);
    expect(await readdir(join(lab.folder, 'out'))).toEqual(['big.parquet']);
  });

  test('what a dead machine left torn is of no use, and not used', async () => {
    await lab.put('torn.parquet', 'whole and right');
    lab.s3.proxy.limit = { bytes: 0, end: 'cut' };
    lab.s3.proxy.onRequest = async (request) => {
      lab.s3.proxy.limit = request.startsWith('GET') ? { bytes: 0, end: 'cut' } : undefined;
    };
    expect((await transferFrom(uriOf('torn.parquet'))).code).toBe(75);
    const [partial = ''] = await readdir(join(lab.folder, 'out'));
    await writeFile(join(lab.folder, 'out', partial), Buffer.alloc(10));
    lab.s3.proxy.reset();
    const { result, stderr } = await transferFrom(uriOf('torn.parquet'));
    expect([result.copied, stderr]).toEqual([1, expect.stringContaining('what an earlier try left is of no use')]);
    expect((await lab.copyOf('torn.parquet')).toString()).toBe('whole and right');
    expect(await readdir(join(lab.folder, 'out'))).toEqual(['torn.parquet']);
  });

  test('an object that is overwritten between the look and the reading is refused', async () => {
    await lab.put('changing.parquet', 'one');
    lab.s3.proxy.onRequest = async (request) => {
      if (request.startsWith('GET')) await lab.put('changing.parquet', 'two');
    };
    const { code, stderr } = await transferFrom(uriOf('changing.parquet'));
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${uriOf('changing.parquet')}: it changed while it was read; run again`),
    ]);
    expect(await readdir(join(lab.folder, 'out'))).toEqual([]);
  });

  test('two at the same time', async () => {
    const expected = await putParts('twice.parquet', 3);
    const both = await Promise.all([transferFrom(uriOf('twice.parquet')), transferFrom(uriOf('twice.parquet'))]);
    expect(both.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
    expect(sha256(await lab.copyOf('twice.parquet'))).toBe(expected);
    expect(await readdir(join(lab.folder, 'out'))).toEqual(['twice.parquet']);
  });

  test('256 MiB in constant memory', async () => {
    const expected = await putParts('huge.parquet', 32);
    const { code, stderr } = await transferFrom(uriOf('huge.parquet'));
    expect(code, stderr).toBe(0);
    expect(sha256(await lab.copyOf('huge.parquet'))).toBe(expected);
    expect(Number(/peak KiB (\d+)/.exec(stderr)?.[1])).toBeLessThan(200 * 1024);
  });

  const sizeOfPartial = async () => {
    const [name = ''] = await readdir(join(lab.folder, 'out')).catch(() => []);
    return name === '' ? 0 : (await stat(join(lab.folder, 'out', name))).size;
  };

  describe('what S3 refuses is one line, and says whether a retry may help', () => {
    const source = uriOf('plain.parquet');
    beforeAll(() => lab.put('plain.parquet', 'plain').then(() => undefined));
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
});
