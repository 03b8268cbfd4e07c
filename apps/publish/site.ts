// Writes the docs site into the docs bucket: every page anew from the contract and the bucket's own results, none left over.
import type { Dataset } from '../contract/dataset.ts';
import { docsPaths } from '../contract/names.ts';
import { toShownRows } from '../plan/shown-rows.ts';
import { UsageError } from '../platform/errors.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { listNames, readObject, removeObject, writeObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';
import { toDatasetPage } from './dataset-page.ts';
import { mendDbtPage } from './dbt-page.ts';
import { toDocsIndex } from './docs-index.ts';
import { readCleanRows, readValidationResults } from './validation-results.ts';

export interface Published {
  /** Pages of the site, as paths in the docs bucket. */
  readonly pages: string[];
  /** Those of them whose content is new. */
  readonly changed: string[];
  readonly removed: string[];
  readonly validations: number;
}

/** Publishes the site; `docs` and `dbt` are URIs of folders. Throws UsageError where the dbt folder has no page; nothing is written then. */
export async function publishSite(
  docs: string,
  { dbt, datasets }: { dbt: string; datasets: readonly Dataset[] },
): Promise<Published> {
  const dbtUri = joinUri(dbt, 'index.html');
  const dbtPage = await readObject(dbtUri);
  if (dbtPage === undefined || dbtPage.length === 0) {
    throw new UsageError(`${dbtUri}: no such page, or an empty one; expected dbt's static documentation (did the dbt step run?)`);
  }
  const pages = new Map<string, string>([[docsPaths.dbt, mendDbtPage(dbtPage.toString('utf8'))]]);
  const results = await readValidationResults(docs);
  const byCategory = Map.groupBy(results, ({ category }) => category);
  for (const dataset of datasets) {
    const months = byCategory.get(dataset.category) ?? [];
    const rows = months[0] && (await readCleanRows(docs, months[0]));
    const hasSchemas = (await openStorage(docs).look(joinUri(docs, docsPaths.schema(dataset.category, 'html')))) !== undefined;
    pages.set(
      docsPaths.dataset(dataset.category),
      toDatasetPage(dataset, { months, rows: rows && toShownRows(dataset, rows), hasSchemas }),
    );
  }
  // The index last: it never links to a page that is not there yet.
  pages.set('index.html', toDocsIndex(datasets, results));
  const changed: string[] = [];
  for (const [path, text] of pages) {
    const uri = joinUri(docs, path);
    const old = await readObject(uri);
    if (old?.toString('utf8') === text) continue;
    await writeObject(uri, text);
    changed.push(path);
  }
  return {
    pages: [...pages.keys()],
    changed,
    removed: await removeStale(docs, pages),
    validations: results.length,
  };
}

/** Removes pages of data sets that the contract no longer has. */
async function removeStale(docs: string, pages: ReadonlyMap<string, string>): Promise<string[]> {
  const folder = docsPaths.dataset('x').split('/')[0] as string;
  const names = await listNames(`${joinUri(docs, folder)}/`, { direct: true });
  const stale = names.map((name) => `${folder}/${name}`).filter((path) => !pages.has(path));
  await Promise.all(stale.map((path) => removeObject(joinUri(docs, path))));
  return stale;
}
