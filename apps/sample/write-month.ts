// One month's file, in the format of the data set.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ZipFile } from 'yazl';
import type { Dataset } from '../contract/dataset.ts';
import { endingOf, isCsv } from '../contract/file-name.ts';
import { quoteText } from '../platform/duckdb.ts';
import { withTemporaryName } from '../platform/files.ts';

/** Zips have the rows of a month in several files, as real ones do. */
const filesInZip = 2;
/** Of the files in a zip, so that the same rows make the same bytes. */
const mtime = new Date(2020, 0, 1);

export interface Month {
  readonly dataset: Dataset;
  readonly path: string;
  readonly query: string;
  readonly rows: number;
}

/** Writes the rows of a query to the path, whole or not at all. */
export async function writeMonth(connection: DuckDBConnection, month: Month): Promise<void> {
  const { dataset, path, query } = month;
  await withTemporaryName(path, async (temporary) => {
    if (!isCsv(dataset)) await connection.run(`COPY (${query}) TO ${quoteText(temporary)} (FORMAT parquet, COMPRESSION snappy)`);
    else await writeCsv(connection, month, temporary);
  });
}

async function writeCsv(connection: DuckDBConnection, { dataset, path, query, rows }: Month, target: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), '.csv-'));
  try {
    const ending = endingOf(dataset.files.name) ?? '';
    const files = ending.endsWith('.zip') ? filesInZip : 1;
    const names: string[] = [];
    for (let index = 0; index < files; index++) {
      const name = `${basename(path).slice(0, -ending.length)}_${index + 1}.csv`;
      const size = Math.ceil(rows / files);
      const part = `FROM (${query}) LIMIT ${size} OFFSET ${index * size}`;
      await connection.run(`COPY (${part}) TO ${quoteText(join(folder, name))} (${toCsvOptions(dataset)})`);
      names.push(name);
    }
    await pipeline([packed(dataset, ending, { folder, names }), createWriteStream(target)]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function packed(dataset: Dataset, ending: string, { folder, names }: { folder: string; names: readonly string[] }) {
  const textOf = (name: string) => Readable.from(withMark(dataset, join(folder, name)));
  if (ending.endsWith('.zip')) {
    const zip = new ZipFile();
    for (const name of names) zip.addReadStream(textOf(name), name, { mtime });
    zip.end();
    return zip.outputStream;
  }
  const text = textOf(names[0] as string);
  return ending === '.csv.gz' ? text.compose(createGzip()) : text;
}

/** DuckDB writes UTF-8; its mark says so where the data set expects something else. */
async function* withMark({ files: { csv } }: Dataset, path: string): AsyncIterable<Buffer> {
  if (csv?.encoding !== undefined) yield Buffer.from('\ufeff');
  yield* createReadStream(path);
}

function toCsvOptions({ files: { csv = {} } }: Dataset): string {
  const { delimiter = ',', quote = '"', header } = csv;
  const around = quoteText(quote);
  return `FORMAT csv, HEADER ${header !== false}, DELIMITER ${quoteText(delimiter)}, QUOTE ${around}, ESCAPE ${around}, NULLSTR ''`;
}
