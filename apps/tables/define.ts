// Makes BigQuery hold what it is to hold. Others may do the same at the same time; nothing that exists is lost.
import type { BigQuery } from '../platform/bigquery.ts';
import { BigQueryRefusal } from '../platform/bigquery-refusal.ts';
import { OutcomeError, TemporaryError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { compareDataset, compareTable, type Difference, type FoundDataset, type FoundTable } from './compare.ts';
import type { Desired } from './desired.ts';

export interface DefineResult {
  readonly created: readonly string[];
  readonly changed: readonly { readonly name: string; readonly changes: readonly string[] }[];
  readonly unchanged: readonly string[];
}

/** A dataset or a table: where it is, and how it compares. */
interface Item {
  readonly name: string;
  readonly collection: string;
  readonly id: string;
  readonly body: object;
  readonly compare: (found: never) => Difference;
}

/** Others change it as long as this: a round is a fraction of a second. */
const mostRounds = 8;

/**
 * Creates what lacks and changes what may be changed. Throws OutcomeError with the difference, before anything is changed, where a change
 * would lose data; UsageError, TemporaryError.
 */
export async function defineTables(bigQuery: BigQuery, desired: Desired): Promise<DefineResult> {
  const items = toItems(desired);
  const breaking: string[] = [];
  for (const item of items) {
    const found = await read(bigQuery, item);
    if (found !== undefined) breaking.push(...item.compare(found as never).breaking.map((line) => `${item.name}: ${line}`));
  }
  refuse(breaking, true);
  const result = {
    created: [] as string[],
    changed: [] as { name: string; changes: readonly string[] }[],
    unchanged: [] as string[],
  };
  for (const item of items) {
    const done = await settle(bigQuery, item);
    if (done === 'created') result.created.push(item.name);
    else if (done.length === 0) result.unchanged.push(item.name);
    else result.changed.push({ name: item.name, changes: done });
    if (done.length > 0) log(done === 'created' ? 'created' : 'changed', { name: item.name });
  }
  return result;
}

function toItems({ datasets, tables }: Desired): Item[] {
  return [
    ...datasets.map((body): Item => {
      const { datasetId } = body.datasetReference;
      return {
        name: datasetId,
        collection: 'datasets',
        id: datasetId,
        body,
        compare: (found: FoundDataset) => compareDataset(found, body),
      };
    }),
    ...tables.map((body): Item => {
      const { datasetId, tableId } = body.tableReference;
      const collection = `datasets/${datasetId}/tables`;
      return {
        name: `${datasetId}.${tableId}`,
        collection,
        id: tableId,
        body,
        compare: (found: FoundTable) => compareTable(found, body),
      };
    }),
  ];
}

const read = (bigQuery: BigQuery, { name, collection, id }: Item): Promise<{ readonly etag: string } | undefined> =>
  bigQuery.askIfAny({ what: `reading ${name}`, method: 'GET', path: `${collection}/${id}` });

/** Returns what was changed. A name that others took, or a change that they made, is read again. */
async function settle(bigQuery: BigQuery, item: Item): Promise<'created' | readonly string[]> {
  const { name, collection, id, body } = item;
  for (let round = 0; round < mostRounds; round++) {
    const found = await read(bigQuery, item);
    try {
      if (found === undefined) {
        await bigQuery.ask({ what: `creating ${name}`, method: 'POST', path: collection, body });
        return 'created';
      }
      const { breaking, changes, patch } = item.compare(found as never);
      refuse(
        breaking.map((line) => `${name}: ${line}`),
        false,
      );
      if (changes.length === 0) return [];
      const headers = { 'if-match': found.etag };
      await bigQuery.ask({ what: `changing ${name}`, method: 'PATCH', path: `${collection}/${id}`, body: patch, headers });
      return changes;
    } catch (error) {
      if (!(error instanceof BigQueryRefusal && (error.status === 409 || error.status === 412))) throw error;
      log('changed by others at the same time', { name });
    }
  }
  throw new TemporaryError(`${name}: others change it all the time; a retry may help`);
}

function refuse(breaking: readonly string[], isFirst: boolean): void {
  if (breaking.length === 0) return;
  throw new OutcomeError(
    `the contract differs from the tables in what can't be changed without losing data: ${breaking.join('; ')}; ` +
      `${isFirst ? 'nothing was changed; ' : ''}put the contract right, or copy the table under another name, delete it and run a full refresh`,
    { breaking },
  );
}
