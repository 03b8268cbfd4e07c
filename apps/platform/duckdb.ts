// Opens DuckDB the same way everywhere: no downloads, no extensions from outside, bounded memory, temporary files in a named place.
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { OutcomeError, TemporaryError, UsageError, UserError } from './errors.ts';
import { toLine } from './one-line.ts';
import { toSystemError } from './system-errors.ts';
import { findTarget } from './write-target.ts';

export interface DuckDbSettings {
  /** How much DuckDB may use before it spills; the process needs about 100 MB beside it. */
  readonly memoryLimit?: string;
}

/** Opens a database file, or one in memory, hands its connection to `use`, and closes both. Throws TemporaryError while another process holds the file, UsageError where it is no warehouse. */
export async function withDuckDb<T>(
  file: string | ':memory:',
  use: (connection: DuckDBConnection) => Promise<T>,
  settings: DuckDbSettings = {},
): Promise<T> {
  const instance = await open(file, settings);
  const connection = await instance.connect();
  try {
    // Texts of instants are the same on every machine.
    await connection.run("SET TimeZone = 'UTC'");
    return await use(connection);
  } catch (error) {
    throw file === ':memory:' ? error : (toFileError(file, error) ?? error);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/**
 * Runs statements that read files of others. DuckDB drops a filter, or skips rows, where a file's statistics seem to settle it; pyarrow leaves
 * NaN out of them, and other writers' are wrong. What a row is must be read from the row.
 */
export async function withoutFileStatistics<T>(connection: DuckDBConnection, run: () => Promise<T>): Promise<T> {
  await connection.run("SET disabled_optimizers = 'statistics_propagation,filter_pushdown'");
  try {
    return await run();
  } finally {
    // Not after an error of the engine itself, which leaves no connection.
    await connection.run("SET disabled_optimizers = ''").catch(() => undefined);
  }
}

async function open(file: string, settings: DuckDbSettings): Promise<DuckDBInstance> {
  try {
    if (file !== ':memory:') await checkPlace(file);
    // Loaded where it is used: most runs of transfer do without its 20 MB.
    const duckdb = await import('@duckdb/node-api');
    return await duckdb.DuckDBInstance.create(file, {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'false',
      threads: String(Math.min(availableParallelism(), 8)),
      memory_limit: settings.memoryLimit ?? '2GB',
      // A commit writes the file itself, not a log that closing the file then copies: each of our transactions is large.
      checkpoint_threshold: '0KB',
      // What one statement gives back is not kept for the next: a tenth less at the peak, for no time.
      allocator_bulk_deallocation_flush_threshold: '1MB',
      temp_directory: file === ':memory:' ? join(tmpdir(), `taxiway-duckdb-${process.pid}`) : `${file}.tmp`,
    });
  } catch (error) {
    throw error instanceof UserError ? error : toOpenError(file, error as Error);
  }
}

async function checkPlace(file: string): Promise<void> {
  await findTarget(file);
  // It takes what follows for options, and writes its log elsewhere.
  if (resolve(file).includes('?')) throw new UsageError(`${file}: DuckDB can't use a path with "?"; rename the file or folder`);
}

/** What DuckDB says of a file that it can't open: all of it is about the file, except what is about our own settings. */
function toOpenError(file: string, error: Error): Error {
  const line = toLine(error.message);
  // Not "block", which damaged files have.
  if (/\block\b/i.test(line)) return new TemporaryError(`${file}: another process has the warehouse open: ${line}`);
  if (/^(Invalid Input|Catalog|Parser|Binder) Error/i.test(line)) return error;
  if (/version number/i.test(line))
    return new UsageError(
      `${file}: another version of DuckDB wrote this warehouse: ${line}; use the release of Taxiway that wrote it, or another file`,
    );
  return (
    toSystemError(error, file) ??
    toFileError(file, error) ??
    new UsageError(
      `${file}: not a warehouse that DuckDB can open: ${line}; check the path and its permissions, or use another file`,
    )
  );
}

/** A damaged part of a file is found when it is read, a full disk when it is written. Undefined for all else. */
function toFileError(file: string, error: unknown): UserError | undefined {
  if (error instanceof UserError || !(error instanceof Error)) return undefined;
  const line = toLine(error.message);
  if (scarce.test(line)) return new TemporaryError(`${file}: ${line}; give it more memory or disk`);
  if (!/Corrupt database file|Serialization Error|Could not read enough bytes/i.test(line)) return undefined;
  return new UsageError(`${file}: the warehouse is damaged: ${line}; restore it, or delete it and run a full refresh`);
}

/** Runs statements that read `what`; an unreadable file is the data's fault (exit 1), lack of memory or disk is temporary (exit 75). */
export async function blameOnFile<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // DuckDB's errors are plain ones: a TypeError is a bug of ours.
    if (error instanceof UserError || (error as Error).constructor !== Error) throw error;
    const message = withoutValues((error as Error).message.split('\n')[0] ?? '');
    throwIfScarce(what, message);
    // These speak of our own statements; everything else that a scan can meet is in the file.
    if (/^(Binder|Parser|Catalog|Internal|Fatal|Syntax|Not implemented) Error/i.test(message)) throw error;
    throw new OutcomeError(`${what}: the file can't be read: ${message}; fetch it again`);
  }
}

/** Some of DuckDB's messages quote a value of the file, which may be anybody's. */
const withoutValues = (message: string): string =>
  /^(Conversion|Out of Range) Error/i.test(message)
    ? `${message.split(':')[0]}: a value does not fit`
    : message.replace(/\b(value|string) ["'].*/i, '$1 (not shown)');

/** Commits; what a full disk makes of it is temporary (exit 75). */
export async function commit(connection: DuckDBConnection, warehouse: string): Promise<void> {
  await blameOnSpace(warehouse, () => connection.run('COMMIT'));
}

/** Runs statements that write; lack of memory or disk is temporary (exit 75). */
export async function blameOnSpace<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throwIfScarce(what, (error as Error).message.split('\n')[0] ?? '');
    throw error;
  }
}

const scarce =
  /Out of Memory|No space left|failed to offload|could not write|Too many open files|Input\/output error|Disk quota exceeded|Cannot allocate/i;

function throwIfScarce(what: string, message: string): void {
  if (scarce.test(message)) {
    throw new TemporaryError(`${what}: ${message}; give it more memory or disk`);
  }
}

/** The rows of a Parquet file, as a relation; text without an annotation, as old writers leave it, is text. */
export const scanParquet = (path: string): string =>
  `read_parquet(${quoteText(literalGlob(path))}, binary_as_string = true, hive_partitioning = false)`;

/** A SQL string literal. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A path in which no character is read as a pattern. */
export function literalGlob(path: string): string {
  return path.replace(/[*?[\]]/g, (character) => `[${character}]`);
}
