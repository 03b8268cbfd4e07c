import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { rides } from '../../tests/fixtures/rides.ts';
import type { Csv } from '../contract/dataset.ts';
import { scanParquet, withDuckDb } from '../platform/duckdb.ts';
import { transfer } from './transfer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway csv #'));
  await mkdir(join(folder, 'in'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const uriOf = (...parts: string[]) => pathToFileURL(join(folder, ...parts)).href;
const datasetOf = (ending: string, csv?: Csv) => ({
  ...rides,
  files: { name: `JC-{YYYYMM}-tripdata${ending}`, ...(csv && { csv }) },
});

/** Transfers one month's file. Returns what the step says, and the rows of the copy. */
async function convert(content: Uint8Array | string, { ending = '.csv', csv }: { ending?: string; csv?: Csv } = {}) {
  const filename = `JC-202401-tripdata${ending}`;
  await writeFile(join(folder, 'in', filename), content);
  const result = await transfer({
    source: uriOf('in', filename),
    destination: `${uriOf('out')}/`,
    category: datasetOf(ending, csv),
    filename,
    runDate: '2024-01-01',
  });
  const rows = await withDuckDb(':memory:', async (connection) =>
    (await connection.runAndReadAll(`SELECT * FROM ${scanParquet(join(folder, 'out', result.file))}`)).getRowObjectsJson(),
  );
  return { result, rows };
}

async function zip(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const packed = new ZipFile();
  for (const [name, text] of Object.entries(files)) packed.addBuffer(Buffer.from(text), name);
  packed.end();
  const path = join(folder, 'packed.zip');
  await pipeline(packed.outputStream, createWriteStream(path));
  return readFile(path);
}

const text = 'ride_id,started_at,member\r\n7,2024-01-31 08:00:00,casual\r\n,"a ""b"", c",\r\n';
const rowsOfText = [
  { ride_id: '7', started_at: '2024-01-31 08:00:00', member: 'casual' },
  { ride_id: null, started_at: 'a "b", c', member: null },
];

describe('a CSV file becomes Parquet', () => {
  test.each([
    ['plain', async () => text, {}],
    ['without a line break at its end', async () => text.trimEnd(), {}],
    ['gzip', async () => gzipSync(text), { ending: '.csv.gz' }],
    ['with a byte-order mark', async () => `\ufeff${text}`, {}],
    ['UTF-16 with a mark', async () => Buffer.from(`\ufeff${text}`, 'utf16le'), {}],
    ['UTF-16 as declared', async () => Buffer.from(text, 'utf16le'), { csv: { encoding: 'utf-16le' } }],
    [
      'semicolons and single quotes',
      async () =>
        text.replaceAll(',', ';').replaceAll('""', '@').replaceAll('"', "'").replaceAll('@', '"').replace('b"; c', 'b", c'),
      { csv: { delimiter: ';', quote: "'" } },
    ],
  ])('%s', async (_, content, options) => {
    const { rows, result } = await convert(await content(), options);
    expect(rows).toEqual(rowsOfText);
    expect(result).toMatchObject({ files: 1, copied: 1, file: 'JC-202401-tripdata.parquet' });
    expect(await readdir(join(folder, 'out'))).toEqual(['JC-202401-tripdata.parquet']);
  });

  test('several files in a zip, in the order of their names; what is beside them is left', async () => {
    const [header, first, second] = text.split('\r\n');
    const packed = await zip({
      'a/2.csv': `${header}\n${second}\n`,
      'a/1.csv': `${header}\n${first}\n`,
      '__MACOSX/a/._1.csv': 'x',
      'a/.DS_Store': 'x',
      'LICENSE.txt': 'free',
    });
    expect((await convert(packed, { ending: '.csv.zip' })).rows).toEqual(rowsOfText);
  });

  test('without a header the columns are those of the data set', async () => {
    const line = rides.columns.map((_, index) => `v${index}`).join(',');
    const { rows } = await convert(`${line}\n${line}\n`, { csv: { header: false } });
    expect(rows).toEqual(Array(2).fill(Object.fromEntries(rides.columns.map(({ name }, index) => [name, `v${index}`]))));
  });

  test('a column that is dropped is left out, by whatever name; the file is made again when the marks change', async () => {
    await writeFile(join(folder, 'in', 'JC-202401-tripdata.csv'), 'Ride_ID,started_at,end,other\n7,2024-01-31,JC1,x\n');
    const make = async (dropped: readonly string[]) => {
      const dataset = {
        ...datasetOf('.csv'),
        columns: rides.columns.map((one) => (dropped.includes(one.name) ? { ...one, personal: 'drop' as const } : one)),
      };
      const { copied } = await transfer({
        ...{ source: uriOf('in', 'JC-202401-tripdata.csv'), destination: `${uriOf('out')}/`, category: dataset },
      });
      const path = join(folder, 'out', 'JC-202401-tripdata.parquet');
      const found = await withDuckDb(':memory:', async (connection) =>
        (await connection.runAndReadAll(`FROM ${scanParquet(path)}`)).getRowObjectsJson(),
      );
      return [copied, ...found];
    };
    const whole = { Ride_ID: '7', started_at: '2024-01-31', end: 'JC1', other: 'x' };
    const { Ride_ID: _, ...withoutId } = whole;
    const { end: _end, ...withoutBoth } = withoutId;
    expect(await make([])).toEqual([1, whole]);
    expect(await make(['ride_id', 'speed'])).toEqual([1, withoutId]);
    expect(await make(['ride_id', 'speed'])).toEqual([0, withoutId]);
    expect(await make(['ride_id', 'end_dock'])).toEqual([1, withoutBoth]);
    expect(await make([])).toEqual([1, whole]);
  });

  test('every table of texts comes back, in its order', async () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('', '"', ',', '\n', '\r\n', ' ', 'é', '\u2028', "'", '""'));
    const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, end) => {
          const lines = [['ride_id', 'b', 'c'], ...rows].map((row) => row.map(quoted).join(',') + end);
          const read = await convert(lines.join(''));
          expect(read.rows.map((row) => Object.values(row))).toEqual(rows.map((row) => row.map((value) => value || null)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the same version is made once, and again when it changes or is read in another way', async () => {
    await convert(text);
    const made = await stat(join(folder, 'out', 'JC-202401-tripdata.parquet'));
    const again = () =>
      transfer({
        source: `${uriOf('in')}/`,
        prefixes: ['JC-202401'],
        destination: `${uriOf('out')}/`,
        category: datasetOf('.csv'),
        manifest: uriOf('files.json'),
      });
    expect(await again()).toMatchObject({ files: 1, copied: 0 });
    expect((await stat(join(folder, 'out', 'JC-202401-tripdata.parquet'))).mtimeMs).toBe(made.mtimeMs);
    await writeFile(join(folder, 'in', 'JC-202401-tripdata.csv'), text.replace('7', '8'));
    expect(await again()).toMatchObject({ copied: 1 });
    await writeFile(join(folder, 'out', 'JC-202401-tripdata.parquet'), 'torn');
    expect(await again()).toMatchObject({ copied: 1 });
    expect((await convert(text.replace('7', '8'), { csv: { quote: "'" } }).catch((error) => error)).message).toMatch(
      /rows with 4 values, the last one empty, expected 3: 1;/,
    );
  });
});

const many = Array.from({ length: 200_000 }, (_, index) => `${index},2024-01-01 00:00:00,casual`);
const header = 'ride_id,started_at,member';
const table = (lines: readonly string[]) => [header, ...lines, ''].join('\n');
const changed = (at: number, line: string) => table(many.with(at, line));

describe('a CSV file that is not whole is refused, and nothing is left', () => {
  test.each<[string, () => Promise<Uint8Array | string>, RegExp, { ending?: string; csv?: Csv }?]>([
    ['a row with too few values', async () => changed(150_000, '1,2'), /line 150002: 2 values, expected 3/],
    [
      'a row with an empty value too many',
      async () => changed(150_000, '1,"2,2",3,'),
      /rows with 4 values, the last one empty, expected 3: 1;/,
    ],
    ['a row with too many', async () => changed(150_000, '1,2,3,4'), /line 150002: 4 values, expected 3/],
    [
      'a quote that is never closed',
      async () => changed(150_000, '1,"2,3'),
      /line 150002: a (quote is not closed|row is longer)/,
    ],
    ['text after a quote', async () => changed(5, '1,"2"x,3'), /line 7: a quote is not closed, or text follows/],
    ['cut in the middle of a row', async () => table(many).slice(0, -20), /line 200001: 2 values, expected 3/],
    [
      'no header',
      async () => many.join('\n'),
      /first line is no header of rides: 0, 2024-01-01 00:00:00, casual; expected names such as ride_id/,
    ],
    [
      'a column that is twice in the header',
      async () => table(many).replace('member', ' Ride_ID'),
      /column " Ride_ID" is in its header twice/,
    ],
    ['nothing at all', async () => '', /it is empty/],
    [
      'bytes that are no text',
      async () => Buffer.concat([Buffer.from(`${header}\n1,2,3\n`), Buffer.from([0xff, 0x2c, 0x2c, 0x0a])]),
      /line 3: it is not UTF-8 text/,
    ],
    ['UTF-16 that nobody declared', async () => Buffer.from(text, 'utf16le'), /no header of rides: r\\u0000i/],
    [
      'half a character of UTF-16',
      async () => Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, -1),
      /it is not utf-8 text|can't be unpacked/,
    ],
    [
      'another number of columns than declared',
      async () => text,
      new RegExp(`values, expected ${rides.columns.length}`),
      { csv: { header: false } },
    ],
    [
      'a cut gzip',
      async () => gzipSync(table(many)).subarray(0, -100),
      /can't be unpacked: unexpected end of file/,
      { ending: '.csv.gz' },
    ],
    ['an empty zip', async () => zip({}), /no CSV file is in it, it is empty/, { ending: '.zip' }],
    ['a zip of other files', async () => zip({ 'a.txt': 'x', 'b/c.json': '{}' }), /only a.txt, b\/c.json/, { ending: '.zip' }],
    [
      'a cut zip',
      async () => (await zip({ 'a.csv': table(many) })).subarray(0, -100),
      /can't be unpacked: End of central directory/,
      { ending: '.zip' },
    ],
    [
      'two schemas in a zip',
      async () => zip({ 'a.csv': text, 'b.csv': text.replace('member', 'rider') }),
      /b.csv: column 3 is "rider", but "member" in .*a.csv/,
      { ending: '.zip' },
    ],
    ['Parquet', async () => 'PAR1xxxxPAR1', /this is a Parquet file/],
  ])('%s', async (_, content, message, options) => {
    await expect(convert(await content(), options)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(message),
    });
    expect(await readdir(folder)).not.toContain('out');
  });

  test.each([
    ['a file', async () => 'quuxby@x.example,2024-01-01\n', '.csv'],
    ['a file beside others', async () => zip({ 'a.csv': text, 'b.csv': 'quuxby,2024-01-01,x\n' }), '.zip'],
  ])('%s without a header shows none of its values where a column is personal', async (_, content, ending) => {
    const columns = rides.columns.map((one) => (one.name === 'member' ? { ...one, personal: 'keep' as const } : one));
    const name = `JC-202401-tripdata${ending}`;
    await writeFile(join(folder, 'in', name), await content());
    const refused = transfer({
      ...{ source: uriOf('in', name), destination: `${uriOf('out')}/` },
      category: { ...datasetOf(ending), columns },
    });
    const { message } = await refused.then(
      () => expect.fail('it was taken'),
      (error: Error) => error,
    );
    expect(message).toContain('personal: not shown');
    expect(message).not.toMatch(/quuxby/i);
  });

  test('a byte of a zip that changed on the way', async () => {
    const packed = Buffer.from(await zip({ 'a.csv': table(many) }));
    packed[packed.length >> 1] = (packed[packed.length >> 1] as number) ^ 1;
    await expect(convert(packed, { ending: '.zip' })).rejects.toMatchObject({ exitCode: 1 });
  });
});
