// A made-up third category: one contract file, `npm run synth`, and the whole pipeline runs on it.
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSummaries, repository, startPipeline } from '../fixtures/npm-start.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { digestWarehouse } from '../fixtures/warehouse-digest.ts';

let folder: string;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-third-'));
  clone = join(folder, 'clone');
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  for (const path of tracked.split('\0').filter((name) => name !== ''))
    await cp(join(repository, path), join(clone, path), { recursive: true });
  for (const shared of ['node_modules', '.venv']) await symlink(join(repository, shared), join(clone, shared));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('one contract file is all that a category takes', async () => {
  const source = (await readFile(join(clone, 'apps/contract/green.ts'), 'utf8'))
    .replaceAll('lpep_', 'opep_')
    .replaceAll('green', 'olive')
    .replace("title: 'Green taxi'", "title: 'Olive taxi'")
    .replace(
      '  must: [',
      "  key: ['VendorID', time.pickup, time.dropoff, 'PULocationID', 'DOLocationID', 'trip_distance'],\n  must: [",
    )
    .replace(
      'tripColumns.congestion_surcharge,',
      "tripColumns.congestion_surcharge,\n  { name: 'pool_size', type: 'int', description: 'Parties that shared the ride.', optional: true },",
    );
  await writeFile(join(clone, 'apps/contract/olive.ts'), source);
  execFileSync(process.execPath, [join(clone, 'start/synth.ts')], { cwd: clone, stdio: 'pipe' });

  const input = join(folder, 'input');
  const state = join(folder, 'state');
  await makeSampleFiles(input, { category: 'olive', months: 3, rows: 1500, from: clone });
  const { code, output } = await startPipeline(state, ['--once', '--category', 'olive', '--input', input], clone).ended;
  expect(output).toContain('batch olive: succeeded');
  expect(code).toBe(0);
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files.map((file) => file.month)).toEqual(['2024-11', '2024-12', '2025-01']);
  for (const file of files) expect(file.clean + file.triage).toBe(file.read);
  const tables = await digestWarehouse(state, 'olive');
  expect(Object.values(tables).every((digest) => !digest.startsWith('0/'))).toBe(true);
});
