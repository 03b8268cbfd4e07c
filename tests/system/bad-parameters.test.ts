// What a batch, a backfill and the lambda's test do with parameters that are wrong or hostile: refused before or at the first step, in one line.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runWorkflow } from '../../workflows/local/run-workflow.ts';

let folder: string;
let state: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-bad-'));
  state = join(folder, 'state');
  await mkdir(join(state, 'buckets', 'source', 'green'), { recursive: true });
  await writeFile(join(folder, 'green_tripdata_2024-01.parquet'), 'not Parquet');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const silent = { onBegin: () => {}, onStep: () => {}, onNotice: () => {}, onEnd: async () => {} };
const run = (template: string, parameters: Readonly<Record<string, string>>) =>
  runWorkflow({ template, parameters, state, progress: silent });
const fileIn = (name: string) => pathToFileURL(join(folder, name)).href;
const batch = () => ({
  category: 'green',
  uri: fileIn('green_tripdata_2024-01.parquet'),
  filename: 'green_tripdata_2024-01.parquet',
  run_date: '2024-01-01',
});
const month = { category: 'green', from: '2024-01', to: '2024-02' };

const before: [string, string, () => Readonly<Record<string, string>>, string][] = [
  [
    'batch',
    'a category without a contract',
    () => ({ ...batch(), category: 'purple' }),
    'parameter "category" is "purple", expected one of',
  ],
  ['batch', "an expression of Argo's", () => ({ ...batch(), filename: '{{workflow.name}}' }), 'parameter "filename" holds "{{"'],
  ['batch', 'a misspelt parameter', () => ({ ...batch(), file: 'x' }), 'no parameter "file"'],
  ['backfill', 'a flag that is neither', () => ({ ...month, dry_run: 'ture' }), 'did you mean "true"?'],
];

test.each(before)('%s refuses %s before anything runs', async (template, _, parameters, message) => {
  await expect(run(template, parameters())).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
});

const atFirstStep: [string, string, () => Readonly<Record<string, string>>, string][] = [
  ['batch', 'a file that is not there', () => ({ ...batch(), uri: fileIn('x/green_tripdata_2024-01.parquet') }), 'no such file'],
  ['batch', 'a uri of another scheme', () => ({ ...batch(), uri: 'ftp://host/green_tripdata_2024-01.parquet' }), 'ftp'],
  ['batch', 'shell text as a name', () => ({ ...batch(), filename: '"; rm -rf /' }), 'is not the file of green'],
  ['batch', 'a way out of the folder', () => ({ ...batch(), filename: '../../x.parquet' }), 'is not the file of green'],
  ['batch', 'a month that is a way out', () => ({ ...batch(), run_date: '../../../x' }), 'is not the file of green'],
  [
    'batch',
    'month 13',
    () => ({ ...batch(), filename: 'green_tripdata_2024-13.parquet', run_date: '2024-13-01' }),
    'is not the file of green',
  ],
  ['batch', 'the month of another file', () => ({ ...batch(), run_date: '2024-02-01' }), 'is not the file of green'],
  ['batch', 'lines in a name', () => ({ ...batch(), filename: 'a\nb' }), 'is not the file of green'],
  ['batch', '64 KB of text', () => ({ ...batch(), filename: 'x'.repeat(65_536) }), 'is not the file of green'],
  ['backfill', 'to before from', () => ({ ...month, from: '2024-03' }), '--to'],
  ['backfill', 'month 13', () => ({ ...month, to: '2024-13' }), 'expected a month such as 2023-01'],
  ['backfill', 'a month that is not there', () => month, '2024-02'],
  [
    'lambda-integration-test',
    'what differs',
    () => toHandover({ run_date: '"; rm -rf /' }),
    'runDate is "\\"; rm -rf /", expected "2024-01-01"',
  ],
];

function toHandover(change: Readonly<Record<string, string>>): Record<string, string> {
  const given = batch();
  const expected = Object.entries(given).map(([name, value]) => [`expected_${name}`, value]);
  return { ...given, ...Object.fromEntries(expected), ...change };
}

test.each(atFirstStep)('%s refuses %s at its first step, in one line', async (template, _, parameters, message) => {
  const summary = await run(template, parameters());
  const [first, ...others] = summary.steps;
  expect(first).toMatchObject({ status: 'failed', message: expect.stringContaining(message) });
  expect([1, 2]).toContain(first?.exitCode);
  expect(first?.message).not.toContain('\n');
  expect(first?.message?.length).toBeLessThan(1100);
  expect(others.filter(({ name }) => name !== 'finish').every(({ status }) => status === 'omitted')).toBe(true);
  // No folder but the runs' and the source's has come to be.
  expect((await readdir(join(state, 'buckets'))).sort()).toEqual(['source']);
});

test('the lambda that hands over what is expected passes, whatever the text', async () => {
  const odd = { uri: 's3://b/a%20"; rm -rf /', expected_uri: 's3://b/a%20"; rm -rf /' };
  expect((await run('lambda-integration-test', toHandover(odd))).status).toBe('succeeded');
});
