// Which objects are months' files, and what a batch must be told of one.
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf, monthOfObject } from '../contract/file-name.ts';
import { toBucketUri } from '../platform/bucket-uri.ts';
import type { Arrival } from './arrival.ts';

/** A batch's parameters, by their names. */
export interface MonthFile {
  readonly uri: string;
  readonly filename: string;
  readonly run_date: string;
  readonly category: string;
}

/** S3's own limit, in bytes. */
const longestKey = 1024;

/** What a batch is told of an object, or why it is none of its files. */
export function toMonthFile({ bucket, key, size }: Arrival, datasets: readonly Dataset[]): MonthFile | { readonly not: string } {
  if (Buffer.byteLength(key) > longestKey) return { not: 'its key is longer than S3 allows' };
  // Steps take it for a path at some point, logs for a line, and Argo for its own expression.
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|\{\{/u.test(key) || key.split('/').some((part) => part === '..' || part === '.'))
    return { not: 'its key holds what no path may hold' };
  const found = monthOfObject(datasets, key);
  if (found === undefined) return { not: 'no data set has files of that name' };
  if (size === 0) return { not: 'it is empty' };
  const { dataset, month, filename } = found;
  return { uri: toBucketUri('s3', { bucket, key }), filename, run_date: firstDayOf(month), category: dataset.category };
}
