// Opens DuckDB the same way everywhere: no downloads, no extensions from outside, bounded memory, temporary files in a named place.
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { OutcomeError, TemporaryError, UserError } from './errors.ts';

export interface DuckDbSettings {
  /** How much DuckDB may use before it spills; the process needs about 100 MB beside it. */
  readonly memoryLimit?: string;
}

/** Opens a database file, or one in memory, hands its connection to `use`, and closes both. Throws TemporaryError while another process holds the file. */
export async function withDuckDb<T>(
  file: string | ':memory:',
  use: (connection: DuckDBConnection) => Promise<T>,
  settings: DuckDbSettings = {},
): Promise<T> {
  const instance = await open(file, settings);
  const connection = await instance.connect();
  try {
    return await use(connection);
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
    return await DuckDBInstance.create(file, {
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
    const message = (error as Error).message;
    if (/lock/i.test(message))
      throw new TemporaryError(`${file}: another process has the warehouse open: ${message.split('\n')[0]}`);
    throw error;
  }
}

/** Runs statements that read `what`; an unreadable file is the data's fault (exit 1), lack of memory or disk is temporary (exit 75). */
export async function blameOnFile<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // DuckDB's errors are plain ones: a TypeError is a bug of ours.
    if (error instanceof UserError || (error as Error).constructor !== Error) throw error;
    const message = (error as Error).message.split('\n')[0] ?? '';
    throwIfScarce(what, message);
    // These speak of our own statements; everything else that a scan can meet is in the file.
    if (/^(Binder|Parser|Catalog|Internal|Fatal|Syntax|Not implemented) Error/i.test(message)) throw error;
    throw new OutcomeError(`${what}: the file can't be read: ${message}; fetch it again`);
  }
}

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

function throwIfScarce(what: string, message: string): void {
  if (/Out of Memory|No space left|failed to offload|could not write/i.test(message)) {
    throw new TemporaryError(`${what}: ${message}; give it more memory or disk`);
  }
}

/** A SQL string literal. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A path in which no character is read as a pattern. */
export function literalGlob(path: string): string {
  return path.replace(/[*?[\]]/g, (character) => `[${character}]`);
}
