// One contract for folders, Cloud Storage and S3, on real servers; what networks and busy servers do to buckets.
import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStorage, StoredObject } from '../../apps/platform/object-storage.ts';
import { startDigests } from '../../apps/platform/object-storage-digest.ts';
import { toBytes } from '../../apps/platform/object-storage-read.ts';
import type { PlannedFault } from '../fixtures/fault-proxy.ts';
import { type StorageLab, storageKinds } from '../fixtures/storages.ts';

const mebibyte = 2 ** 20;
const noise = (bytes: number) => randomFillSync(Buffer.alloc(bytes));
async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
async function* inPieces(content: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

describe.each(storageKinds)('$name', ({ name, isMissing, start }) => {
  let lab: StorageLab;
  let storage: ObjectStorage;
  const uriOf = (key: string) => `${lab.root}${key.split('/').map(encodeURIComponent).join('/')}`;
  const put = (key: string, text: string) => storage.write(uriOf(key), Buffer.from(text));
  const textOf = async (object: StoredObject) => (await toBytes(storage.read(object))).toString();
  const look = async (key: string) => (await storage.look(uriOf(key))) as StoredObject;

  beforeAll(async () => {
    if (isMissing) return;
    lab = await start();
    storage = lab.storage;
  });
  afterEach(() => lab?.proxy?.reset());
  afterAll(() => lab?.stop());

  const odd = [
    'a b',
    'a+b',
    '100%',
    '%41',
    'ü/𝄞',
    "it's#?&=;$(x)",
    '"{{x}}"',
    'line\nbreak',
    'a..b',
    'tab\there',
    'e\u0301',
    '[*?]',
  ];
  test.skipIf(isMissing).each(odd)('the key %j is kept as it is', async (key) => {
    // Cloud Storage has no names with line breaks.
    if (name === 'Cloud Storage' && key.includes('\n')) return;
    const written = await put(`odd/${key}`, key);
    const [listed] = await collect(storage.list(uriOf('odd/')));
    expect(listed).toMatchObject({
      uri: uriOf(`odd/${key}`),
      name: key,
      bytes: Buffer.byteLength(key),
      version: written.version,
    });
    expect(await textOf(await look(`odd/${key}`))).toBe(key);
    await storage.remove(written.uri);
    expect(await storage.look(written.uri)).toBeUndefined();
    await storage.remove(written.uri);
  });

  test.skipIf(isMissing)('what is written is what is read: an object, its digest, its ranges and its end', async () => {
    const content = noise(100_000);
    const written = await storage.write(uriOf('plain/x'), content, { contentType: 'text/plain', cacheControl: 'no-cache' });
    const object = await look('plain/x');
    expect(written).toMatchObject({ uri: object.uri, name: 'x', bytes: 100_000, version: object.version });
    expect(Math.abs(object.changedAt - Date.now())).toBeLessThan(60_000);
    const digest = await storage.digestOf(object);
    const digests = startDigests([digest?.algorithm ?? 'md5']);
    digests.update(content);
    expect(digest?.hex).toBe(digests.hex(digest?.algorithm ?? 'md5'));
    for (const [from, to] of [
      [0, 100_000],
      [0, 1],
      [99_999, 100_000],
      [5_000, 70_000],
      [5, 5],
    ] as const)
      expect(content.subarray(from, to).equals(await toBytes(storage.read(object, { from, to })))).toBe(true);
    for (const bytes of [1, 32_768, 100_000, 200_000]) {
      const end = await storage.readEnd(object.uri, bytes);
      expect(content.subarray(-bytes).equals(Buffer.from(end?.bytes ?? []))).toBe(true);
      expect(end?.object).toMatchObject({ uri: object.uri, name: 'x', bytes: 100_000, version: object.version });
    }
  });

  test.skipIf(isMissing)('an empty object, and none', async () => {
    await put('empty', '');
    const object = await look('empty');
    expect([object.bytes, await textOf(object)]).toEqual([0, '']);
    const end = await storage.readEnd(object.uri, 10);
    expect([end?.object.version, end?.bytes.length]).toEqual([object.version, 0]);
    expect(await storage.look(uriOf('none'))).toBeUndefined();
    expect(await storage.readEnd(uriOf('none'), 10)).toBeUndefined();
  });

  test.skipIf(isMissing)(
    'a folder of 2,100 objects in order, page by page, with and without what is below',
    async () => {
      const names = Array.from({ length: 2_100 }, (_, index) => `f/${String(index).padStart(5, '0')}`);
      for (let index = 0; index < names.length; index += 50)
        await Promise.all(names.slice(index, index + 50).map((key) => put(key, 'x')));
      await put('f/below/x', 'x');
      await put('f/.hidden', 'x');
      await put('f2/other', 'x');
      const all = (await collect(storage.list(uriOf('f/')))).map((object) => object.name);
      expect(all).toEqual([...names.map((key) => key.slice(2)), 'below/x']);
      expect(await collect(storage.list(uriOf('f/'), { direct: true }))).toHaveLength(2_100);
    },
    60_000,
  );

  test.skipIf(isMissing)(
    'a stream is written whole; one that breaks leaves nothing',
    async () => {
      const content = noise(40 * mebibyte + 17);
      const written = await storage.write(uriOf('stream'), inPieces(content, 300_001));
      expect(written.bytes).toBe(content.length);
      expect(content.equals(await toBytes(storage.read(await look('stream'))))).toBe(true);
      for (const length of [0, 10, 20 * mebibyte]) {
        const breaking = async function* () {
          yield* inPieces(content.subarray(0, length), mebibyte);
          throw new Error('the source broke');
        };
        await expect(storage.write(uriOf(`broken-${length}`), breaking())).rejects.toThrow('the source broke');
        await expect(storage.write(uriOf('stream'), breaking())).rejects.toThrow('the source broke');
        expect(await storage.look(uriOf(`broken-${length}`))).toBeUndefined();
      }
      expect((await look('stream')).version).toBe(written.version);
      for (const length of [0, 10]) {
        const short = await storage.write(uriOf('short'), inPieces(content.subarray(0, length), 3));
        expect(await toBytes(storage.read(short))).toEqual(content.subarray(0, length));
      }
    },
    60_000,
  );

  test.skipIf(isMissing)('of many that write where nothing is, one does', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => storage.write(uriOf('claim'), Buffer.from(`${index}`), { replaces: 'nothing' })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'Error', exitCode: 75 });
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(await textOf(await look('claim'))).toBe(`${winner}`);
  });

  test.skipIf(isMissing)(
    'many that count up by version lose no count',
    async () => {
      await put('count', '0');
      const countUp = async () => {
        for (;;) {
          const object = await look('count');
          try {
            const next = Number(await textOf(object)) + 1;
            await storage.write(object.uri, Buffer.from(`${next}`), { replaces: object });
            return;
          } catch (error) {
            if (![1, 75].includes((error as { exitCode: number }).exitCode)) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, countUp));
      expect(await textOf(await look('count'))).toBe('8');
    },
    30_000,
  );

  test.skipIf(isMissing)('an object that was written again is not the one that was looked at', async () => {
    await put('changing', 'one');
    const before = await look('changing');
    await put('changing', 'another');
    await expect(toBytes(storage.read(before))).rejects.toThrow('it changed while it was read');
    // fake-gcs-server knows neither condition.
    if (name !== 'Cloud Storage') {
      await expect(storage.copy(before, uriOf('copy-of-changed'))).rejects.toThrow('it changed while it was read');
      await expect(storage.remove(before.uri, before)).rejects.toThrow('another process has written or removed it meanwhile');
    }
    await expect(storage.write(before.uri, Buffer.from('x'), { replaces: before })).rejects.toThrow(
      'another process has written',
    );
    expect(await textOf(await look('changing'))).toBe('another');
    await storage.remove(before.uri, await look('changing'));
    await expect(toBytes(storage.read(before))).rejects.toThrow('it changed while it was read');
    expect(await storage.look(before.uri)).toBeUndefined();
  });

  test.skipIf(isMissing)('a copy within the storage', async () => {
    await put('source file', 'content');
    await put('copies/a+b', 'old');
    const copied = await storage.copy(await look('source file'), uriOf('copies/a+b'));
    expect(copied).toMatchObject({ uri: uriOf('copies/a+b'), bytes: 7 });
    expect(await textOf(copied)).toBe('content');
  });

  describe.skipIf(isMissing || name === 'folder')('behind a network', () => {
    const isGet = ({ method, url }: { method?: string | undefined; url?: string | undefined }) =>
      method === 'GET' && !url?.includes('prefix=');
    const content = noise(5 * mebibyte);
    const proxy = () => lab.proxy as NonNullable<StorageLab['proxy']>;

    test.each([429, 500, 503])('an answer of %i, twice', async (status) => {
      await put('busy', 'there');
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      expect(await textOf(await look('busy'))).toBe('there');
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      await put('busy', 'again');
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      expect(await collect(storage.list(uriOf('bus')))).toHaveLength(0);
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      await storage.remove(uriOf('busy'));
    });

    test('an answer of 503 for ever', async () => {
      const object = await put('always-busy', 'there');
      proxy().faults = [{ fault: { kind: 'answer', status: 503 } }];
      for (const ask of [
        () => storage.look(object.uri),
        () => toBytes(storage.read(object)),
        () => storage.readEnd(object.uri, 5),
        () => storage.write(object.uri, Buffer.from('x')),
        () => storage.write(object.uri, inPieces(content, mebibyte)),
        () => storage.remove(object.uri),
        () => collect(storage.list(lab.root)),
      ])
        await expect(ask()).rejects.toMatchObject({ exitCode: 75 });
    }, 60_000);

    test.each(['cut', 'hold'] as const)(
      'bodies that are %s go on where they broke',
      async (kind) => {
        const object = await storage.write(uriOf('long'), content);
        proxy().reset();
        proxy().faults = [{ fault: { kind, bytes: 1.5 * mebibyte }, when: isGet, times: 3 }];
        expect(content.equals(await toBytes(storage.read(object)))).toBe(true);
        expect(proxy().requests.filter((request) => request.startsWith('GET'))).toHaveLength(4);
        expect(proxy().sent).toBeLessThan(content.length + mebibyte);
        proxy().faults = [{ fault: { kind, bytes: 100 }, when: isGet, times: 2 }];
        const end = await storage.readEnd(object.uri, 1_000);
        expect(content.subarray(-1_000).equals(Buffer.from(end?.bytes ?? []))).toBe(true);
        proxy().faults = [{ fault: { kind, bytes: 100 }, when: isGet }];
        await expect(toBytes(storage.read(object))).rejects.toMatchObject({ exitCode: 75 });
      },
      60_000,
    );

    // The SDK of S3 signs what it asks for, so that no proxy can forget it.
    test.skipIf(name === 'S3')('a server that does not know ranges is not believed', async () => {
      const object = await storage.write(uriOf('ranges'), content);
      proxy().faults = [{ fault: { kind: 'forget-range' }, when: isGet }];
      await expect(toBytes(storage.read(object, { from: 10 }))).rejects.toMatchObject({ exitCode: 75 });
    });

    test('an answer that is lost: what was written is known as our own', async () => {
      const isWrite = ({ method }: { method?: string | undefined }) => method === 'PUT' || method === 'POST';
      proxy().faults = [{ fault: { kind: 'lose-answer' }, when: isWrite, times: 1 }];
      const written = await storage.write(uriOf('lost'), Buffer.from('mine'), { replaces: 'nothing' });
      expect(written.version).toBe((await look('lost')).version);
      proxy().faults = [{ fault: { kind: 'lose-answer' }, when: isWrite, times: 1 }];
      await storage.write(uriOf('lost'), Buffer.from('mine, too'), { replaces: written });
      proxy().faults = [{ fault: { kind: 'lose-answer' }, when: isWrite, times: 1 }];
      await expect(storage.write(uriOf('lost'), Buffer.from('not mine'), { replaces: written })).rejects.toThrow(
        'another process',
      );
      expect(await textOf(await look('lost'))).toBe('mine, too');
    });

    test('a stream whose requests break is written whole', async () => {
      const long = noise(40 * mebibyte);
      const faults: PlannedFault[] = [
        { fault: { kind: 'answer', status: 503 }, when: ({ method }) => method === 'POST', times: 1 },
        { fault: { kind: 'answer', status: 503 }, when: ({ method }) => method === 'PUT', times: 1 },
        { fault: { kind: 'lose-answer' }, when: ({ method }) => method === 'PUT', times: 1 },
      ];
      // fake-gcs-server ends an upload when it is asked how far it has come.
      proxy().faults = name === 'S3' ? faults : faults.slice(0, 1);
      await storage.write(uriOf('long-stream'), inPieces(long, mebibyte));
      expect(long.equals(await toBytes(storage.read(await look('long-stream'))))).toBe(true);
    }, 60_000);

    test.skipIf(name === 'S3')('a stream whose upload is lost', async () => {
      const hasRange = ({ headers }: IncomingMessage) => headers['content-range'] !== undefined;
      proxy().faults = [{ fault: { kind: 'answer', status: 404 }, when: hasRange }];
      const writing = storage.write(uriOf('lost-stream'), inPieces(noise(20 * mebibyte), mebibyte));
      await expect(writing).rejects.toMatchObject({ exitCode: 75, message: expect.stringContaining('run again') });
    });

    test('bytes that are damaged on their way are never seen', async () => {
      await put('damaged', 'whole');
      proxy().faults = [{ fault: { kind: 'damage' }, when: ({ method }) => method !== 'GET' }];
      await expect(storage.write(uriOf('damaged'), content)).rejects.toMatchObject({ exitCode: 75 });
      expect(await textOf(await look('damaged'))).toBe('whole');
    }, 60_000);

    test.each([
      [401, 'sign'],
      [403, 'not allowed'],
    ])('an answer of %i is not asked again', async (status, message) => {
      const object = await put('forbidden', 'x');
      proxy().reset();
      proxy().faults = [{ fault: { kind: 'answer', status } }];
      await expect(toBytes(storage.read(object))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(message),
      });
      expect(proxy().requests).toHaveLength(1);
    });

    test('a bucket that is not there', async () => {
      const elsewhere = `${lab.root.slice(0, lab.root.indexOf('://'))}://no-such-bucket/`;
      const message = expect.stringContaining('there is no such bucket');
      await expect(collect(storage.list(elsewhere))).rejects.toMatchObject({ exitCode: 2, message });
      await expect(storage.write(`${elsewhere}x`, Buffer.from('x'))).rejects.toMatchObject({ exitCode: 2, message });
    });
  });
});
