import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logicalOf } from '../contract/column-type.ts';
import { effects } from '../contract/derive/cast-effect.ts';
import type { FileColumn } from '../contract/file-schema.ts';
import { plainTypes } from '../contract/file-schema.ts';
import { yellow } from '../contract/yellow.ts';
import { groupBySchema } from '../plan/schema-groups.ts';
import type { CachedFooter } from './cache-format.ts';
import { toMonthDrift } from './drift-lines.ts';
import { failOnDrift } from './fail-on.ts';
import { toReport } from './report.ts';
import { toSchemaPage } from './schema-page.ts';
import { toShortReport } from './short-report.ts';

const plain: FileColumn[] = yellow.columns.map(({ name, type }) => ({ name, type: plainTypes[logicalOf(type)] }));
const asDouble = plain.map((column) => (column.name === 'VendorID' ? { ...column, type: 'DOUBLE' as const } : column));
const narrow = plain.map((column) => (column.name === 'VendorID' ? { ...column, type: 'INT32' as const } : column));
const without = plain.filter(({ name }) => name !== 'VendorID');

const toMonth = (index: number) => `${2000 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
/** Months from 2000-01 on, by the schemas of their files. */
const monthsOf = (...schemas: readonly (readonly FileColumn[])[]) => {
  const files = schemas.map((columns, index) => {
    const footer: CachedFooter = {
      ...{ version: '1', rows: 10, bytes: 1000, columns },
      statistics: {
        ...{ rowGroups: 2, compressed: 500, uncompressed: 900, createdBy: `writer ${index % 2}`, codecs: ['SNAPPY'] },
        columns: columns.map(({ type }) =>
          type === 'INT64' ? { nulls: 1, min: String(index), max: String(index + 100) } : { nulls: null, min: null, max: null },
        ),
      },
    };
    return { uri: `gs://bucket/yellow_tripdata_${toMonth(index)}.parquet`, footer };
  });
  const found = groupBySchema(yellow, files);
  const byUri = new Map(files.map(({ uri, footer }) => [uri, footer]));
  const footerOf = (uri: string) => byUri.get(uri) as CachedFooter;
  return { found, footerOf, report: toReport(yellow, found, footerOf) };
};

test('months of one schema are one group without drift, and their statistics are summed up', () => {
  const { report } = monthsOf(plain, plain, plain.toReversed());
  expect(report).toMatchObject({ files: 3, rows: 30, effects: { safe: 0, lossy: 0, breaking: 0 }, drift: [] });
  expect(report.groups).toMatchObject([
    {
      ...{ files: 3, rows: 30, bytes: 3000, first: '2000-01-01', last: '2000-03-01', drift: [] },
      ...{ rowGroups: 6, compressed: 1500, uncompressed: 2700, codecs: ['SNAPPY'], createdBy: ['writer 0', 'writer 1'] },
    },
  ]);
  const [vendor, pickup] = report.groups[0]?.columns ?? [];
  expect(vendor).toEqual({ name: 'VendorID', type: 'INT64', nulls: 3, min: '0', max: '102' });
  expect(pickup).toEqual({ name: 'tpep_pickup_datetime', type: 'TIMESTAMP_MICROS', nulls: null, min: null, max: null });
});

test('a change is said once, with the files that have it, the worst first', () => {
  const { found, report } = monthsOf(narrow, plain, asDouble, asDouble, plain);
  expect(report.drift).toEqual([
    {
      ...{ against: 'contract', effect: 'lossy', text: 'VendorID DOUBLE as int' },
      ...{ files: 2, first: '2000-03-01', last: '2000-04-01' },
    },
    {
      ...{ against: 'month before', effect: 'lossy', text: 'VendorID INT64 → DOUBLE' },
      ...{ files: 1, first: '2000-03-01', last: '2000-03-01' },
    },
    {
      ...{ against: 'month before', effect: 'safe', text: 'VendorID DOUBLE → INT64' },
      ...{ files: 1, first: '2000-05-01', last: '2000-05-01' },
    },
    {
      ...{ against: 'month before', effect: 'safe', text: 'VendorID INT32 → INT64' },
      ...{ files: 1, first: '2000-02-01', last: '2000-02-01' },
    },
  ]);
  expect(toMonthDrift(found).map(({ month, before }) => [month, before])).toEqual([
    ['2000-02-01', '2000-01-01'],
    ['2000-03-01', '2000-02-01'],
    ['2000-05-01', '2000-04-01'],
  ]);
});

test('a file that is refused is breaking against both, and the month after it is compared with the one before it', () => {
  const { found, report } = monthsOf(plain, without, plain);
  expect(report.effects).toEqual({ safe: 0, lossy: 0, breaking: 2 });
  expect(report.drift.map(({ against, effect, text }) => `${effect} against the ${against}: ${text}`)).toEqual([
    'breaking against the contract: no column "VendorID"',
    'breaking against the month before: no column "VendorID"',
  ]);
  expect(toMonthDrift(found).map(({ month }) => month)).toEqual(['2000-02-01']);
});

test.each([
  [
    [plain, plain],
    [false, false, false],
  ],
  [
    [narrow, plain],
    [true, false, false],
  ],
  [
    [plain, asDouble],
    [true, true, false],
  ],
  [
    [plain, without],
    [true, true, true],
  ],
] as const)('--fail-on safe, lossy and breaking', (schemas, expected) => {
  const { report } = monthsOf(...schemas);
  const fails = effects.map((failOn) => {
    try {
      failOnDrift(report, { failOn, category: 'yellow', result: report });
      return false;
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 1, result: report });
      return true;
    }
  });
  expect(fails).toEqual(expected);
});

test('the message of --fail-on says what, where and what to do', () => {
  const { report } = monthsOf(plain, asDouble, asDouble);
  expect(() => failOnDrift(report, { failOn: 'lossy', category: 'yellow', result: {} })).toThrow(
    '2 changes are lossy or worse, expected none by --fail-on lossy: lossy against the contract: VendorID DOUBLE as int (2 files, 2000-02 to 2000-03); lossy against the month before: VendorID INT64 → DOUBLE (1 file, 2000-02); correct the files or apps/contract/yellow.ts, or choose another --fail-on',
  );
});

test('no month is compared with itself: as many months differ as schemas change', () => {
  const schemas = [plain, narrow, asDouble];
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }), (picked) => {
      const { found, report } = monthsOf(...picked.map((index) => schemas[index] as FileColumn[]));
      const changes = picked.filter((one, index) => index > 0 && one !== picked[index - 1]).length;
      expect(toMonthDrift(found).length).toBe(changes);
      expect(report.groups.length).toBe(new Set(picked).size);
      const monthly = report.drift.filter(({ against }) => against === 'month before');
      expect(monthly.reduce((sum, { files }) => sum + files, 0)).toBe(changes);
    }),
  );
});

test('the result and the page of 2,000 files with 300 schemas stay readable, and count what they leave out', () => {
  const schemas = Array.from({ length: 300 }, (_, index): FileColumn[] => [
    ...plain,
    { name: `<b>new ${index}</b>`, type: 'STRING' },
  ]);
  const { found, footerOf, report } = monthsOf(
    ...Array.from({ length: 2000 }, (_, index) => schemas[index % 300] as FileColumn[]),
  );
  const short = toShortReport(report);
  expect(short.groups.length + short.leftOut.groups).toBe(300);
  expect(short.drift.length + short.leftOut.drift).toBe(report.drift.length);
  expect(JSON.stringify(short).length).toBeLessThan(30_000);
  const part = found.groups.groups.flatMap((group) => group.files).slice(0, 60);
  const page = toSchemaPage({
    ...{ dataset: yellow, report, months: toMonthDrift(found).reverse(), refused: [], json: 'yellow.json' },
    files: part.map(({ uri, month, file }) => {
      const { rows, bytes, columns, statistics } = footerOf(uri);
      return {
        ...{ month, file, group: 1, rows, bytes, ...statistics },
        columns: columns.map((column, index) => ({
          ...column,
          ...(statistics.columns[index] as (typeof statistics.columns)[number]),
        })),
      };
    }),
  });
  expect(page.length).toBeLessThan(600_000);
  expect(page).toContain('And 1,940 more files: see the JSON.');
  expect(page).toContain('&lt;b&gt;new 5&lt;/b&gt;');
  expect(page).not.toContain('<b>new');
});
