import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseBucketUri, toBucketUri } from './bucket-uri.ts';
import { crc32c } from './crc32c.ts';
import { startDigests } from './object-storage-digest.ts';
import { openStorage } from './object-storage-open.ts';
import { uriOption } from './object-storage-uri.ts';

let folder: string;
let uri: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway storage #+%25 '));
  uri = `${pathToFileURL(folder).href}/`;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('every key comes back from its URI, which is one line of harmless characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      const written = toBucketUri('s3', { bucket: 'a-bucket', key });
      expect(written).toMatch(/^s3:\/\/a-bucket\/[\w.!~*'()%/-]*$/);
      expect(parseBucketUri('s3', written)).toEqual({ bucket: 'a-bucket', key });
    }),
  );
  expect(parseBucketUri('s3', 's3://a-bucket/a+b/../c//d?e#f').key).toBe('a+b/../c//d?e#f');
  expect(parseBucketUri('s3', 's3://a-bucket')).toEqual({ bucket: 'a-bucket', key: '' });
});

test.each([
  ['s3:///key', 'expected s3://bucket/key'],
  ['s3://a bucket/key', 'a bucket is not a name that a bucket can have'],
  ['s3://a-bucket/100%', 'a "%" in a URI begins an encoded character; write it as %25'],
])('%s is refused', (wrong, message) => {
  expect(() => parseBucketUri('s3', wrong)).toThrow(message);
});

test('hostile flags are refused', () => {
  expect(uriOption.safeParse('s3://a/\nb').error?.issues[0]?.message).toBe(
    'expected a URI without line breaks and control characters',
  );
  expect(uriOption.safeParse('a'.repeat(65_536)).error?.issues[0]?.message).toBe('expected at most 4096 characters');
  for (const scheme of ['ftp://b/k', 'constructor://b/k', 'https://h/k'])
    expect(() => openStorage(scheme)).toThrow(`${scheme}: expected a URI that begins with gs://, s3:// or file://`);
});

test('digests are those of their standards, whatever the pieces', () => {
  const digests = startDigests(['md5', 'sha256', 'crc32', 'crc32c', 'crc64nvme']);
  for (const piece of ['1', '2345', '', '6789']) digests.update(Buffer.from(piece));
  expect(digests.hex('md5')).toBe('25f9e794323b453885f5181f1b624d0b');
  expect(digests.hex('sha256')).toBe('15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225');
  expect(digests.hex('crc32')).toBe('cbf43926');
  expect(digests.hex('crc32c')).toBe('e3069283');
  expect(digests.hex('crc64nvme')).toBe('ae8b14860a799888');
});

test('CRC-32C is that of bit by bit, whatever the length and the pieces', () => {
  const bitByBit = (bytes: Uint8Array) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(bitByBit(bytes));
    }),
  );
});

test('CRC-64/NVME is that of bit by bit, whatever the length and the pieces', () => {
  const bitByBit = (bytes: Uint8Array) => {
    let crc = 2n ** 64n - 1n;
    for (const byte of bytes) {
      crc ^= BigInt(byte);
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
    }
    return (crc ^ (2n ** 64n - 1n)).toString(16).padStart(16, '0');
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
      const digests = startDigests(['crc64nvme']);
      for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) digests.update(piece);
      expect(digests.hex('crc64nvme')).toBe(bitByBit(bytes));
    }),
  );
});

test('a folder is listed with what is below it, in order, without what is hidden or no file', async () => {
  await mkdir(join(folder, 'list/b +%/x'), { recursive: true });
  for (const name of ['z', 'b +%/x/ü"\n', 'a', '.hidden', 'b +%/.partial']) await writeFile(join(folder, 'list', name), name);
  await symlink(join(folder, 'list'), join(folder, 'list/circle'));
  await symlink('nowhere', join(folder, 'list/dangling'));
  const found = await collect(openStorage(uri).list(`${uri}list/`));
  expect(found.map(({ name }) => name)).toEqual(['a', 'b +%/x/ü"\n', 'z']);
  for (const object of found) {
    const looked = await openStorage(uri).look(object.uri);
    expect(looked).toEqual({ ...object, name: object.name.split('/').at(-1) });
    expect(Buffer.concat(await collect(openStorage(uri).read(object, { from: 1 }))).toString()).toBe(object.name.slice(1));
  }
  expect((await collect(openStorage(uri).list(`${uri}list/`, { direct: true }))).map(({ name }) => name)).toEqual(['a', 'z']);
  await expect(collect(openStorage(uri).list(`${uri}none/`))).rejects.toThrow('there is no such file or folder (ENOENT)');
  expect(await openStorage(uri).look(`${uri}none`)).toBeUndefined();
});

test('a version changes with the time alone, and a file that changes while it is read is refused', async () => {
  const file = `${uri}changing`;
  await writeFile(join(folder, 'changing'), 'one');
  const object = await openStorage(uri).look(file);
  await utimes(join(folder, 'changing'), 1, 1);
  expect((await openStorage(uri).look(file))?.version).not.toBe(object?.version);
  await expect(collect(openStorage(uri).read(object as never))).rejects.toThrow(`${file}: it changed while it was read`);
});

test('runs over folders do not load the clients of buckets', () => {
  const script = `import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context); } });
    const { openStorage } = await import(${JSON.stringify(join(import.meta.dirname, 'object-storage-open.ts'))});
    for (const uri of ['gs://bucket/', 's3://bucket/']) openStorage(uri);
    await openStorage('file:///').look('file:///none');
    console.log(seen.filter((name) => /@aws-sdk|@google-cloud/.test(name)).length, seen.includes('./object-storage-gs.ts'));`;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe('0 true\n');
});
