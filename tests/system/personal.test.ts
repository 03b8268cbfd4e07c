// Whole runs over files full of secrets in personal columns: none of them is in a page, a report, a record, a log or a message.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quoteText, withDuckDb } from '../../apps/platform/duckdb.ts';
import { addDatasets, cloneProject, synthesize } from '../fixtures/clone-of-project.ts';
import { readSummaries, startPipeline } from '../fixtures/npm-start.ts';

let folder: string;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-personal-'));
  clone = join(folder, 'clone');
  await cloneProject(clone);
  await addDatasets(clone, 'visits');
  // The same data set, in CSV.
  const calls = (await readFile(join(clone, 'apps/contract/visits.ts'), 'utf8'))
    .replace("category: 'visits'", "category: 'calls'")
    .replace('export const visits', 'export const calls')
    .replace('visits_{YYYY-MM}.parquet', 'calls_{YYYY-MM}.csv');
  await writeFile(join(clone, 'apps/contract/calls.ts'), calls);
  synthesize(clone);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const months = ['2024-01', '2024-02', '2024-03'];
const rows = 1500;
/** What every personal value has in it: a word, the beginning of a number, a year, a telephone number. Wrong ones, too. */
const secrets = /Quuxby|hidden\.example|734192\d{3}|88171\d{6}|1907-|0991-55/;
/** What the columns are called in files of the second month. */
const spelt = (month: string) => (month.endsWith('02') ? '"E-Mail"' : 'mail');

/** One month's rows as SQL: each personal column has wrong values, values far out and repeated ones. */
const toRows = (month: string, { asText }: { asText: boolean }) => `SELECT
  '${month}-' || i AS visit_id,
  strftime(TIMESTAMP '${month}-01' + to_seconds(floor(i * 28 * 86400.0 / ${rows})::BIGINT), '%Y-%m-%d %H:%M:%S') AS seen_at,
  'p' || (i % 700) || '@hidden.example' AS ${spelt(month)},
  CASE WHEN i % 50 = 0 THEN 'no name of Quuxby' ELSE 'Zelda ' || i || ' Quuxby' END AS full_name,
  CASE WHEN i % 60 = 1 THEN ${asText ? "'plenty, says Quuxby'" : "'NaN'"} WHEN i % 60 = 2 THEN '73419299900.4375'
    WHEN i % 60 = 3 THEN '-734192111.4375' ELSE (734192000 + i % 800) || '.4375' END${asText ? '' : '::DOUBLE'} AS salary,
  CASE WHEN i % 70 = 1 THEN '88171000111.5' WHEN i % 70 = 2 THEN 'lost by Quuxby' ELSE (88171000000 + i)::VARCHAR END AS passport,
  CASE WHEN i % 80 = 1 THEN 'Perhaps, says Quuxby' ELSE (i % 2)::VARCHAR END AS employed,
  ${asText ? "CASE WHEN i % 90 = 1 THEN '1907-02-31' ELSE '1907-03-0' || (1 + i % 9) END" : "DATE '1907-03-01' + (i % 9)::INT"} AS born,
  '0991-55' || i AS phone,
  CASE WHEN i % 3 = 0 THEN 'first' ELSE 'other' END AS kind,
  'Quuxby ' || i AS nickname
  FROM range(${rows}) t(i)${
    month.endsWith('03')
      ? ` UNION ALL BY NAME SELECT * EXCLUDE (i) FROM (SELECT unnest([0, 1]) AS i,
    '${month}-x' AS visit_id, '2024-03-01 00:00:00' AS seen_at, 'p0@hidden.example' AS mail)`
      : ''
  }`;

async function makeFiles(name: string, ending: 'parquet' | 'csv'): Promise<string> {
  const input = join(folder, `${name}-input`);
  await mkdir(input);
  await withDuckDb(':memory:', async (connection) => {
    for (const month of months)
      await connection.run(
        `COPY (${toRows(month, { asText: ending === 'csv' })}) TO ${quoteText(join(input, `${name}_${month}.${ending}`))}`,
      );
  });
  return input;
}

/** Every file below a folder that is no table and no month's file, as text, by its name. */
async function readTexts(root: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    const isTable = name.startsWith('warehouse.duckdb') || /^buckets\/(source|staging)\/.*(visits|calls)_\d/.test(name);
    if (!entry.isFile() || isTable) continue;
    texts.set(
      name,
      name.endsWith('.parquet') ? JSON.stringify(await readAll(`FROM ${quoteText(path)}`)) : await readFile(path, 'latin1'),
    );
  }
  return texts;
}

const readAll = (sql: string, database = ':memory:') =>
  withDuckDb(database, async (connection) => (await connection.runAndReadAll(sql)).getRowObjectsJson());

/** Names of the texts that hold a secret, and the first of each. */
const leaksOf = (texts: ReadonlyMap<string, string>) =>
  [...texts].flatMap(([name, text]) => {
    const found = secrets.exec(text);
    return found ? [`${name}: ${text.slice(Math.max(0, found.index - 60), found.index + 40)}`] : [];
  });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test.each([
  ['visits', 'parquet'],
  ['calls', 'csv'],
] as const)('%s, as %s', async (category, ending) => {
  const input = await makeFiles(category, ending);
  const state = join(folder, `state-of-${category}`);
  const started = startPipeline(state, ['--once', '--category', category, '--input', input, '--accept', 'a test'], clone);
  const { code, output } = await started.ended;
  expect(output).toContain(`batch ${category}: succeeded`);
  expect(code).toBe(0);
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files.map(({ month, read, triage }) => [month, read, triage > 100])).toEqual([
    ['2024-01', rows, true],
    ['2024-02', rows, true],
    ['2024-03', rows + 2, true],
  ]);

  const texts = new Map([...(await readTexts(state)), ['output', output]]);
  for (const known of [
    'buckets/docs/index.html',
    `buckets/docs/datasets/${category}.html`,
    `buckets/docs/schemas/${category}.json`,
    `buckets/docs/validation/${category}/2024-03-01/rows.parquet`,
    `buckets/docs/validation/${category}/2024-03-01/result.json`,
    `buckets/staging/footers/${category}.jsonl`,
    `buckets/staging/months/${category}/2024-03-01.json`,
  ])
    expect([...texts.keys()]).toContain(known);
  expect([...texts.keys()].filter((name) => name.startsWith('runs/')).length).toBeGreaterThan(20);
  expect(leaksOf(texts)).toEqual([]);
  // A hash can be guessed: it is shown no more than the value.
  const hashes = new Set(Array.from({ length: 700 }, (_, i) => sha256(`p${i}@hidden.example`)));
  for (const [name, text] of texts)
    expect([name, (text.match(/[0-9a-f]{64}/g) ?? []).filter((digits) => hashes.has(digits))]).toEqual([name, []]);
  const dbt = await readTexts(join(clone, 'apps/dbt')).then(
    (all) => new Map([...all].filter(([name]) => /^(target|logs)\//.test(name))),
  );
  expect(leaksOf(dbt)).toEqual([]);

  // Columns are named, and a word says why there is no value.
  for (const name of [`datasets/${category}.html`, `validation/${category}/2024-03-01/index.html`, `schemas/${category}.html`])
    expect(texts.get(`buckets/docs/${name}`)).toMatch(/full_name.*personal: not shown/s);
  const report = JSON.parse(texts.get(`buckets/docs/validation/${category}/2024-03-01/result.json`) ?? '');
  const resultOf = (type: string, column: string) =>
    report.results.find(
      ({ expectation_config: { type: one, kwargs } }: { expectation_config: { type: string; kwargs: { column?: string } } }) =>
        one === type && kwargs.column === column,
    ).result;
  expect(resultOf('expect_column_max_to_be_between', 'salary')).toEqual({ observed_value: 'personal: not shown' });
  expect(resultOf('expect_column_values_to_be_unique', 'mail')).toMatchObject({
    unexpected_count: rows + 2,
    partial_unexpected_list: ['personal: not shown'],
  });

  const { staging, monthly, marks } = await withDuckDb(join(state, 'warehouse.duckdb'), async (connection) => {
    const of = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const both = `(FROM staging.${category}_clean UNION ALL BY NAME FROM staging.${category}_triage)`;
    return {
      staging: await of(`SELECT mail, full_name, salary, passport FROM ${both} WHERE visit_id = '2024-02-10'`),
      monthly: await of(
        `SELECT DISTINCT length(patient) AS digits, patient = lower(patient) AS small FROM historical.${category}_monthly`,
      ),
      marks: await of(`SELECT count(born) AS born, count(phone) AS phone, count(DISTINCT mail) AS mails FROM ${both}`),
    };
  });
  expect(staging).toEqual([
    { mail: sha256('p10@hidden.example'), full_name: 'Zelda 10 Quuxby', salary: 734192010.4375, passport: '88171000010' },
  ]);
  expect(monthly).toEqual([{ digits: '64', small: true }]);
  expect(marks).toEqual([{ born: '0', phone: '0', mails: '700' }]);

  // CSV loses what is dropped on its way; Parquet is copied byte for byte.
  const staged = (await readdir(join(state, 'buckets/staging'), { recursive: true })).filter((name) =>
    name.endsWith(`${category}_2024-02.parquet`),
  );
  const columns = await readAll(`DESCRIBE FROM ${quoteText(join(state, 'buckets/staging', staged[0] ?? ''))}`);
  const names = columns.map(({ column_name }) => column_name);
  expect(names.includes('born') || names.includes('phone')).toBe(ending === 'parquet');
  expect(names).toContain('E-Mail');

  // A file that is refused says why without a value, on standard output, in the log and in the step's result.
  const refused = spawnSync(
    process.execPath,
    [
      join(clone, 'apps/validate/main.ts'),
      ...[
        '--file',
        join(state, 'buckets/staging', staged[0] ?? ''),
        '--suite',
        join(clone, `apps/validate/expectations/${category}.json`),
      ],
      ...['--category', category, '--threshold', '100'],
    ],
    { encoding: 'utf8' },
  );
  expect(refused.status).toBe(1);
  expect(refused.stderr + refused.stdout).toContain('personal: not shown');
  expect(leaksOf(new Map([['refused', refused.stderr + refused.stdout]]))).toEqual([]);
});

test('a file without a header does not show its first row', async () => {
  const path = join(folder, 'calls_2024-04.csv');
  await writeFile(
    path,
    '7,2024-04-01 00:00:00,p1@hidden.example,Zelda 1 Quuxby,734192000.4375,88171000000,1,1907-03-01,0991-55,first\n',
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(clone, 'apps/transfer/main.ts'),
      ...['--source', `file://${path}`, '--destination', `file://${folder}/nowhere/`, '--category', 'calls'],
    ],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([1, expect.stringContaining('its first line is no header of calls: personal: not shown')]);
  expect(leaksOf(new Map([['transfer', stdout + stderr]]))).toEqual([]);
});

test('the contract says what is personal in every form that it has', async () => {
  const read = (path: string) => readFile(join(clone, path), 'utf8');
  expect(JSON.parse(await read('apps/contract/generated/visits.json')).columns[2]).toMatchObject({
    name: 'mail',
    personal: 'hash',
  });
  expect(await read('apps/dbt/models/generated/sources.yml')).toContain('Personal: tables hold the SHA-256 of the text.');
  const document = execFileSync(process.execPath, [join(clone, 'start/contract/main.ts'), 'export', 'visits'], {
    encoding: 'utf8',
  });
  expect(document).toContain('classification: personal');
});
