// Footers that were read once are kept in one object, by URI and version: the next run lists the files and reads only what is new.
import type { Dataset } from '../contract/dataset.ts';
import { type ReadFooter, readFooter } from '../plan/parquet-footer.ts';
import { UserError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { WriteConditionError } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { writeObject } from '../platform/objects.ts';
import {
  type CachedFooter,
  copyFooter,
  type FooterLines,
  footerOf,
  noFooters,
  parseFooters,
  printFooters,
  setFooter,
} from './cache-format.ts';
import { keyOf, listVersions } from './object-versions.ts';
import { copyShownFooter, withoutPersonal } from './shown-footer.ts';

/** A cache that is larger is another one's file. */
const mostBytes = 128 * 2 ** 20;
const mostTries = 5;
/** A file system's clock has ticks: what was written so short ago may be written again with the same time and size. */
const unsettledMilliseconds = 2_000;

export interface FooterCache {
  /** The footer of a file as it is now. Throws as `readFooter` does. */
  readonly read: (uri: string) => Promise<CachedFooter>;
  /** A footer that `read` has given. */
  readonly footerOf: (uri: string) => CachedFooter;
  /** Writes what has been learnt; never fails for the cache's sake. */
  readonly save: () => Promise<void>;
  readonly counts: () => { readonly read: number; readonly cached: number };
}

/** Opens the cache of these files, which holds no personal values. Without a URI nothing is listed or kept: all footers are read. */
export async function openFooterCache(uri: string | undefined, files: readonly string[], dataset: Dataset): Promise<FooterCache> {
  const [kept, versions] = await Promise.all([
    uri === undefined ? undefined : load(uri),
    uri === undefined ? new Map<string, never>() : listVersions(files),
  ]);
  const seen = noFooters();
  const unsettled = new Set<string>();
  const counts = { read: 0, cached: 0 };
  const read = async (file: string): Promise<CachedFooter> => {
    const listed = versions.get(keyOf(file));
    const known = listed && kept?.footers.files.get(file)?.version === listed.version ? footerOf(kept.footers, file) : undefined;
    if (kept && known) {
      counts.cached += 1;
      copyShownFooter(dataset, file, { from: kept.footers, to: seen });
      return withoutPersonal(dataset, known);
    }
    const begun = Date.now();
    const footer = withoutPersonal(dataset, await readFooter(file, listed && { bytes: listed.bytes }));
    counts.read += 1;
    setFooter(seen, file, footer);
    if (isUnsettled(file, footer, begun)) unsettled.add(file);
    return footer;
  };
  /** What this run knows, and what the cache says of other files. Files that are gone, or have another version now, are dropped. */
  const merge = (others: FooterLines, isNewer: boolean): FooterLines => {
    const merged = noFooters();
    for (const [file, { version }] of others.files) {
      const listed = versions.get(keyOf(file));
      if (listed === undefined ? isNewer : listed.version === version)
        copyShownFooter(dataset, file, { from: others, to: merged });
    }
    for (const file of seen.files.keys()) if (!unsettled.has(file)) copyFooter(file, seen, merged);
    return merged;
  };
  return {
    read,
    footerOf: (file) => footerOf(seen, file) as CachedFooter,
    save: async () => {
      if (uri !== undefined && kept !== undefined) await save(uri, kept, merge);
    },
    counts: () => ({ ...counts }),
  };
}

const isUnsettled = (uri: string, { changedAt }: ReadFooter, begun: number): boolean =>
  uri.startsWith('file:') && changedAt > begun - unsettledMilliseconds;

interface Loaded {
  readonly footers: FooterLines;
  /** Of the object that was read; undefined where there is none. */
  readonly version: string | undefined;
  readonly content: string | undefined;
}

/** What the cache object holds: nothing where there is none, or where it can't be trusted. */
async function load(uri: string): Promise<Loaded> {
  const storage = openStorage(uri);
  try {
    const end = await storage.readEnd(uri, mostBytes);
    if (end === undefined) return { footers: noFooters(), version: undefined, content: undefined };
    const content = Buffer.from(end.bytes).toString('utf8');
    const footers = parseFooters(content);
    if (footers === undefined) log('the footer cache is not one of this version, it is written again', { cache: uri });
    return { footers: footers ?? noFooters(), version: end.object.version, content };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log('the footer cache could not be read, all footers are', { cache: uri, error: error.message });
    return { footers: noFooters(), version: undefined, content: undefined };
  }
}

/** Two runs that write at once both add what they know: the second one reads what the first one wrote. */
async function save(uri: string, found: Loaded, merge: (others: FooterLines, isNewer: boolean) => FooterLines): Promise<void> {
  try {
    let last = found;
    for (let tries = 1; ; tries += 1) {
      const content = printFooters(merge(last.footers, tries > 1));
      if (content === last.content) return;
      try {
        await writeObject(uri, content, { replaces: last.version === undefined ? 'nothing' : { version: last.version } });
        return;
      } catch (error) {
        if (!(error instanceof WriteConditionError) || tries === mostTries) throw error;
        last = await load(uri);
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log('the footer cache was not written, the next run reads again', { cache: uri, error: error.message });
  }
}
