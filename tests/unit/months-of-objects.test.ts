// The lambda, which hears of each object, and freshness and backfill, which list the source, take the same objects as months.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMonthFile } from '../../apps/arrivals/month-file.ts';
import { green } from '../../apps/contract/green.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { findMonths } from '../../apps/months/month-files.ts';
import type { StoredObject } from '../../apps/platform/object-storage.ts';

const datasets = [yellow, green];
const folder = fc.constantFrom('archive', '_temporary', '.tmp', 'a', 'in b', '_', 'archives', 'yellow_tripdata_2024-01.parquet');
const name = fc.constantFrom(
  'yellow_tripdata_2024-01.parquet',
  '_yellow_tripdata_2024-01.parquet',
  'green_tripdata_2024-13.parquet',
  'x',
);

test('property: whatever the folders', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(folder, { maxLength: 3 }), name, async (folders, file) => {
      const key = [...folders, file].join('/');
      const object = { bucket: 'source', key, sequencer: '1', version: undefined, size: 1, time: undefined };
      const storage = {
        async *list(): AsyncIterable<StoredObject> {
          yield { uri: `s3://source/${key}`, name: key, bytes: 1, version: 'v', changedAt: 0 };
        },
      };
      const { files } = await findMonths(storage as never, 's3://source/', datasets);
      expect(files.length).toBe('not' in toMonthFile(object, datasets) ? 0 : 1);
    }),
  );
});
