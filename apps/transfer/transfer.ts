// What to copy, and what to say of it.
import { createHash } from 'node:crypto';
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf, isCsv, monthOf, monthOfFile, shownFileName, toStagedName } from '../contract/file-name.ts';
import type { Manifest } from '../plan/manifest.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { UsageError, UserError } from '../platform/errors.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { isHidden } from '../platform/object-storage-uri.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { toLine } from '../platform/one-line.ts';
import { joinUri } from '../platform/uri.ts';
import { convertOnce } from './convert-once.ts';
import { type Copied, type CopyState, copyOnce, type IfExists } from './copy-once.ts';
import { isShort } from './copy-short.ts';
import { createProgress } from './progress.ts';

/** A file name has at most 255 bytes, and the temporary one is longer than the name. */
const longestName = 200;
/** Each holds at most some 20 MB. */
const copiesAtOnce = 8;
/** Each holds some 600 MB, and computes. */
const conversionsAtOnce = 1;
/** Fewer are looked at one by one: the destination may hold a million others. */
const fewestToList = 20;
/** Failed files that an error names. */
const mostNamed = 3;

export interface TransferOptions {
  readonly source: string;
  readonly destination: string;
  readonly prefixes?: readonly string[] | undefined;
  readonly ifExists?: IfExists | undefined;
  readonly manifest?: string | undefined;
  readonly category?: Dataset | undefined;
  readonly filename?: string | undefined;
  readonly runDate?: string | undefined;
}

export interface TransferResult {
  readonly files: number;
  readonly copied: number;
  readonly bytesCopied: number;
  /** Of all files, copied or there already. */
  readonly bytes: number;
  /** The name of the copy; empty where there are several. */
  readonly file: string;
  /** The source's version; of several files, a hash of all names and versions. */
  readonly version: string;
}

/** Copies the source's files into the destination folder or bucket. Bounded memory; each copy is proved by a digest. */
export async function transfer(options: TransferOptions): Promise<TransferResult> {
  checkMonth(options);
  const storage = openStorage(options.source);
  const sources = await listSources(storage, options);
  const isAbsent = await findAbsent(options.destination, sources.length);
  const progress = createProgress(sources);
  const failures: { source: string; error: UserError }[] = [];
  const csv = options.category !== undefined && isCsv(options.category) ? options.category : undefined;
  const tried = await mapConcurrently(
    sources,
    csv ? conversionsAtOnce : copiesAtOnce,
    async (found): Promise<Copied | undefined> => {
      try {
        const source = await lookAt(storage, found);
        const { destination, ifExists = 'overwrite' } = options;
        const copy = { storage, source, destination, ifExists, isAbsent };
        const done = csv === undefined ? await copyOnce(copy) : await convertOnce(copy, csv);
        progress.ended(done.source, done.state);
        return done;
      } catch (error) {
        // One that fails does not keep the others from being copied.
        if (!(error instanceof UserError)) throw error;
        failures.push({ source: found.uri, error });
        return undefined;
      }
    },
  );
  const copied = tried.filter((one) => one !== undefined);
  const files = copied.map(({ source, state }) => toEntry(options, source, state));
  const failed = failures.map(({ source, error }) => ({ source, error: error.message }));
  if (options.manifest) await writeJsonObject(options.manifest, { version: 2, files, failed } satisfies Manifest);
  if (failures.length > 0) throw toError(failures);
  return toResult(options, copied);
}

const toEntry = (
  { destination, category }: TransferOptions,
  { uri, name, bytes, version }: StoredObject,
  state: CopyState,
): Manifest['files'][number] => ({
  uri: joinUri(destination, nameOfCopy(category, name)),
  name,
  bytes,
  state,
  source: uri,
  sourceVersion: version,
});

function toResult({ category }: TransferOptions, copied: readonly Copied[]): TransferResult {
  const sum = (some: readonly Copied[]) => some.reduce((bytes, { source }) => bytes + source.bytes, 0);
  const done = copied.filter(({ state }) => state === 'copied');
  return {
    files: copied.length,
    copied: done.length,
    bytesCopied: sum(done),
    bytes: sum(copied),
    file: copied.length === 1 ? nameOfCopy(category, (copied[0] as Copied).source.name) : '',
    version: toVersion(copied.map(({ source }) => [source.name, source.version])),
  };
}

/** Only what is known to be CSV becomes something else. */
const nameOfCopy = (category: Dataset | undefined, name: string): string =>
  category !== undefined && isCsv(category) ? toStagedName(name) : name;

/** The failure that weighs most: what is wrong comes before what may pass. */
function toError(failures: readonly { source: string; error: UserError }[]): UserError {
  const [first] = failures.map(({ error }) => error).sort((one, other) => one.exitCode - other.exitCode);
  if (failures.length === 1 || first === undefined) return first as UserError;
  const lines = failures.slice(0, mostNamed).map(({ error }) => error.message);
  const more = failures.length > mostNamed ? [`and ${failures.length - mostNamed} more files failed`] : [];
  return new UserError(first.exitCode, [...lines, ...more].join('; '));
}

/** What a batch hands to the steps after this one must speak of one file: they make paths of it. */
function checkMonth({ source, category, filename, runDate }: TransferOptions): void {
  if (filename === undefined && runDate === undefined) return;
  if (category === undefined || filename === undefined || runDate === undefined)
    throw new UsageError('--filename and --run-date go together, and with --category');
  if (monthOfFile(category, filename) !== monthOf(runDate) || firstDayOf(monthOf(runDate)) !== runDate)
    throw new UsageError(
      `--filename ${quote(filename)} is not the file of ${category.category} and --run-date ${quote(runDate)}; expected ${shownFileName(category)} and the first day of its month`,
    );
  if (!source.endsWith(`/${filename}`)) throw new UsageError(`--source ${quote(source)} does not end in /${filename}`);
}

const quote = (text: string): string => JSON.stringify(toLine(text).slice(0, 200));

const toVersion = (versions: readonly string[][]): string =>
  versions.length === 1 ? (versions[0]?.[1] as string) : createHash('sha256').update(JSON.stringify(versions)).digest('hex');

/** Of one object that is named alone nothing but its URI is known yet. */
type Found = StoredObject | { readonly uri: string; readonly bytes: 0 };

/** Where many are copied into a bucket, one listing finds the names that it does not have: for most, nobody has to look. */
async function findAbsent(destination: string, copies: number): Promise<(name: string) => boolean> {
  if (copies < fewestToList || destination.startsWith('file:')) return () => false;
  const names = new Set<string>();
  for await (const { name } of openStorage(destination).list(destination, { direct: true, mayBeMissing: true })) names.add(name);
  return (name) => !names.has(name);
}

/** The objects to copy, in order. */
async function listSources(storage: ObjectStorage, { source, prefixes }: TransferOptions): Promise<Found[]> {
  if (!source.endsWith('/')) {
    if (prefixes) throw new UsageError(`--prefixes goes with a folder, but --source ${source} does not end in "/"`);
    return [{ uri: source, bytes: 0 }];
  }
  const found: StoredObject[] = [];
  for await (const object of storage.list(source, { direct: true }))
    if (!prefixes || prefixes.some((prefix) => object.name.startsWith(prefix))) found.push(object);
  const missing = (prefixes ?? []).filter((prefix) => !found.some(({ name }) => name.startsWith(prefix)));
  if (found.length === 0 || missing.length > 0) {
    throw new UsageError(
      `${source}: no file ${missing.length > 0 ? `begins with ${toLine(missing.join(' or '))}` : 'there'}; check --source and --prefixes`,
    );
  }
  return found;
}

/** A short object that was listed is known well enough: its copy reads it in one request, as it is then. */
async function lookAt(storage: ObjectStorage, found: Found): Promise<StoredObject> {
  const { uri } = found;
  if (/^(s3|gs):\/\/[^/]*$/.test(uri)) throw new UsageError(`${toLine(uri)}: name an object, or a folder with "/" at its end`);
  const source = 'version' in found && isShort(found) ? found : await storage.look(uri);
  if (source === undefined) throw new UsageError(`${toLine(uri)}: no such file`);
  const { name } = source;
  if (name === '' || isHidden(name) || /\p{Cc}/u.test(name) || Buffer.byteLength(name) > longestName)
    throw new UsageError(
      `${toLine(uri)}: ${JSON.stringify(toLine(name))} can't be a copy's name; it begins with a dot, holds control characters, or is empty or longer than ${longestName} bytes`,
    );
  return source;
}
