import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quoteText, withDuckDb } from '../../apps/platform/duckdb.ts';
import { formatSource } from './format-source.ts';
import { fromFile } from './from-file.ts';
import { toSourceText } from './source-text.ts';
import { toDataset } from './to-dataset.ts';

const root = join(import.meta.dirname, '..', '..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function parquet(name: string, select: string): Promise<string> {
  const file = join(folder, name);
  await withDuckDb(':memory:', (connection) => connection.run(`COPY (${select}) TO ${quoteText(file)} (FORMAT parquet)`));
  return file;
}

const noteOf = (columns: readonly { name: string; note?: string | undefined }[], name: string) =>
  columns.find((column) => column.name === name)?.note;

test('a Parquet file becomes types, codes, ranges and a key, each with the share of rows that agree', async () => {
  const file = await parquet(
    'rides_2024-03.parquet',
    `SELECT i AS id, TIMESTAMP '2024-03-01' + INTERVAL (i) MINUTE AS begun,
       CASE WHEN i % 10 = 0 THEN NULL ELSE (i % 3)::DOUBLE END AS seats,
       CASE WHEN i % 50 = 0 THEN 1e9 ELSE i % 100 + 0.25 END AS fare,
       CASE WHEN i = 7 THEN 'soon' ELSE (i * 3)::VARCHAR END AS metres, '0' || (1000 + i) AS zip,
       CASE WHEN i % 4 = 0 THEN 'member' ELSE 'casual' END AS kind, i % 2 = 0 AS electric, DATE '2024-03-01' AS day,
       [1, 2] AS list, NULL::DOUBLE AS nothing, '2024-03-01 00:00:00+00'::TIMESTAMPTZ AS sent
     FROM range(1000) t(i)`,
  );
  const draft = await fromFile({ file });
  const dataset = toDataset(draft);
  expect(dataset).toMatchObject({
    category: 'rides',
    files: { name: 'rides_{YYYY-MM}.parquet' },
    key: ['id'],
    time: { at: 'begun' },
  });
  expect(
    Object.fromEntries(
      dataset.columns.map(({ name, type, codes }) => [
        name,
        [
          type,
          Object.keys(codes ?? {})
            .sort()
            .join(),
        ],
      ]),
    ),
  ).toEqual({
    id: ['int', ''],
    begun: ['timestamp', ''],
    seats: ['int', '0,1,2'],
    fare: ['double', ''],
    metres: ['int', ''],
    zip: ['string', ''],
    kind: ['string', 'casual,member'],
    electric: ['boolean', ''],
    day: ['date', ''],
    nothing: ['double', ''],
    sent: ['timestamp', ''],
  });
  expect(noteOf(draft.columns, 'metres')).toBe('VARCHAR. 99.9 % of the values are whole numbers.');
  expect(noteOf(draft.columns, 'seats')).toBe(
    'DOUBLE. 100 % of the values are whole numbers. These codes are 100 % of the values. 10 % of the rows have no value.',
  );
  expect(draft.notes).toContain('Column "list" is left out: INTEGER[] is nothing that a flat table holds.');
  expect(dataset.must).toEqual(['begun', 'id', 'fare', 'metres', 'zip', 'kind', 'electric', 'day', 'sent']);
  const ranges = draft.rules.map(({ name, holds, note }) => [name, holds, note]);
  expect(ranges).toEqual([
    ['fare_range', { op: 'between', column: 'fare', atLeast: 1.2, atMost: 1e9 }, '100 % of the values.'],
    ['metres_range', { op: 'between', column: 'metres', atLeast: 0, atMost: 3000 }, '99.9 % of the values.'],
    ['in_month', { op: 'in-month', column: 'begun' }, undefined],
  ]);
});

test('columns that may be personal are marked, and none of their values is in the proposal', async () => {
  const file = await parquet(
    'people_2024-03.parquet',
    `SELECT TIMESTAMP '2024-03-01' + INTERVAL (i) MINUTE AS begun, 'Quuxby' || i % 3 AS "FirstName", 'Quuxby ' || i AS name,
       'quuxby@' || i % 2 || '.example' AS "write to", 50707000 + i % 90 AS salary, i % 5 AS station_name, DATE '1907-03-01' AS "date of birth"
     FROM range(1000) t(i)`,
  );
  const draft = await fromFile({ file });
  expect(toDataset(draft).columns.flatMap(({ name, personal }) => (personal ? [[name, personal]] : []))).toEqual(
    ['FirstName', 'name', 'write_to', 'salary', 'date_of_birth'].map((name) => [name, 'keep']),
  );
  const text = toSourceText(draft);
  expect(text).toContain('It may be personal');
  expect(text).not.toMatch(/Quuxby|50707|1907|5\.07/i);
});

test('a few values far out are left out of a range, and its share says so', async () => {
  const file = await parquet(
    'far.parquet',
    "SELECT TIMESTAMP '2024-01-01' AS at_time, CASE WHEN i < 4 THEN -1e9 WHEN i > 9997 THEN 1e9 ELSE i END AS n FROM range(10000) t(i)",
  );
  const [range] = (await fromFile({ file })).rules;
  expect(range).toMatchObject({
    holds: { op: 'between', column: 'n', atLeast: 9, atMost: 10_000 },
    note: '99.89 % of the values.',
  });
});

test('a CSV file with a month of digits, quotes and missing values', async () => {
  const lines = Array.from(
    { length: 200 },
    (_, i) => `"${i}","2024-02-03 04:0${i % 10}:00",${i % 5 === 0 ? 'NA' : i / 2},"a ""b"""`,
  );
  const file = join(folder, 'JC-202402-trips.csv');
  await writeFile(file, ['"Ride Id","started at",km,"why"', ...lines].join('\n'));
  const draft = await fromFile({ file, category: 'jc' });
  const dataset = toDataset(draft);
  expect(dataset.files).toEqual({ name: 'JC-{YYYYMM}-trips.csv', nulls: ['NA'] });
  expect(dataset.columns.map(({ name, type, aliases = [] }) => [name, type, ...aliases])).toEqual([
    ['Ride_Id', 'int', 'Ride Id'],
    ['started_at', 'timestamp', 'started at'],
    ['km', 'double'],
    ['why', 'string'],
  ]);
  expect(noteOf(draft.columns, 'km')).toContain('20 % of the rows have no value.');
  expect(dataset.time.at).toBe('started_at');
});

test('--months-in takes another timestamp, a date, and the name that the file has', async () => {
  const file = await parquet(
    'x.parquet',
    `SELECT TIMESTAMP '2024-01-01' AS a, TIMESTAMP '2024-01-02' AS "b c", DATE '2024-01-03' AS d, 1 AS n`,
  );
  const atOf = async (monthsIn?: string) => (await fromFile({ file, category: 'x', monthsIn })).time;
  expect(await atOf()).toMatchObject({ at: 'a', note: expect.stringContaining('it could also be b_c (--months-in)') });
  expect((await atOf('b c')).at).toBe('b_c');
  const byDay = toDataset(await fromFile({ file, category: 'x', monthsIn: 'd' }));
  expect(byDay.columns.find(({ name }) => name === 'd')?.type).toBe('timestamp');
  await expect(atOf('n')).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('expected a timestamp or a date'),
  });
  await expect(atOf('e')).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('no such column') });
});

test.each<[string, () => Promise<string>, string]>([
  ['no timestamp', () => parquet('a.parquet', "SELECT 1 AS n, 'x' AS t"), 'no column is a timestamp'],
  ['no rows', () => parquet('b.parquet', "SELECT TIMESTAMP '2024-01-01' AS t WHERE false"), 'it has no rows'],
  [
    'no Parquet',
    async () => {
      await writeFile(join(folder, 'c.parquet'), 'PAR1 torn');
      return join(folder, 'c.parquet');
    },
    "the file can't be read",
  ],
])('a file with %s is refused in one line, as what the data say', async (_, make, message) => {
  const error = await fromFile({ file: await make(), category: 'x' }).catch((one) => one);
  expect([error.exitCode, error.message.split('\n').length]).toEqual([1, 1]);
  expect(error.message).toContain(message);
});

test('the definition of a hostile file compiles, is formatted, and passes every lint rule', async () => {
  const names = ["it's", 'a"b', '*/ throw 1', '`', 'end', 'cast_x', '\\', 'ünï', '-- ; drop', '1'];
  const select = names.map((name, index) => `'${index}' || i::VARCHAR AS "${name.replaceAll('"', '""')}"`).join(', ');
  const file = await parquet(
    'hostile.parquet',
    `SELECT ${select}, 'x' AS "two\nlines", TIMESTAMP '2024-01-01' AS "when?" FROM range(150) t(i)`,
  );
  const draft = await fromFile({ file });
  expect(toDataset(draft).columns.flatMap(({ aliases = [] }) => aliases)).toEqual([...names, 'two\nlines', 'when?']);
  const text = formatSource(toSourceText(draft), 'hostile.ts');
  expect(problemsOf(text)).toEqual([]);
  const { vcs: _, files: _f, ...rules } = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'));
  await writeFile(join(folder, 'biome.json'), JSON.stringify(rules));
  await writeFile(join(folder, 'hostile.ts'), text);
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const checked = spawnSync(biome, ['check', '--error-on-warnings', 'hostile.ts'], { cwd: folder, encoding: 'utf8' });
  expect([checked.status, checked.stderr]).toEqual([0, expect.stringContaining('Checked 1 file')]);
  expect(formatSource(text, 'hostile.ts')).toBe(text);
});

/** What TypeScript says of the text, as if it were a file of apps/contract. */
function problemsOf(text: string): string[] {
  const path = join(root, 'apps', 'contract', 'hostile.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === path || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === path ? ts.createSourceFile(file, text, ts.ScriptTarget.Latest) : getSourceFile(file, ...rest);
  const program = ts.createProgram([path], { ...options, noEmit: true }, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

test('a CSV file with other marks, whose months are read as the pipeline reads them', async () => {
  const file = join(folder, 'Readings 2024.csv');
  await writeFile(
    file,
    ["at;'what;ever';n", ...Array.from({ length: 120 }, (_, i) => `2024-01-02 10:00:00;'a;${i}';-`)].join('\n'),
  );
  const draft = await fromFile({ file, category: 'readings' });
  expect(toDataset({ ...draft, time: { ...draft.time } }).files).toEqual({
    name: 'readings_{YYYY-MM}.csv',
    csv: { delimiter: ';', quote: "'" },
    nulls: ['-'],
  });
});
