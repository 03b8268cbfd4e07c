// months' bundle on a real S3: what a backfill and freshness have to do, and the records of what is done.
import { createHash } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { firstDayOf } from '../../apps/contract/file-name.ts';
import { bucket, uriOf, useS3Lab } from '../fixtures/s3-lab.ts';
import { findS3Server } from '../fixtures/s3-server.ts';

const tool = findS3Server();

describe.skipIf(tool === undefined)('months of S3', () => {
  const lab = useS3Lab(tool, ['months', 'transfer']);
  const files = 'months/yellow';
  const nameOf = (month: string) => `yellow_tripdata_${month}.parquet`;
  const keyOf = (month: string) => `${files}/${month.slice(0, 4)}/${nameOf(month)}`;
  beforeAll(async () => {
    for (const month of ['2023-01', '2023-02', '2023-03', '2023-05']) await lab.put(keyOf(month), month);
  });
  const backfill = (from: string, to: string, source = uriOf('months/')) =>
    lab.run('months', [
      '--task',
      'backfill',
      '--category',
      'yellow',
      '--from',
      from,
      '--to',
      to,
      '--source',
      source,
      '--records',
      lab.records,
    ]);
  const recordMonth = (month: string, version: string) =>
    lab.run('months', [
      ...['--task', 'record', '--category', 'yellow', '--uri', uriOf(keyOf(month)), '--filename', nameOf(month)],
      ...['--run-date', firstDayOf(month), '--version', version, '--records', lab.records],
    ]);

  test('planned, done, recorded: nothing is left to do, until an object is overwritten', async () => {
    const first = await backfill('2023-01', '2023-03-01');
    expect(first.result).toMatchObject({ bytes: 21, skipped: 0, cost: { usd: expect.any(Number) } });
    expect(first.stderr).toMatch(/2023-02 +7 B {2}to do\n(.*\n)*to do +21 B {2}3 of 3 months\nexpected cost: \$0\.\d\d/);
    for (const month of first.result.months) {
      const { result } = await lab.run('transfer', ['--source', month.uri, '--destination', lab.destination]);
      expect((await recordMonth(month.run_date.slice(0, 7), result.version)).code).toBe(0);
    }
    expect((await backfill('2023-01', '2023-03')).result).toMatchObject({ months: [], bytes: 0, skipped: 3 });
    await lab.put(keyOf('2023-02'), 'other');
    expect((await backfill('2023-01', '2023-03')).result).toMatchObject({
      months: [{ category: 'yellow', uri: uriOf(keyOf('2023-02')), filename: nameOf('2023-02'), run_date: '2023-02-01' }],
      bytes: 5,
      skipped: 2,
    });
    expect(await readdir(join(lab.folder, 'records', 'yellow'))).toEqual([
      '2023-01-01.json',
      '2023-02-01.json',
      '2023-03-01.json',
    ]);
  });

  test('freshness leaves what has just arrived, finds what has settled, and does not mind a record that is none', async () => {
    const freshness = () => lab.run('months', ['--task', 'freshness', '--source', uriOf('months/'), '--records', lab.records]);
    const early = await freshness();
    expect([early.code, early.result]).toEqual([0, { months: [], waiting: 4 }]);
    for (const month of ['2023-01', '2023-05']) await utimes(join(lab.s3.folder, bucket, keyOf(month)), 1e9, 1e9);
    await mkdir(join(lab.folder, 'records', 'yellow'), { recursive: true });
    await writeFile(join(lab.folder, 'records', 'yellow', '2023-05-01.json'), '{');
    const { result, stderr } = await freshness();
    expect(result.months.map((one: { run_date: string }) => one.run_date)).toEqual(['2023-01-01', '2023-05-01']);
    expect(stderr).toMatch(
      /left out, no record of a month .*2023-05-01\.json\n.*looked at the source files=4 ignored=0 missing=2 waiting=2/,
    );
    const version = createHash('md5').update('2023-01').digest('hex');
    await recordMonth('2023-01', version);
    await recordMonth('2023-05', 'another');
    expect((await freshness()).result.months).toEqual([
      { category: 'yellow', uri: uriOf(keyOf('2023-05')), filename: nameOf('2023-05'), run_date: '2023-05-01' },
    ]);
  });

  test('2,000 objects are read page by page', async () => {
    const keys = Array.from(
      { length: 2000 },
      (_, index) => `many/${index}/${index === 1999 ? nameOf('2024-07') : `${index}.txt`}`,
    );
    for (let index = 0; index < keys.length; index += 50)
      await Promise.all(keys.slice(index, index + 50).map((key) => lab.put(key, '1')));
    let pages = 0;
    lab.s3.proxy.onRequest = async (request) => {
      if (request.includes('list-type=2')) pages += 1;
    };
    expect((await backfill('2024-07', '2024-07', uriOf('many'))).result.months).toEqual([
      expect.objectContaining({ filename: nameOf('2024-07'), uri: uriOf(`many/1999/${nameOf('2024-07')}`) }),
    ]);
    expect(pages).toBe(2);
  });

  const mistakes: [string[], string][] = [
    [['--from', '2023-02', '--to', '2023-01'], '--to 2023-01 is before --from 2023-02'],
    [['--from', '2023-13', '--to', '2023-12'], '--from "2023-13": expected a month such as 2023-01'],
    [['--from', '2023-01-15', '--to', '2023-12'], '--from "2023-01-15": expected a month such as 2023-01'],
    [['--from', '1900-01', '--to', '2023-12'], 'expected at most 600 months'],
    [
      ['--from', '2023-01', '--to', '2023-06'],
      'no yellow file for 2023-04, 2023-06; there is 2023-01 to 2023-03, 2023-05; change',
    ],
    [['--from', '{{workflow.name}}', '--to', '"; rm -rf /'], '--from "{{workflow.name}}": expected a month'],
    [['--from', 'x'.repeat(65_536), '--to', '2023-01\n'], `--from "${'x'.repeat(200)}…": expected a month`],
    [['--from', '2023-01'], '--task backfill: --to is missing (--help lists the options)'],
    [['--from', '2023-01', '--to', '2023-01', '--version', '1'], '--task backfill: --version is of another task'],
    [['--from', '2023-01', '--to', '2023-01', '--category', 'blue'], '--category "blue": expected one of'],
  ];
  test.each(mistakes)('%#: refused in one line', async (flags, message) => {
    const place = ['--source', uriOf('months/'), '--records', lab.records, '--category', 'yellow'];
    const { code, stderr, result } = await lab.run('months', ['--task', 'backfill', ...place, ...flags]);
    const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('peak'));
    expect([code, lines, result]).toEqual([2, [expect.stringContaining(message)], undefined]);
  });

  const contradictions: [{ month?: string; uri?: string; version?: string }, string][] = [
    [{ month: '2023-02' }, '--filename yellow_tripdata_2023-01.parquet is not the file of yellow 2023-02'],
    [{ uri: 's3://b-b-b/else.parquet' }, '--uri s3://b-b-b/else.parquet does not end with --filename'],
    [{ version: 'a\nb' }, '--version "a\\nb": expected a version'],
  ];
  test.each(contradictions)(
    'a record that contradicts itself is refused: %j',
    async ({ month = '2023-01', uri = uriOf(keyOf('2023-01')), version = 'v' }, message) => {
      const { code, stderr } = await lab.run('months', [
        ...['--task', 'record', '--category', 'yellow', '--uri', uri, '--filename', nameOf('2023-01')],
        ...['--run-date', firstDayOf(month), '--version', version, '--records', lab.records],
      ]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      await expect(readdir(join(lab.folder, 'records'))).rejects.toThrow('ENOENT');
    },
  );
});
