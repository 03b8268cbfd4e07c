import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quoteText, withDuckDb } from '../platform/duckdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'taxiway-validate-main-'));
const suite = join(folder, 'suite.json');
const hostile = "it's [1]*?{a}.parquet";

beforeAll(async () => {
  const plain = join(folder, 'good.parquet');
  await withDuckDb(':memory:', (connection) =>
    connection.run(`COPY (SELECT range AS n FROM range(50000)) TO ${quoteText(plain)} (FORMAT parquet)`),
  );
  const bytes = readFileSync(plain);
  writeFileSync(join(folder, hostile), bytes);
  writeFileSync(join(folder, 'cut.parquet'), bytes);
  truncateSync(join(folder, 'cut.parquet'), bytes.length - 100);
  writeFileSync(
    join(folder, 'torn.parquet'),
    Buffer.concat([bytes.subarray(0, 1000), Buffer.alloc(bytes.length - 2000, 7), bytes.subarray(-1000)]),
  );
  writeFileSync(join(folder, 'csv.parquet'), 'a,b\n1,2\n');
  writeFileSync(join(folder, 'empty.parquet'), '');
  mkdirSync(join(folder, 'folder.parquet'));
  const type = 'expect_column_values_to_be_between';
  writeFileSync(
    suite,
    JSON.stringify({ name: 's', expectations: [{ type, kwargs: { column: 'n', max_value: 24_999 }, severity: 'warning' }] }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(file: string, ...more: string[]) {
  const main = new URL('main.ts', import.meta.url).pathname;
  return spawnSync(process.execPath, [main, '--file', join(folder, file), '--suite', suite, ...more], { encoding: 'utf8' });
}

test.each([
  ['cut.parquet', 1, /^validate: cut\.parquet: not a whole Parquet file: .* its end is missing; fetch it again/],
  ['torn.parquet', 1, /^validate: torn\.parquet: /],
  ['csv.parquet', 1, /^validate: csv\.parquet: not a whole Parquet file: it does not begin with PAR1/],
  ['empty.parquet', 1, /^validate: empty\.parquet: not a whole Parquet file: it is empty/],
  ['folder.parquet', 2, /^validate: .*folder\.parquet: no such file/],
  ['missing.parquet', 2, /^validate: .*missing\.parquet: no such file/],
])('%s: one line, exit %i', (file, code, line) => {
  const { status, stderr, stdout } = run(file);
  expect(stderr.trimEnd()).toMatch(line);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect([status, stdout]).toEqual([code, '']);
});

test('a refused file leaves a result and a report; the same file under a lower threshold is let in', () => {
  const result = join(folder, 'result.json');
  const report = join(folder, 'report');
  const refused = run(hostile, '--report', report, '--result', result);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringContaining(`${hostile}: refused: 0 % of 1 expectations hold`),
  ]);
  expect(JSON.parse(readFileSync(result, 'utf8'))).toMatchObject({
    success: false,
    successPercent: 0,
    threshold: 90,
    evaluated: 1,
    rows: 50000,
    report,
  });
  expect(JSON.parse(readFileSync(join(report, 'result.json'), 'utf8'))).toMatchObject({
    success: false,
    suite_name: 's',
    statistics: { success_percent: 0 },
    meta: { file: hostile, gate: { success: false } },
  });
  expect(readFileSync(join(report, 'index.html'), 'utf8')).toContain('Refused');
  expect(run(hostile, '--report', report, '--threshold', '0').status).toBe(0);
  expect(readFileSync(join(report, 'index.html'), 'utf8')).toContain('Let in');
});

test.each(['0.9', '-1', '101', 'many', ''])('threshold %j is refused', (threshold) => {
  const { status, stderr } = run('good.parquet', `--threshold=${threshold}`);
  expect([status, stderr]).toEqual([2, expect.stringContaining('from 0 to 100')]);
});
