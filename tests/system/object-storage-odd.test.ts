// Objects as other programs leave them in buckets: stored compressed, named as no file can be, folders that consoles make.
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readFooter } from '../../apps/plan/parquet-footer.ts';
import { startDigests } from '../../apps/platform/object-storage-digest.ts';
import { patience, toBytes } from '../../apps/platform/object-storage-read.ts';
import { createS3Storage } from '../../apps/platform/object-storage-s3.ts';
import { collect, inPieces, mebibyte, noise, useStorage } from '../fixtures/storage-lab.ts';
import { storageKinds } from '../fixtures/storages.ts';

const buckets = storageKinds.filter(({ name }) => name !== 'folder');

describe.each(buckets)('$name', (kind) => {
  const { name, isMissing } = kind;
  const lab = useStorage(kind);
  const { uriOf, putRaw, look } = lab;

  test.skipIf(isMissing)(
    'an object with Content-Encoding gzip is read as it is stored: length, ranges, end and digest',
    async () => {
      const stored = gzipSync(Buffer.concat([noise(50_000), Buffer.alloc(500_000)]));
      await putRaw('gzip/x.parquet', stored, 'gzip');
      const object = await look('gzip/x.parquet');
      const [listed] = await collect(lab.storage.list(uriOf('gzip/')));
      expect([object.bytes, listed?.bytes]).toEqual([stored.length, stored.length]);
      const digest = await lab.storage.digestOf(object);
      const digests = startDigests([digest?.algorithm ?? 'md5']);
      digests.update(stored);
      expect(digest?.hex).toBe(digests.hex(digest?.algorithm ?? 'md5'));
      for (const [from, to] of [
        [0, stored.length],
        [0, 10],
        [20_000, 30_000],
        [stored.length - 8, stored.length],
      ] as const)
        expect(stored.subarray(from, to).equals(await toBytes(lab.storage.read(object, { from, to })))).toBe(true);
      for (const bytes of [1_000, stored.length, 10 * stored.length]) {
        const end = await lab.storage.readEnd(object.uri, bytes);
        expect(stored.subarray(-bytes).equals(Buffer.from(end?.bytes ?? []))).toBe(true);
        expect(end?.object).toMatchObject({ bytes: stored.length, version: object.version });
      }
      const copied = await lab.storage.copy(object, uriOf('gzip-copy'));
      expect(stored.equals(await toBytes(lab.storage.read(copied)))).toBe(true);
      expect(gunzipSync(await toBytes(lab.storage.read(object)))).toHaveLength(550_000);
    },
  );

  test.skipIf(isMissing)(
    'a file of any size that is compressed as a whole is refused by what it is, with the next step',
    async () => {
      for (const length of [100, 100_000]) {
        await putRaw(`gzip/${length}.parquet`, gzipSync(noise(length)), 'gzip');
        await expect(readFooter(uriOf(`gzip/${length}.parquet`))).rejects.toMatchObject({
          exitCode: 1,
          message: `${length}.parquet: not a whole Parquet file: all of it is compressed by gzip; decompress it, and upload it without "Content-Encoding: gzip"`,
        });
      }
    },
  );

  // A server on a folder has no such names.
  const odd = ['/first', 'a//b', '../up', 'a/../b', './here', 'a/./b', ' ', '%2e%2e/x', '\\x', 'ends '];
  test.skipIf(isMissing || name === 'S3').each(odd)('the key %j is no other key', async (key) => {
    await putRaw(key, Buffer.from(key));
    const object = await look(key);
    expect(object.uri).toBe(uriOf(key));
    expect((await toBytes(lab.storage.read(object))).toString()).toBe(key);
    const written = await lab.storage.write(uriOf(key), inPieces(Buffer.from(`${key}!`), 2));
    expect((await toBytes(lab.storage.read(written))).toString()).toBe(`${key}!`);
    await lab.storage.remove(written.uri);
    expect(await lab.storage.look(written.uri)).toBeUndefined();
  });

  test.skipIf(isMissing || name !== 'S3')('a copy that is too large for one request is made in parts', async () => {
    const storage = createS3Storage(patience, { mostBytes: 12 * mebibyte, partBytes: 5 * mebibyte });
    const content = noise(12 * mebibyte + 1);
    const object = await storage.write(uriOf('large'), inPieces(content, mebibyte), {
      contentType: 'text/x-trips',
      cacheControl: 'max-age=9',
      metadata: { of: 'me' },
    });
    lab.proxy?.reset();
    const copied = await storage.copy(object, uriOf('copy of+large'));
    expect(copied).toMatchObject({ bytes: content.length, metadata: { of: 'me' } });
    expect(content.equals(await toBytes(storage.read(copied)))).toBe(true);
    expect(lab.proxy?.requests.filter((request) => request.includes('partNumber='))).toHaveLength(3);
    const before = object;
    await storage.write(uriOf('large'), inPieces(noise(12 * mebibyte + 1), mebibyte));
    await expect(storage.copy(before, uriOf('copy of+large'))).rejects.toThrow('it changed while it was read');
    // One that fails leaves neither a part nor another object.
    if (lab.proxy)
      lab.proxy.faults = [{ fault: { kind: 'answer', status: 403 }, when: ({ url = '' }) => url.includes('partNumber=2') }];
    await expect(storage.copy(await look('large'), uriOf('copy of+large'))).rejects.toMatchObject({ exitCode: 2 });
    lab.proxy?.reset();
    expect((await look('copy of+large')).version).toBe(copied.version);
    expect((await lab.allNames()).filter((one) => one.endsWith('(upload)'))).toEqual([]);
  });

  test.skipIf(isMissing)('a folder that is an object is not listed, and is no file', async () => {
    await putRaw('made/', Buffer.from(''));
    await putRaw('made/below/', Buffer.from(''));
    await putRaw('made/x', Buffer.from('x'));
    for (const direct of [true, false])
      expect((await collect(lab.storage.list(uriOf('made/'), { direct }))).map((object) => object.name)).toEqual(['x']);
  });
});
