// CSV files as one Parquet file without what the contract drops. A column is typed where every value can be cast; else it stays text, and the
// steps after this judge its values.
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { toPlainName } from '../contract/column-names.ts';
import type { Dataset } from '../contract/dataset.ts';
import { droppedNames } from '../contract/personal.ts';
import { blameOnSpace, quoteText, withDuckDb } from '../platform/duckdb.ts';
import { OutcomeError, UserError } from '../platform/errors.ts';
import { toLine } from '../platform/one-line.ts';
import { marksOf, readHeader } from './csv-header.ts';
import { findTypable, isFailedCast, toTypedRows, typedColumns } from './typed-columns.ts';
import type { CsvFile } from './unpack-csv.ts';

/** DuckDB's part; about 100 MB come on top. */
const memoryLimit = '500MB';

export interface ParquetTarget {
  readonly path: string;
  /** What the file says of itself, by key. */
  readonly notes: Readonly<Record<string, string>>;
}

/** Writes all rows of the files into one Parquet file. Returns how many. Throws OutcomeError where a row has too few or too many values, or is no text. */
export async function csvToParquet(dataset: Dataset, files: readonly CsvFile[], { path, notes }: ParquetTarget): Promise<number> {
  const names = await readHeader(dataset, files);
  const { csv = {} } = dataset.files;
  const { delimiter, quote } = marksOf(csv);
  const dropped = new Set(droppedNames(dataset));
  const options = {
    auto_detect: 'false',
    columns: `{${names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')}}`,
    header: String(csv.header !== false),
    delim: quoteText(delimiter),
    quote: quoteText(quote),
    escape: quoteText(quote),
    nullstr: quoteText(''),
    strict_mode: 'true',
    null_padding: 'false',
  };
  const source = `read_csv([${files.map((file) => quoteText(file.path)).join(', ')}], ${toOptions(options)})`;
  const target = {
    format: 'parquet',
    compression: 'zstd',
    kv_metadata: `{${Object.entries(notes)
      .map(([key, value]) => `${quoteText(key)}: ${quoteText(value)}`)
      .join(', ')}}`,
  };
  return withDuckDb(
    ':memory:',
    async (connection) => {
      // Rows keep their order, so that the same file makes the same Parquet.
      await connection.run('SET preserve_insertion_order = true');
      try {
        const kept = names.filter((name) => !dropped.has(toPlainName(name)));
        const copy = async (typed: ReturnType<typeof typedColumns>) => {
          const sql = `COPY (${toTypedRows(kept, source, typed)}) TO ${quoteText(path)} (${toOptions(target, ' ')})`;
          return Number((await blameOnSpace(dirname(path), () => connection.run(sql))).rowsChanged);
        };
        const typed = typedColumns(dataset, kept);
        // Most months are typed in one pass; one that is not takes two more.
        const rows = await copy(typed).catch(async (error) => {
          if (!isFailedCast(error)) throw error;
          return copy(await findTypable(connection, source, typed));
        });
        const lines = rows + (csv.header === false ? 0 : files.length);
        await checkLineEnds(connection, files, { lines, values: names.length, delimiter, quote });
        return rows;
      } catch (error) {
        throw error instanceof UserError ? error : toRefusal(files, error as Error);
      }
    },
    { memoryLimit },
  );
}

/**
 * DuckDB takes a row that has one value too many for a good one where that value is empty: `a,b,` is what a comma without quotes makes of a row
 * whose last value is missing. A tenth of the time of the reading. Values of several lines can't be told from rows, so files with such are left.
 */
async function checkLineEnds(
  connection: DuckDBConnection,
  files: readonly CsvFile[],
  { lines, values, delimiter, quote }: { lines: number; values: number; delimiter: string; quote: string },
): Promise<void> {
  const options = {
    auto_detect: 'false',
    columns: "{line: 'VARCHAR'}",
    header: 'false',
    delim: quoteText(inNoText),
    quote: "''",
    escape: "''",
    strict_mode: 'false',
    ignore_errors: 'true',
  };
  const count = async (path: readonly string[], condition: string): Promise<number> => {
    const sql = `SELECT count(*) FROM read_csv([${path.map(quoteText).join(', ')}], ${toOptions(options)}) WHERE ${condition}`;
    return Number((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]);
  };
  const paths = files.map(({ path }) => path);
  const isOpen = `suffix(line, ${quoteText(delimiter)})`;
  if ((await count(paths, isOpen)) === 0 || (await count(paths, 'true')) > lines) return;
  const outer = `regexp_replace(line, ${quoteText(`${quote}[^${quote}]*${quote}`)}, '', 'g')`;
  for (const { name, path } of files) {
    const wrong = await count([path], `${isOpen} AND len(string_split(${outer}, ${quoteText(delimiter)})) > ${values}`);
    if (wrong > 0)
      throw new OutcomeError(
        `${name}: rows with ${values + 1} values, the last one empty, expected ${values}: ${wrong}; put values with a delimiter in quotes at the source, and upload it again`,
      );
  }
}

/** A delimiter of lines that stay whole. */
const inNoText = '\u001f';

const toOptions = (options: Readonly<Record<string, string>>, is = ' = '): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}${is}${value}`)
    .join(', ');

/** What DuckDB says of a row, in one line without its own settings. Errors of other kinds are bugs. */
function toRefusal(files: readonly CsvFile[], error: Error): Error {
  const message = error.message;
  if (!/CSV|unicode/i.test(message)) return error;
  const file = files.find(({ path }) => message.includes(path)) ?? files[0];
  const line = /on Line: (\d+)/.exec(message)?.[1];
  const where = [file?.name, ...(line === undefined ? [] : [`line ${line}`])].join(', ');
  return new OutcomeError(`${where}: ${whatIsWrong(message)}; fix it at its source and upload it again`);
}

function whatIsWrong(message: string): string {
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (counts) return `${counts[2]} values, expected ${counts[1]}; a row is cut off, or has a delimiter without quotes`;
  if (/unterminated quote/i.test(message)) return 'a quote is not closed, or text follows the closing quote';
  if (/unicode/i.test(message)) return 'it is not UTF-8 text; say what it is in files.csv.encoding';
  if (/Maximum line size/i.test(message)) return 'a row is longer than 2 MB; a quote may be open';
  if (/invalid state/i.test(message)) return 'lines end in different ways, or a quote is where none may be';
  return toLine(message.split('\n')[0] ?? '');
}
