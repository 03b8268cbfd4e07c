// The whole pipeline on real files, where the shared folder or TAXIWAY_GREEN_FILES has them.
import { existsSync, readdirSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstDayOf, monthOfFile } from '../../apps/contract/file-name.ts';
import { green } from '../../apps/contract/green.ts';
import { countRawFile } from '../fixtures/count-raw-file.ts';
import { readSummaries, repository, startPipeline } from '../fixtures/npm-start.ts';
import { digestWarehouse } from '../fixtures/warehouse-digest.ts';

const folder = process.env.TAXIWAY_GREEN_FILES ?? join(repository, '..', 'shared', 'data');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => monthOfFile(green, name) !== undefined) : [];
if (files.length === 0) {
  // Written past vitest, which keeps the console of skipped files to itself.
  writeSync(
    2,
    'green-files.test.ts is skipped: no green_tripdata_YYYY-MM.parquet at hand; set TAXIWAY_GREEN_FILES to a folder of real files\n',
  );
}

describe.skipIf(files.length === 0)('real green files', () => {
  let state: string;
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'taxiway-green-'));
  });
  afterAll(() => rm(state, { recursive: true, force: true }));

  test('run whole, keep every row, agree with counts by hand, and come out the same again', async () => {
    const args = ['--once', '--category', 'green', '--input', folder];
    const first = await startPipeline(state, args).ended;
    expect(first.output).toContain('batch green: succeeded');
    expect(first.code).toBe(0);

    const summaries = await readSummaries(state);
    const counted = summaries.flatMap((summary) => summary.files);
    expect(counted.map((file) => file.file).sort()).toEqual([...files].sort());
    for (const file of counted) {
      const raw = await countRawFile(join(folder, file.file), 'l', firstDayOf(file.month as string));
      expect({ read: file.read, clean: file.clean, brokenRules: file.brokenRules }).toEqual(raw);
      expect(file.clean + file.triage).toBe(file.read);
    }
    expect(summaries.at(-1)?.validation?.successPercent).toBeGreaterThanOrEqual(90);

    const before = await digestWarehouse(state, 'green');
    expect((await startPipeline(state, args).ended).code).toBe(0);
    expect(await digestWarehouse(state, 'green')).toEqual(before);
  });
});
