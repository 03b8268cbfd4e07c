// Makes BigQuery hold what it is to hold. Others may do the same at the same time; nothing that exists is lost.
import type { BigQuery, TableMetadata } from '@google-cloud/bigquery';
import type { BigQueryConnection } from '../platform/bigquery.ts';
import { ConflictError } from '../platform/bigquery-errors.ts';
import { OutcomeError, TemporaryError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { compareDataset, compareTable, type Difference, type FoundDataset, type FoundTable } from './compare.ts';
import type { Desired } from './desired.ts';

export interface DefineResult {
  readonly created: readonly string[];
  readonly changed: readonly { readonly name: string; readonly changes: readonly string[] }[];
  readonly unchanged: readonly string[];
}

/** A dataset or a table: how it is read, made and changed, and how what is found compares. */
interface Item {
  readonly name: string;
  readonly read: (client: BigQuery) => Promise<readonly unknown[]>;
  readonly create: (client: BigQuery) => Promise<unknown>;
  /** Of the version of this etag alone. */
  readonly change: (client: BigQuery, change: object & { readonly etag: string }) => Promise<unknown>;
  readonly compare: (found: never) => Difference;
}

/** Others change it as long as this: a round is a fraction of a second. */
const mostRounds = 8;

/**
 * Creates what lacks and changes what may be changed. Throws OutcomeError with the difference, before anything is changed, where a change
 * would lose data; UsageError, TemporaryError.
 */
export async function defineTables(bigQuery: BigQueryConnection, desired: Desired): Promise<DefineResult> {
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
    ...datasets.map((wanted): Item => {
      const { datasetId } = wanted.datasetReference;
      return {
        name: datasetId,
        read: (client) => client.dataset(datasetId).getMetadata(),
        create: (client) => client.createDataset(datasetId, { ...wanted }),
        change: (client, change) => client.dataset(datasetId).setMetadata(change),
        compare: (found: FoundDataset) => compareDataset(found, wanted),
      };
    }),
    ...tables.map((wanted): Item => {
      const { datasetId, tableId } = wanted.tableReference;
      return {
        name: `${datasetId}.${tableId}`,
        read: (client) => client.dataset(datasetId).table(tableId).getMetadata(),
        create: (client) => client.dataset(datasetId).createTable(tableId, structuredClone(wanted) as TableMetadata),
        change: (client, change) => client.dataset(datasetId).table(tableId).setMetadata(change),
        compare: (found: FoundTable) => compareTable(found, wanted),
      };
    }),
  ];
}

async function read(bigQuery: BigQueryConnection, { name, read: ask }: Item): Promise<{ readonly etag: string } | undefined> {
  const found = await bigQuery.askIfAny(`reading ${name}`, ask);
  return found?.[0] as { readonly etag: string } | undefined;
}

/** Returns what was changed. A name that others took, or a change that they made, is read again. */
async function settle(bigQuery: BigQueryConnection, item: Item): Promise<'created' | readonly string[]> {
  const { name, create, change, compare } = item;
  for (let round = 0; round < mostRounds; round++) {
    const found = await read(bigQuery, item);
    try {
      if (found === undefined) {
        await bigQuery.ask(`creating ${name}`, create);
        return 'created';
      }
      const { breaking, changes, patch } = compare(found as never);
      refuse(
        breaking.map((line) => `${name}: ${line}`),
        false,
      );
      if (changes.length === 0) return [];
      await bigQuery.ask(`changing ${name}`, (client) => change(client, { ...patch, etag: found.etag }));
      return changes;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
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
