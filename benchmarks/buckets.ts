// Steps as their images run them, on a bucket: how long one takes to start with a client, and validate of 3 million rows beside the same on a file.
import { createReadStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../start/bundle.ts';
import { findGcsServer } from '../tests/fixtures/gcs-server.ts';
import { bigMonth, makeBigMonth } from './big-month.ts';
import { withCloudStorage } from './cloud-storage.ts';
import { compare } from './measure.ts';

const tool = findGcsServer();
if (tool === undefined) process.exit(1);
makeBigMonth();
const folder = await mkdtemp(join(tmpdir(), 'taxiway-buckets-'));
const programs = { transfer: await bundle('transfer', folder), validate: await bundle('validate', folder) };
const step = (app: keyof typeof programs, ...flags: string[]) => [process.execPath, join(programs[app], 'main.js'), ...flags];
try {
  await withCloudStorage(tool, 'files', async (url) => {
    process.env.STORAGE_EMULATOR_HOST = url;
    const { openStorage } = await import('../apps/platform/object-storage-open.ts');
    await openStorage('gs://files/').write('gs://files/one', Buffer.from('x'));
    compare('transfer of one byte within a bucket, which is a start with the client', [
      { name: 'node, nothing else', command: [process.execPath, '--eval', '0'] },
      { name: 'transfer --help', command: step('transfer', '--help') },
      { name: 'transfer', command: step('transfer', '--source', 'gs://files/one', '--destination', 'gs://files/copies/') },
    ]);
    const download = step('transfer', '--source', 'gs://files/months/', '--destination', `${folder}/copy/`);
    await openStorage('gs://files/').write('gs://files/months/yellow_tripdata_2025-01.parquet', createReadStream(bigMonth));
    const suite = ['--suite', join(programs.validate, 'expectations', 'yellow.json'), '--category', 'yellow'];
    const validate = (file: string) => step('validate', '--file', file, ...suite, '--report', join(folder, 'report'));
    compare('validate, 3,000,000 rows: no more than 1.3 of the first, and the second', [
      { name: 'of a file', command: validate(bigMonth) },
      { name: 'its download', command: download, prepare: () => rmSync(join(folder, 'copy'), { recursive: true, force: true }) },
      { name: 'of an object', command: validate('gs://files/months/yellow_tripdata_2025-01.parquet') },
    ]);
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
