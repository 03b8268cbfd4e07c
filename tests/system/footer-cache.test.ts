// The footer cache over each kind of storage: what is read again, what is not, and who may spoil it.
import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Column } from '../../apps/contract/dataset.ts';
import { docsPaths } from '../../apps/contract/names.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { mapConcurrently } from '../../apps/platform/concurrent.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { toPath } from '../../apps/platform/uri.ts';
import { type FooterCache, openFooterCache } from '../../apps/schema-groups/footer-cache.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { useStorage } from '../fixtures/storage-lab.ts';
import { storageKinds } from '../fixtures/storages.ts';

/** Parquet files with 1, 2 … rows. */
let contents: Buffer[];
let sample: string;
beforeAll(async () => {
  sample = await mkdtemp(join(tmpdir(), 'taxiway-cache-'));
  contents = [];
  for (const rows of [1, 2, 3, 4]) {
    const path = join(sample, `${rows}.parquet`);
    await withDuckDb(':memory:', (connection) =>
      connection.run(`COPY (SELECT i, 'it' AS t FROM range(${rows}) r(i)) TO '${path}' (FORMAT parquet)`),
    );
    contents.push(await readFile(path));
  }
  await makeSampleFiles(sample, { months: 3, rows: 500 });
});
afterAll(() => rm(sample, { recursive: true, force: true }));

for (const kind of storageKinds)
  describe.skipIf(kind.isMissing)(`footers kept in ${kind.name}`, () => {
    const lab = useStorage(kind);
    let turn = 0;
    let at: (name: string) => string;
    let cacheUri: string;
    beforeEach(() => {
      turn += 1;
      at = (name) => lab.uriOf(`turn-${turn}/files/${name}`);
      cacheUri = lab.uriOf(`turn-${turn}/footers/yellow.jsonl`);
    });

    /** On a folder an hour old: a file that has just been written is not kept. */
    const put = async (name: string, rows: number, age = 3600) => {
      await lab.storage.write(at(name), contents[rows - 1] as Buffer);
      if (at(name).startsWith('file:')) await utimes(toPath(at(name)), Date.now() / 1000, Date.now() / 1000 - age);
    };
    const open = (names: readonly string[]) => openFooterCache(cacheUri, names.map(at), yellow);
    const readAll = async (cache: FooterCache, names: readonly string[]) =>
      mapConcurrently(names, 8, async (name) => (await cache.read(at(name))).rows);
    /** One run: the rows of each file, and how many footers were read. */
    const run = async (names: readonly string[]) => {
      const cache = await open(names);
      const rows = await readAll(cache, names).finally(cache.save);
      return { rows, ...cache.counts() };
    };
    const names = ['a.parquet', 'b #%2F.parquet', 'c.parquet'];
    const putAll = async () => {
      for (const [index, name] of names.entries()) await put(name, index + 1);
    };

    test('a second run lists once and reads no footer', async () => {
      await putAll();
      expect(await run(names)).toEqual({ rows: [1, 2, 3], read: 3, cached: 0 });
      lab.proxy?.reset();
      expect(await run(names)).toEqual({ rows: [1, 2, 3], read: 0, cached: 3 });
      // The listing and the cache; nothing is written, since nothing is new.
      if (lab.proxy) expect(lab.proxy.requests.map((request) => request.split(' ')[0])).toEqual(['GET', 'GET']);
    });

    test('what a run knows is what the file says, whether read or kept', async () => {
      await putAll();
      const first = await open(names);
      const read = await Promise.all(names.map((name) => first.read(at(name))));
      await first.save();
      const second = await open(names);
      const kept = await Promise.all(names.map((name) => second.read(at(name))));
      expect(kept).toEqual(
        read.map(({ version, rows, bytes, columns, statistics }) => ({ version, rows, bytes, columns, statistics })),
      );
      expect(names.map((name) => second.footerOf(at(name)))).toEqual(kept);
    });

    test('only a file with another version is read again; one that is gone is forgotten', async () => {
      await putAll();
      await run(names);
      await put('c.parquet', 4, 1800);
      await lab.storage.remove(at('a.parquet'));
      const left = names.slice(1);
      expect(await run(left)).toEqual({ rows: [2, 4], read: 1, cached: 1 });
      const text = await textOfCache();
      expect(text).not.toContain('a.parquet');
      expect(await run(left)).toEqual({ rows: [2, 4], read: 0, cached: 2 });
    });

    const textOfCache = async () => {
      const end = await lab.storage.readEnd(cacheUri, 2 ** 20);
      return Buffer.from(end?.bytes ?? []).toString();
    };

    test('values of a column that has been marked are forgotten, of files that this run does not read, too', async () => {
      await putAll();
      await run(names);
      const read = await (await open(names)).read(at('c.parquet'));
      const personal = read.columns.find((_, place) => read.statistics.columns[place]?.max !== null)?.name ?? '';
      const plain = personal.toLowerCase();
      const [column] = yellow.columns;
      const marked = { ...yellow, columns: [{ ...column, name: plain, personal: 'keep' as const } as Column] };
      const cache = await openFooterCache(cacheUri, names.slice(0, 1).map(at), marked);
      const { columns, statistics } = await cache.read(at('a.parquet'));
      expect(statistics.columns.map(({ min, max }) => [min, max])).toEqual(columns.map(() => [null, null]));
      expect(statistics.columns.map(({ nulls }) => nulls)).toEqual(columns.map(() => 0));
      expect(cache.counts()).toEqual({ read: 0, cached: 1 });
      await cache.save();
      const kept = await open(names);
      for (const name of names)
        expect((await kept.read(at(name))).statistics.columns.map(({ max }) => max)).toEqual(columns.map(() => null));
      expect(kept.counts().cached).toBeGreaterThan(0);
    });

    test('a cache that is damaged, cut or something else is never trusted, and is written again', async () => {
      await putAll();
      await run(names);
      const sound = Buffer.from(await textOfCache());
      const damages: fc.Arbitrary<Buffer> = fc.oneof(
        fc.nat(sound.length - 1).map((length) => sound.subarray(0, length)),
        fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 })).map(([index, bits]) => {
          const damaged = Buffer.from(sound);
          damaged[index] = (damaged[index] as number) ^ bits;
          return damaged;
        }),
        fc.constantFrom(
          Buffer.from('{}\n'),
          Buffer.from('PAR1'),
          Buffer.concat([sound, sound]),
          Buffer.from(sound.toString().replace('"version":1', '"version":2')),
        ),
      );
      await fc.assert(
        fc.asyncProperty(damages, async (damaged) => {
          await lab.storage.write(cacheUri, damaged);
          expect(await run(names)).toEqual({ rows: [1, 2, 3], read: 3, cached: 0 });
          expect(await textOfCache()).toBe(sound.toString());
        }),
        { numRuns: 15 },
      );
    });

    test('two runs at once leave a cache that knows the files of both', async () => {
      await putAll();
      const halves = [names.slice(0, 2), names.slice(1)];
      const caches = await Promise.all(halves.map(open));
      await Promise.all(caches.map((cache, index) => readAll(cache, halves[index] as string[])));
      await Promise.all(caches.map((cache) => cache.save()));
      expect(await run(names)).toEqual({ rows: [1, 2, 3], read: 0, cached: 3 });
    });

    test('a file that is replaced between the listing and the reading is read as it is then', async () => {
      await putAll();
      await run(names);
      await put('c.parquet', 2, 900);
      const cache = await open(names);
      await put('c.parquet', 4, 600);
      // Its version was new in the listing, and is another one now.
      expect(await readAll(cache, names)).toEqual([1, 2, 4]);
      await cache.save();
      expect(await run(names)).toMatchObject({ rows: [1, 2, 4], read: 0 });
    });

    test('a file that vanishes between the listing and the reading is named, and what was read is kept', async () => {
      await putAll();
      const cache = await open(names);
      await lab.storage.remove(at('c.parquet'));
      await expect(readAll(cache, names).finally(cache.save)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('c.parquet: no such file'),
      });
      expect(await run(names.slice(0, 2))).toMatchObject({ rows: [1, 2], read: 0 });
    });

    if (kind.name === 'folder')
      test('a file that was written a moment ago is read again: its next version may have the same time', async () => {
        await put('a.parquet', 1, 0);
        expect(await run(['a.parquet'])).toEqual({ rows: [1], read: 1, cached: 0 });
        expect(await run(['a.parquet'])).toEqual({ rows: [1], read: 1, cached: 0 });
      });

    test('killed at any moment, the step leaves a cache that is sound or none, and what it does next is the same', async () => {
      const months = ['2024-11', '2024-12', '2025-01'].map((month) => `yellow_tripdata_${month}.parquet`);
      for (const name of months) await lab.storage.write(at(name), await readFile(join(sample, name)));
      const files = months.map((name) => ({ uri: at(name), name, bytes: 0, state: 'copied', source: 's', sourceVersion: 'v' }));
      const manifest = lab.uriOf(`turn-${turn}/files.json`);
      await lab.storage.write(manifest, Buffer.from(JSON.stringify({ version: 2, files, failed: [] })));
      const groups = lab.uriOf(`turn-${turn}/groups.json`);
      const docs = lab.uriOf(`turn-${turn}/docs/`);
      const env = Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => (/^(AWS|STORAGE)_/.test(name) ? [[name, value ?? '']] : [])),
      );
      const start = () =>
        startProgram(
          'schema-groups',
          ['--category', 'yellow', '--manifest', manifest, '--groups', groups, '--cache', cacheUri, '--docs', docs],
          { HOME: sample, ...env },
        );
      const begun = performance.now();
      expect(await start().ended).toMatchObject({ code: 0, result: { files: 3, rows: 1500 } });
      const whole = performance.now() - begun;
      const outputs = [groups, lab.uriOf(`turn-${turn}/docs/${docsPaths.schema('yellow', 'html')}`)];
      const read = async () =>
        Promise.all(outputs.map(async (uri) => Buffer.from((await lab.storage.readEnd(uri, 2 ** 22))?.bytes ?? []).toString()));
      const expected = await read();
      for (const share of [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]) {
        await lab.storage.remove(cacheUri);
        const { child, ended } = start();
        await sleep(whole * share);
        child.kill('SIGKILL');
        await ended.catch(() => undefined);
        expect(await start().ended).toMatchObject({ code: 0, result: { files: 3, rows: 1500 } });
        expect(await read()).toEqual(expected);
      }
    });
  });
