import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rides } from '../../tests/fixtures/rides.ts';
import { allDatasets } from '../contract/categories.ts';
import type { Dataset } from '../contract/dataset.ts';
import { defineDataset } from '../contract/define-dataset.ts';
import { green } from '../contract/green.ts';
import { toParquet } from '../plan/parquet-rows.ts';
import { publishSite } from './site.ts';

let root: string;
const docs = () => join(root, 'docs');
const dbt = () => join(root, 'dbt');
// biome-ignore lint/suspicious/noTemplateCurlyInString: dbt leaves it so
const dbtPage = '<link rel="shortcut icon" href="${require(\'./a.ico\')}"/><use xlink:href="{{ getIcon(1) }}">';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'taxiway-publish-'));
  await put('dbt/index.html', dbtPage);
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const result = (success: boolean, file = 'green_tripdata_2024-01.parquet') =>
  JSON.stringify({
    statistics: { evaluated_expectations: 10, successful_expectations: 9, success_percent: 90 },
    meta: { file, rows: 1234, gate: { success, successPercent: 90, threshold: 90 } },
  });
const publish = () => publishSite(docs(), { dbt: dbt(), datasets: allDatasets });

test('writes every page, and writes nothing anew the second time', async () => {
  const first = await publish();
  const ofDatasets = allDatasets.map(({ category }) => `datasets/${category}.html`);
  expect(first.pages).toEqual(['dbt/index.html', ...ofDatasets, 'index.html']);
  expect(first.changed).toEqual(first.pages);
  const { mtimeMs } = await stat(join(docs(), 'index.html'));
  expect((await publish()).changed).toEqual([]);
  expect((await stat(join(docs(), 'index.html'))).mtimeMs).toBe(mtimeMs);
});

test("dbt's page asks for no file that does not exist", async () => {
  await publish();
  expect(await readFile(join(docs(), 'dbt/index.html'), 'utf8')).toBe(
    '<link rel="shortcut icon" href="data:,"/><use ng-attr-href="{{ getIcon(1) }}">',
  );
});

test('the index lists validations, newest first, and links to them', async () => {
  await put('docs/validation/green/2023-12-01/result.json', result(false));
  await put('docs/validation/green/2024-01-01/result.json', result(true));
  await put('docs/validation/green/2024-02-01/result.json', '{torn');
  expect((await publish()).validations).toBe(2);
  const page = await readFile(join(docs(), 'index.html'), 'utf8');
  expect(page.indexOf('validation/green/2024-01-01/')).toBeLessThan(page.lastIndexOf('validation/green/2023-12-01/'));
  expect(page).toMatch(/refused/);
  expect(page).not.toContain('2024-02');
});

test('the page of a data set shows the drift of its months, and who accepted one that was refused', async () => {
  const drift = ['surge_factor unknown, left out', 'cbd_congestion_fee absent'];
  const meta = {
    ...JSON.parse(result(true)).meta,
    drift,
    accepted: { reason: 'strike <b>', refusedBy: ['triaged_rows'] },
    checks: [{ name: 'triaged_rows', success: false }],
  };
  await put('docs/validation/green/2024-01-01/result.json', JSON.stringify({ ...JSON.parse(result(true)), meta }));
  await publish();
  const page = await readFile(join(docs(), 'datasets/green.html'), 'utf8');
  for (const text of [...drift, 'accepted', 'strike &lt;b&gt;', 'triaged_rows', 'href="../validation/green/2024-01-01/"'])
    expect(page).toContain(text);
  expect(await readFile(join(docs(), 'index.html'), 'utf8')).toContain('accepted');
});

test('hostile names are escaped in pages and links', async () => {
  await put('docs/validation/green/"><script>/result.json', result(true, '<script>alert(1)</script>'));
  await publish();
  const page = await readFile(join(docs(), 'index.html'), 'utf8');
  expect(page).not.toContain('<script');
  expect(page).toContain('validation/green/%22%3E%3Cscript%3E/');
});

test('pages of data sets that are gone are removed; nothing else is', async () => {
  await put('docs/datasets/blue.html', 'old');
  await put('docs/other/page.html', 'kept');
  expect((await publish()).removed).toEqual(['datasets/blue.html']);
  expect(await readFile(join(docs(), 'other/page.html'), 'utf8')).toBe('kept');
});

test('without dbt documentation nothing is written', async () => {
  await rm(dbt(), { recursive: true });
  await expect(publish()).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('did the dbt step run?') });
  await expect(stat(docs())).rejects.toThrow();
});

test('a made-up category gets its page', async () => {
  const scooter = defineDataset({
    ...green,
    category: 'scooter',
    title: 'Scooters & co',
    files: { name: 'scooter_{YYYY-MM}.parquet' },
  });
  await publishSite(docs(), { dbt: dbt(), datasets: [...allDatasets, scooter] });
  const page = await readFile(join(docs(), 'datasets/scooter.html'), 'utf8');
  expect(page).toContain('Scooters &amp; co');
  expect(page).toContain('<wbr>clean');
});

test('a page says which columns are the key, to what others refer, and what a model learns from, if there is one', async () => {
  await publishSite(docs(), { dbt: dbt(), datasets: [...allDatasets, rides] });
  const toText = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  const pageOf = async (category: string) => toText(await readFile(join(docs(), `datasets/${category}.html`), 'utf8'));
  const [ofRides, ofGreen] = [await pageOf('rides'), await pageOf('green')];
  expect(ofRides).toContain('The ride. The key.');
  expect(ofRides).toContain('Where it began. Refers to a dock of zones.docks.');
  expect(ofRides).toContain('From file to table');
  expect(ofRides.includes('Features')).toBe(false);
  expect(ofRides.includes('predicts')).toBe(false);
  expect(ofGreen).toContain('From file to fare');
  expect(ofGreen).toContain('fare_amount The fare. In USD. what is predicted');
  expect(ofGreen).toContain('trip_distance Distance of the trip. In miles. yes');
  expect(ofGreen).toContain('trip_duration Minutes from pickup to dropoff. no');
});

test('the page of a data set says what its owner promises, and what nobody promises', async () => {
  const { promises: _, ...silent } = green;
  const shuttle = defineDataset({
    ...green,
    category: 'shuttle',
    files: { name: 'shuttle_{YYYY-MM}.parquet' },
    version: '2.1.0',
    promises: {
      owner: { name: 'A <b>', contact: 'https://example.com/?a&b' },
      freshness: '36h',
      rowsPerMonth: { atMost: 5000 },
      retention: '1y',
    },
  });
  await publishSite(docs(), { dbt: dbt(), datasets: [silent, shuttle] });
  const pageOf = (category: string) => readFile(join(docs(), `datasets/${category}.html`), 'utf8');
  const toText = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  const kept = toText(await pageOf('shuttle'));
  expect(await pageOf('shuttle')).toContain('A &lt;b&gt;, <a href="https://example.com/?a&amp;b">');
  for (const text of [
    'at most 36 hours old',
    'at most 5,000 trips',
    'version 2.1.0',
    '1 year after the end of their month',
    '(366 days)',
  ])
    expect(kept).toContain(text);
  const open = toText(await pageOf('green'));
  for (const text of ['nobody is named', 'at most 40 days old', 'any number of trips', 'for ever']) expect(open).toContain(text);
});

test('the page of a data set shows clean rows of its newest month; without such a file, or with another one, it shows none', async () => {
  const columns = [
    { name: 'vendor_id', type: 'int' },
    { name: 'flag', type: 'string' },
    { name: 'broken_rules', type: 'strings' },
  ] as const;
  const page = () => readFile(join(docs(), 'datasets/green.html'), 'utf8');
  for (const [folder, flag] of [
    ['2023-12-01', 'december'],
    ['2024-01-01', '<january>'],
  ] as const) {
    await put(`docs/validation/green/${folder}/result.json`, result(true));
    const rows = [
      [1n, flag, []],
      [2n, 'broken-one', ['fare_is_possible']],
    ];
    await put(`docs/validation/green/${folder}/rows.parquet`, await toParquet({ columns, rows }));
  }
  await publish();
  const shown = ['&lt;january&gt;', '<january>', 'december', 'broken-one', '>broken_rules<'];
  const text = await page();
  expect(shown.filter((one) => text.includes(one))).toEqual(['&lt;january&gt;']);
  await put('docs/validation/green/2024-01-01/rows.parquet', 'PAR1 torn');
  await publish();
  expect((await page()).includes('Clean rows')).toBe(false);
});

test('rows that were written before a column was marked as personal are not shown', async () => {
  const columns = [
    { name: 'store_and_fwd_flag', type: 'string' },
    { name: 'broken_rules', type: 'strings' },
  ] as const;
  await put('docs/validation/green/2024-01-01/result.json', result(true));
  await put('docs/validation/green/2024-01-01/rows.parquet', await toParquet({ columns, rows: [['Quuxby', []]] }));
  const pageOf = async (marked: Dataset) => {
    await publishSite(docs(), { dbt: dbt(), datasets: [marked] });
    return readFile(join(docs(), 'datasets/green.html'), 'utf8');
  };
  expect(await pageOf(green)).toContain('Quuxby');
  const page = await pageOf({
    ...green,
    columns: green.columns.map((one) => (one.name === 'store_and_fwd_flag' ? { ...one, personal: 'keep' } : one)),
  });
  expect(page).not.toContain('Quuxby');
  expect(page).toContain('personal: not shown');
  expect(page).toContain('Personal: its values are in tables alone.');
});

test('the page of a data set links to its schemas once schema-groups has written them', async () => {
  const page = () => readFile(join(docs(), 'datasets/green.html'), 'utf8');
  await put('docs/validation/green/2024-01-01/result.json', result(true));
  await publish();
  expect((await page()).includes('schemas/')).toBe(false);
  await put('docs/schemas/green.html', '<p>schemas</p>');
  await publish();
  expect(await page()).toContain('<a href="../schemas/green.html">');
});
