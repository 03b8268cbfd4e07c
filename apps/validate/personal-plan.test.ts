import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { visits } from '../../tests/fixtures/visits.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { judgeFile } from './judge-file.ts';
import { readSuite } from './suite.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-personal-'));
  path = join(folder, 'visits_2024-01.parquet');
  const select = `SELECT 'v' || i AS visit_id, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS seen_at, 'Quuxby' || i % 2 AS "E-MAIL",
    'Zelda Quuxby' AS full_name, 50707.5 + i AS salary, i AS passport, true AS employed, DATE '1907-03-01' AS born, 'Quuxby' AS phone,
    'first' AS kind, 'Quuxby' || i AS nickname FROM range(8) t(i)`;
  await withDuckDb(':memory:', (connection) => connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`));
});
afterAll(() => rm(folder, { recursive: true }));

/** What an expectation of a suite that somebody wrote by hand gives. */
async function resultOf(type: string, kwargs: object) {
  const suite = readSuite({ name: 'own', expectations: [{ type, kwargs }] }, 'own.json');
  const judged = await judgeFile({ path, suite, dataset: visits, asOf: '2024-02-01 00:00:00', earlier: () => [] });
  const [one] = judged.result.results;
  expect(JSON.stringify([judged.result, judged.month])).not.toMatch(/Quuxby|50707|1907/);
  return one?.exception_info.exception_message ?? one?.result;
}

test.each<[string, string, object, unknown]>([
  ['what a hash can say', 'expect_column_values_to_be_unique', { column: 'mail' }, { unexpected_count: 8 }],
  [
    'nulls of a hashed column by its name in the file',
    'expect_column_values_to_be_null',
    { column: 'E-MAIL' },
    { unexpected_count: 8 },
  ],
  [
    'the type of a hashed column',
    'expect_column_values_to_be_of_type',
    { column: 'mail', type_: 'str' },
    { observed_value: 'VARCHAR' },
  ],
  [
    'a pattern of a hashed column',
    'expect_column_values_to_match_regex',
    { column: 'mail', regex: 'x' },
    'column "E-MAIL" is hashed: tables hold no value that could be compared',
  ],
  [
    'a dropped column, though the file has it',
    'expect_column_values_to_not_be_null',
    { column: 'born' },
    'column "born" is dropped: no table holds its values, so they are not read',
  ],
  ['a figure', 'expect_column_max_to_be_between', { column: 'salary', max_value: 1 }, { observed_value: 'personal: not shown' }],
  [
    'a column that the contract does not know',
    'expect_column_distinct_values_to_be_in_set',
    { column: 'nickname', value_set: ['x'] },
    { observed_value: 'personal: not shown' },
  ],
  [
    'a pair of which one is personal',
    'expect_column_pair_values_to_be_equal',
    { column_A: 'visit_id', column_B: 'full_name' },
    { unexpected_count: 8, partial_unexpected_list: ['personal: not shown'] },
  ],
  [
    'rows that are as expected',
    'expect_column_values_to_be_between',
    { column: 'salary', min_value: 1 },
    { unexpected_count: 0, partial_unexpected_list: [] },
  ],
  [
    'a column that is not personal',
    'expect_column_values_to_be_in_set',
    { column: 'kind', value_set: ['x'] },
    { partial_unexpected_list: Array(8).fill('first') },
  ],
])('%s', async (_, type, kwargs, expected) => {
  const found = await resultOf(type, kwargs);
  if (typeof expected === 'string') expect(found).toBe(expected);
  else expect(found).toMatchObject(expected as object);
});
