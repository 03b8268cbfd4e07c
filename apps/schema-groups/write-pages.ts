// What schema-groups knows, for people: a page, and JSON with every file.
import type { Dataset } from '../contract/dataset.ts';
import { docsPaths } from '../contract/names.ts';
import type { ColumnStatistics } from '../plan/footer-statistics.ts';
import type { GroupedFiles } from '../plan/schema-groups.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { writeObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';
import type { CachedFooter } from './cache-format.ts';
import { toMonthDrift } from './drift-lines.ts';
import type { Report } from './report.ts';
import { type FilePart, toSchemaPage } from './schema-page.ts';
import { toShownColumn } from './shown-footer.ts';

/** The newest files that the page shows; the JSON has all. */
const filesOnPage = 60;

export interface SchemaFacts {
  readonly dataset: Dataset;
  readonly found: GroupedFiles;
  readonly report: Report;
  readonly footerOf: (uri: string) => CachedFooter;
}

/** Writes `schemas/<category>.html` and `.json` below the docs folder, each whole or not at all. */
export async function writeSchemaPages(docs: string, { dataset, found, report, footerOf }: SchemaFacts): Promise<void> {
  const { category } = dataset;
  const months = toMonthDrift(found).reverse();
  const files = found.groups.groups
    .flatMap((group, index) => group.files.map((file) => ({ ...file, group: index + 1 })))
    .sort((one, other) => (one.month > other.month ? -1 : 1));
  const toPart = ({ uri, month, file, group }: (typeof files)[number]): FilePart => {
    const { rows, bytes, columns, statistics } = footerOf(uri);
    return {
      ...{ month, file, group, rows, bytes, ...statistics },
      columns: columns.map((column, index) =>
        toShownColumn(dataset, { ...column, ...(statistics.columns[index] as ColumnStatistics) }),
      ),
    };
  };
  const refused = found.refused.map(({ month, message }) => ({ month, message }));
  const json = docsPaths.schema(category, 'json');
  await openStorage(docs).write(
    joinUri(docs, json),
    inLines({ version: 1, category, ...report, months, refused }, files, toPart),
    { contentType: 'application/json' },
  );
  const shown = files.slice(0, filesOnPage).map(toPart);
  await writeObject(
    joinUri(docs, docsPaths.schema(category, 'html')),
    toSchemaPage({ dataset, report, months, refused, files: shown, json: json.split('/').at(-1) as string }),
  );
}

/** JSON of a head and the list `files`, a line a file: no more than one of them is in memory. */
async function* inLines<Item>(head: object, files: readonly Item[], toPart: (file: Item) => FilePart): AsyncIterable<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"files":[`);
  for (const [index, file] of files.entries()) yield Buffer.from(`${index === 0 ? '' : ','}\n${JSON.stringify(toPart(file))}`);
  yield Buffer.from('\n]}\n');
}
