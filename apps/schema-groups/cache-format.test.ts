import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { parquetTypes } from '../contract/file-schema.ts';
import { readFooter } from '../plan/parquet-footer.ts';
import { type CachedFooter, copyFooter, footerOf, noFooters, parseFooters, printFooters, setFooter } from './cache-format.ts';

const count = fc.nat();
const text = fc.option(fc.string({ unit: 'binary', maxLength: 8 }));
const column = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 6 }),
  type: fc.constantFrom(...parquetTypes),
  statistics: fc
    .record({ nulls: fc.option(count), min: text, max: text, minIsCut: fc.boolean(), maxIsCut: fc.boolean() })
    .map(({ nulls, min, max, minIsCut, maxIsCut }) => ({
      ...{ nulls, min, max },
      ...(minIsCut ? { minIsCut: true as const } : {}),
      ...(maxIsCut ? { maxIsCut: true as const } : {}),
    })),
});
const footer: fc.Arbitrary<CachedFooter> = fc
  .record({
    version: fc.string(),
    rows: count,
    bytes: count,
    columns: fc.array(column, { maxLength: 4 }),
    rowGroups: count,
    compressed: count,
    uncompressed: count,
    createdBy: text,
    codecs: fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
  })
  .map(({ version, rows, bytes, columns, ...statistics }) => ({
    ...{ version, rows, bytes },
    columns: columns.map(({ name, type }) => (type === 'DECIMAL' ? { name, type, decimal: '9,2' } : { name, type })),
    statistics: { ...statistics, columns: columns.map((one) => one.statistics) },
  }));
const footers = fc.dictionary(fc.webUrl(), footer, { maxKeys: 5 });

const toLines = (all: Readonly<Record<string, CachedFooter>>) => {
  const lines = noFooters();
  for (const [uri, one] of Object.entries(all)) setFooter(lines, uri, one);
  return lines;
};

test('what is written is what is read, and the same footers are the same text in whatever order they came', () => {
  fc.assert(
    fc.property(footers, (all) => {
      const content = printFooters(toLines(all));
      expect(printFooters(toLines(Object.fromEntries(Object.entries(all).reverse())))).toBe(content);
      const read = parseFooters(content) ?? noFooters();
      expect(Object.fromEntries([...read.files.keys()].map((uri) => [uri, footerOf(read, uri)]))).toEqual(all);
      const copied = noFooters();
      for (const uri of read.files.keys()) copyFooter(uri, read, copied);
      expect(printFooters(copied)).toBe(content);
    }),
  );
});

test('any other text counts for nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), footers, fc.nat(), (other, all, at) => {
      expect(parseFooters(other)).toBeUndefined();
      const content = printFooters(toLines(all));
      expect(parseFooters(content.slice(0, at % content.length))).toBeUndefined();
      expect(parseFooters(`${content.slice(0, at % content.length)}x${content.slice(at % content.length)}`)).toBeUndefined();
    }),
  );
});

test('a file gives the footer that caches of this version hold; where it does not, raise the version in cache-format.ts', async () => {
  const golden = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', 'golden.json'), 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-golden-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'golden.parquet');
  await writeFile(path, Buffer.from(golden.file, 'base64'));
  const lines = noFooters();
  setFooter(lines, 'gs://bucket/file', { ...(await readFooter(path)), version: '1' });
  expect(printFooters(lines).split('\n')).toEqual(golden.cache);
});
