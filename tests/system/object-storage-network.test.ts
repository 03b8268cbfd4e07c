// What networks and busy servers do to Cloud Storage and S3: real servers behind a proxy that breaks what it is told to.
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startDigests } from '../../apps/platform/object-storage-digest.ts';
import { toBytes } from '../../apps/platform/object-storage-read.ts';
import type { FaultProxy, PlannedFault } from '../fixtures/fault-proxy.ts';
import { collect, inPieces, mebibyte, noise, useStorage } from '../fixtures/storage-lab.ts';
import { storageKinds } from '../fixtures/storages.ts';

const buckets = storageKinds.filter(({ name }) => name !== 'folder');

describe.each(buckets)('$name behind a network', (kind) => {
  const { name, isMissing } = kind;
  const lab = useStorage(kind);
  const { uriOf, put, look, textOf } = lab;

  describe.skipIf(isMissing)('behind a proxy', () => {
    const isGet = ({ method, url }: { method?: string | undefined; url?: string | undefined }) =>
      method === 'GET' && !url?.includes('prefix=');
    const content = noise(5 * mebibyte);
    const proxy = () => lab.proxy as FaultProxy;

    test.each([429, 500, 503])('an answer of %i, twice', async (status) => {
      await put('busy', 'there');
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      expect(await textOf(await look('busy'))).toBe('there');
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      await put('busy', 'again');
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      expect(await collect(lab.storage.list(uriOf('bus')))).toHaveLength(0);
      proxy().faults = [{ fault: { kind: 'answer', status }, times: 2 }];
      await lab.storage.remove(uriOf('busy'));
    });

    test('an answer of 503 for ever', async () => {
      const object = await put('always-busy', 'there');
      proxy().faults = [{ fault: { kind: 'answer', status: 503 } }];
      for (const ask of [
        () => lab.storage.look(object.uri),
        () => toBytes(lab.storage.read(object)),
        () => lab.storage.readEnd(object.uri, 5),
        () => lab.storage.write(object.uri, Buffer.from('x')),
        () => lab.storage.write(object.uri, inPieces(content, mebibyte)),
        () => lab.storage.remove(object.uri),
        () => collect(lab.storage.list(lab.root)),
      ])
        await expect(ask()).rejects.toMatchObject({ exitCode: 75 });
    }, 60_000);

    test.each(['cut', 'hold'] as const)(
      'bodies that are %s go on where they broke',
      async (kind) => {
        const object = await lab.storage.write(uriOf('long'), content);
        proxy().reset();
        proxy().faults = [{ fault: { kind, bytes: 1.5 * mebibyte }, when: isGet, times: 3 }];
        expect(content.equals(await toBytes(lab.storage.read(object)))).toBe(true);
        expect(proxy().requests.filter((request) => request.startsWith('GET'))).toHaveLength(4);
        expect(proxy().sent).toBeLessThan(content.length + mebibyte);
        proxy().faults = [{ fault: { kind, bytes: 100 }, when: isGet, times: 2 }];
        const end = await lab.storage.readEnd(object.uri, 1_000);
        expect(content.subarray(-1_000).equals(Buffer.from(end?.bytes ?? []))).toBe(true);
        proxy().faults = [{ fault: { kind, bytes: 100 }, when: isGet }];
        await expect(toBytes(lab.storage.read(object))).rejects.toMatchObject({ exitCode: 75 });
      },
      60_000,
    );

    // The SDK of S3 signs what it asks for, so that no proxy can forget it.
    test.skipIf(name === 'S3')('a server that does not know ranges is not believed', async () => {
      const object = await lab.storage.write(uriOf('ranges'), content);
      proxy().faults = [{ fault: { kind: 'forget-range' }, when: isGet }];
      await expect(toBytes(lab.storage.read(object, { from: 10 }))).rejects.toMatchObject({ exitCode: 75 });
    });

    test('an answer that is lost: what was written is known as our own', async () => {
      const isWrite = ({ method }: { method?: string | undefined }) => method === 'PUT' || method === 'POST';
      proxy().faults = [{ fault: { kind: 'lose-answer' }, when: isWrite, times: 1 }];
      const written = await lab.storage.write(uriOf('lost'), Buffer.from('mine'), { replaces: 'nothing' });
      expect(written.version).toBe((await look('lost')).version);
      proxy().faults = [{ fault: { kind: 'lose-answer' }, when: isWrite, times: 1 }];
      await lab.storage.write(uriOf('lost'), Buffer.from('mine, too'), { replaces: written });
      proxy().faults = [{ fault: { kind: 'lose-answer' }, when: isWrite, times: 1 }];
      await expect(lab.storage.write(uriOf('lost'), Buffer.from('not mine'), { replaces: written })).rejects.toThrow(
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
      await lab.storage.write(uriOf('long-stream'), inPieces(long, mebibyte));
      expect(long.equals(await toBytes(lab.storage.read(await look('long-stream'))))).toBe(true);
    }, 60_000);

    test.skipIf(name === 'S3')('a stream whose upload is lost', async () => {
      const hasRange = ({ headers }: IncomingMessage) => headers['content-range'] !== undefined;
      proxy().faults = [{ fault: { kind: 'answer', status: 404 }, when: hasRange }];
      const writing = lab.storage.write(uriOf('lost-stream'), inPieces(noise(20 * mebibyte), mebibyte));
      await expect(writing).rejects.toMatchObject({ exitCode: 75, message: expect.stringContaining('run again') });
    });

    test('bytes that are damaged on their way are never seen', async () => {
      await put('damaged', 'whole');
      proxy().faults = [{ fault: { kind: 'damage' }, when: ({ method }) => method !== 'GET' }];
      await expect(lab.storage.write(uriOf('damaged'), content)).rejects.toMatchObject({ exitCode: 75 });
      expect(await textOf(await look('damaged'))).toBe('whole');
    }, 60_000);

    test('bytes that are damaged on their way here are told by their digest', async () => {
      const object = await put('damaged-answer', 'whole');
      proxy().faults = [{ fault: { kind: 'damage-answer' } }];
      const ended = await lab.storage.readEnd(object.uri, 100).catch((error) => error);
      if (name === 'S3')
        expect(ended).toMatchObject({ exitCode: 75, message: expect.stringContaining('not those that S3 sent') });
      else {
        const digests = startDigests(['crc32c']);
        digests.update(ended.bytes);
        expect(ended.object.digest).not.toEqual({ algorithm: 'crc32c', hex: digests.hex('crc32c') });
      }
    });

    test.each([
      [401, 'sign'],
      [403, 'not allowed'],
    ])('an answer of %i is not asked again', async (status, message) => {
      const object = await put('forbidden', 'x');
      proxy().reset();
      proxy().faults = [{ fault: { kind: 'answer', status } }];
      await expect(toBytes(lab.storage.read(object))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(message),
      });
      expect(proxy().requests).toHaveLength(1);
    });

    const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>of S3</Message></Error>`;
    const json = (message: string, code = 403) =>
      JSON.stringify({ error: { code, message, errors: [{ message, reason: 'forbidden' }] } });
    const refusals: readonly (readonly [number, string, string])[] =
      name === 'S3'
        ? [
            [301, xml('PermanentRedirect'), 'the bucket is in another region; set AWS_REGION to the region of the bucket'],
            [400, xml('AuthorizationHeaderMalformed'), 'the bucket is in another region; set AWS_REGION'],
            [400, xml('ExpiredToken'), 'the sign-in has expired; check AWS_ACCESS_KEY_ID'],
            [400, xml('InvalidToken'), 'the sign-in is not valid; check AWS_ACCESS_KEY_ID'],
            [403, xml('RequestTimeTooSkewed'), "this machine's clock differs from S3's; set it right"],
            [403, xml('AccessDenied'), 'not allowed; the account needs s3:GetObject'],
            [403, xml('AllAccessDisabled'), 'not allowed'],
          ]
        : [
            [
              403,
              json('me@x does not have storage.objects.get access to the object.'),
              'not allowed: me@x does not have storage.',
            ],
            [403, json('The billing account for the owning project is disabled'), 'not allowed: The billing account'],
            [
              400,
              json('Bucket is a requester pays bucket but no user project provided.', 400),
              'refuses: 400 Bucket is a requester',
            ],
          ];
    test.each(refusals)('of a bucket in another project or region, or a wrong sign-in: %i %.60s', async (status, body, says) => {
      const object = await put('refused', 'x');
      proxy().faults = [{ fault: { kind: 'answer', status, body } }];
      const message = expect.stringContaining(says);
      for (const ask of [
        () => lab.storage.look(object.uri),
        () => toBytes(lab.storage.read(object)),
        () => lab.storage.readEnd(object.uri, 5),
        () => lab.storage.write(object.uri, Buffer.from('y')),
        () => lab.storage.copy(object, uriOf('copy-of-refused')),
        () => lab.storage.remove(object.uri),
        () => collect(lab.storage.list(lab.root)),
      ])
        await expect(ask()).rejects.toMatchObject({ exitCode: 2, message });
      proxy().reset();
      expect(await textOf(await look('refused'))).toBe('x');
    });

    test.each([412, 416])('an answer of %i to a read: the object is another one now', async (status) => {
      const object = await put('changed', 'xyz');
      proxy().faults = [{ fault: { kind: 'answer', status }, when: isGet }];
      await expect(toBytes(lab.storage.read(object, { from: 1 }))).rejects.toMatchObject({
        exitCode: 1,
        message: expect.stringContaining('it changed while it was read'),
      });
    });

    test('a bucket that is not there', async () => {
      const elsewhere = `${lab.root.slice(0, lab.root.indexOf('://'))}://no-such-bucket/`;
      const message = expect.stringContaining('there is no such bucket');
      await expect(collect(lab.storage.list(elsewhere))).rejects.toMatchObject({ exitCode: 2, message });
      await expect(lab.storage.write(`${elsewhere}x`, Buffer.from('x'))).rejects.toMatchObject({ exitCode: 2, message });
    });
  });
});
