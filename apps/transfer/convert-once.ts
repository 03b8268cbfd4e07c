// A CSV object as Parquet, unless that is there: what it was made of stands in its footer.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Dataset } from '../contract/dataset.ts';
import { toStagedName } from '../contract/file-name.ts';
import { droppedNames } from '../contract/personal.ts';
import { readNotes } from '../plan/parquet-footer.ts';
import { OutcomeError } from '../platform/errors.ts';
import { withLocalCopy } from '../platform/local-copy.ts';
import { log } from '../platform/log.ts';
import { ObjectChangedError, type StoredObject } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { joinUri } from '../platform/uri.ts';
import { type Copied, type Copy, copyOnce, mayReplace } from './copy-once.ts';
import { csvToParquet } from './csv-to-parquet.ts';
import { unpackCsv } from './unpack-csv.ts';

/** The key of the note that says what a file was made of. */
const sourceNote = 'taxiway.source';
/** Raise it whenever the same CSV would give another file. */
const form = 1;

/** Converts the object unless its Parquet is there. Throws UsageError where something else is there that must stay, OutcomeError where it is no such CSV. */
export async function convertOnce(copy: Copy, dataset: Dataset): Promise<Copied> {
  const { source, destination, isAbsent, storage } = copy;
  const name = toStagedName(source.name);
  const uri = joinUri(destination, name);
  const made = toNote(source, dataset);
  const there = isAbsent(name) ? undefined : await openStorage(uri).look(uri);
  if (there && (await readNote(uri)) === made) return { source, state: 'already there' };
  if (there && !mayReplace(uri, copy)) return { source, state: 'skipped' };
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-csv-'));
  try {
    const path = join(folder, name);
    const started = Date.now();
    const rows = await withLocalCopy(source.uri, async (local) => {
      const files = await unpackCsv(local, { folder, encoding: dataset.files.csv?.encoding ?? 'utf-8' });
      return csvToParquet(dataset, files, { path, notes: { [sourceNote]: made } });
    });
    if ((await storage.look(source.uri))?.version !== source.version) throw new ObjectChangedError(source.uri);
    log('made Parquet of CSV', { file: source.name, rows, milliseconds: Date.now() - started });
    await copyMade(copy, path);
    return { source, state: 'copied' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyMade({ destination, isAbsent }: Copy, path: string): Promise<void> {
  const { href } = pathToFileURL(path);
  const storage = openStorage(href);
  const source = await storage.look(href);
  if (source === undefined) throw new Error(`${path}: what was made is gone`);
  await copyOnce({ storage, source, destination, ifExists: 'overwrite', isAbsent });
}

/** Changes when the object does, when it would be read in another way, and when other columns are dropped. */
function toNote({ uri, version }: StoredObject, dataset: Dataset): string {
  const { csv = {} } = dataset.files;
  const names = csv.header === false ? dataset.columns.map(({ name }) => name) : [];
  const dropped = droppedNames(dataset);
  const made = [form, uri, version, csv, names, ...(dropped.length > 0 ? [dropped] : [])];
  return createHash('sha256').update(JSON.stringify(made)).digest('hex');
}

/** The note of what is there; undefined where it is no Parquet, or other hands wrote it. */
async function readNote(uri: string): Promise<string | undefined> {
  try {
    return (await readNotes(uri)).get(sourceNote);
  } catch (error) {
    if (error instanceof OutcomeError) return undefined;
    throw error;
  }
}
