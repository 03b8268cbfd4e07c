// The CSV files in an object, as plain UTF-8 files: gzip and zip are unpacked by what the bytes are, whatever the name says.
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { OutcomeError } from '../platform/errors.ts';
import { toLine } from '../platform/one-line.ts';
import { toSystemError } from '../platform/system-errors.ts';
import { toUtf8 } from './to-utf8.ts';

/** A month is smaller. What is larger was made to fill disks. */
const mostBytes = 64 * 2 ** 30;
const mostFiles = 1000;

export interface CsvFile {
  /** As messages name it. */
  readonly name: string;
  readonly path: string;
}

/** Writes the CSV files that the file at `path` holds into the folder; in the order of their names. Constant memory. Throws OutcomeError where it is damaged. */
export async function unpackCsv(path: string, { folder, encoding }: { folder: string; encoding: string }): Promise<CsvFile[]> {
  const name = basename(path);
  const start = await readStart(path);
  if (start.startsWith('PK')) return unpackZip(path, { folder, encoding });
  if (start.startsWith('PAR1')) throw new OutcomeError(`${name}: this is a Parquet file, expected CSV; check the file's name`);
  const target = join(folder, '0.csv');
  const unpacking = start.startsWith('\x1f\x8b') ? [createGunzip()] : [];
  await write(name, createReadStream(path), [...unpacking, limit(mostBytes), toUtf8(encoding)], target);
  return [{ name, path: target }];
}

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function unpackZip(path: string, { folder, encoding }: { folder: string; encoding: string }): Promise<CsvFile[]> {
  const name = basename(path);
  const zip = await yauzl.openPromise(path, { autoClose: false }).catch((error: Error) => refuse(name, error));
  try {
    const entries = await listEntries(zip, name);
    const files: CsvFile[] = [];
    for (const [index, entry] of entries.entries()) {
      const file = { name: `${name}, ${toLine(entry.fileName)}`, path: join(folder, `${index}.csv`) };
      if (entry.isEncrypted()) throw new OutcomeError(`${file.name}: it is encrypted; upload it without a password`);
      const content = await zip.openReadStreamPromise(entry).catch((error: Error) => refuse(file.name, error));
      await write(file.name, content, [checkSum(entry, file.name), toUtf8(encoding)], file.path);
      files.push(file);
    }
    return files;
  } finally {
    zip.close();
  }
}

/** Its CSV files; not what macOS puts beside each, nor a licence or a note. */
async function listEntries(zip: ZipFile, name: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const others: string[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      const parts = entry.fileName.split('/');
      const isHidden = parts.some((part) => part.startsWith('.') || part === '__MACOSX');
      if (isHidden || entry.fileName.endsWith('/')) continue;
      if (/\.csv$/i.test(entry.fileName)) entries.push(entry);
      else others.push(entry.fileName);
      if (entries.length > mostFiles) throw new OutcomeError(`${name}: more than ${mostFiles} files are in it; expected a month`);
    }
  } catch (error) {
    return refuse(name, error);
  }
  const bytes = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (bytes > mostBytes) throw tooLarge(name);
  if (entries.length === 0)
    throw new OutcomeError(
      `${name}: no CSV file is in it, ${others.length === 0 ? 'it is empty' : `only ${toLine(others.slice(0, 3).join(', '))}`}; upload it again`,
    );
  return entries.sort((one, other) => (one.fileName < other.fileName ? -1 : 1));
}

async function write(name: string, from: Readable, steps: readonly Transform[], target: string): Promise<void> {
  try {
    await pipeline([from, ...steps, createWriteStream(target, { flags: 'wx' })]);
  } catch (error) {
    refuse(name, error);
  }
}

/** What is wrong with a disk is not the file's fault; everything else is. */
function refuse(name: string, error: unknown): never {
  if (error instanceof OutcomeError) throw error.message.startsWith(name) ? error : new OutcomeError(`${name}: ${error.message}`);
  const ofSystem = toSystemError(error, name);
  if (ofSystem) throw ofSystem;
  throw new OutcomeError(`${name}: it can't be unpacked: ${toLine((error as Error).message)}; upload it again`);
}

const tooLarge = (name: string): OutcomeError =>
  new OutcomeError(`${name}: it unpacks to more than ${mostBytes / 2 ** 30} GiB; split it by month`);

function limit(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLarge('the file'));
      else done(null, chunk);
    },
  });
}

/** Passes the bytes on, and fails at the end where they are not those that were packed. */
function checkSum({ crc32: expected }: Entry, name: string): Transform {
  let sum = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done) {
      done(sum === expected ? null : new OutcomeError(`${name}: its checksum is wrong; upload it again`));
    },
  });
}
