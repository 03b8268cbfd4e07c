// Which files a run is about: the months of a folder, and what is wrong with it before anything is started.
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { allDatasets } from '../apps/contract/categories.ts';
import type { Dataset } from '../apps/contract/dataset.ts';
import { endingsOf, monthOfFile, partsOfName, shownFileName } from '../apps/contract/file-name.ts';
import { UsageError } from '../apps/platform/errors.ts';

export interface Input {
  /** URI of the folder, with / at the end. */
  readonly folder: string;
  /** The months' files, oldest first; at least one. */
  readonly files: readonly { readonly month: string; readonly name: string }[];
  /** Names in the folder that are not about this category. */
  readonly ignored: readonly string[];
}

/** Reads a folder's names. Throws UsageError where there is no such folder, nothing for the category in it, or a file without a month. */
export async function readInput(dataset: Dataset, folder: string): Promise<Input> {
  const path = resolve(folder);
  const names = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `--input ${folder}: ${error.code === 'ENOENT' ? 'no such folder' : error.code === 'ENOTDIR' ? 'not a folder' : error.message}`,
    );
  });
  const files = names.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
  return { folder: `${pathToFileURL(path).href}/`, ...sortFiles(dataset, files, folder) };
}

/** Sorts file names into months of the category and others. Pure. */
export function sortFiles(dataset: Dataset, names: readonly string[], folder: string): Pick<Input, 'files' | 'ignored'> {
  const expected = shownFileName(dataset);
  const ofOthers = (name: string) =>
    monthOfFile(dataset, name) === undefined &&
    allDatasets.some((other) => other.category !== dataset.category && isLike(other, name));
  const ignored = names.filter(
    (name) => !endingsOf(dataset).some((ending) => name.toLowerCase().endsWith(ending)) || ofOthers(name),
  );
  const candidates = names.filter((name) => !ignored.includes(name));
  const unnamed = candidates.filter((name) => monthOfFile(dataset, name) === undefined);
  if (unnamed.length > 0) {
    throw new UsageError(
      `--input ${folder}: ${list(unnamed)}: the name carries no month of a ${dataset.category} file; expected ${expected}; rename or remove ${unnamed.length === 1 ? 'it' : 'them'}`,
    );
  }
  if (candidates.length === 0) {
    throw new UsageError(
      `--input ${folder}: no ${dataset.category} file there; expected ${expected}, found ${names.length === 0 ? 'nothing' : list(names)}`,
    );
  }
  const byMonth = Map.groupBy(candidates.toSorted(), (name) => monthOfFile(dataset, name) as string);
  const doubles = [...byMonth.values()].find(({ length }) => length > 1);
  if (doubles) throw new UsageError(`--input ${folder}: ${list(doubles)} are of the same month; remove all but one`);
  const files = [...byMonth].map(([month, [name = '']]) => ({ month, name }));
  return { files: files.sort((one, other) => (one.month < other.month ? -1 : 1)), ignored: ignored.sort() };
}

function list(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** Whether a name begins like the names of a data set's files. */
function isLike(dataset: Dataset, name: string): boolean {
  const { before } = partsOfName(dataset);
  return before === '' ? monthOfFile(dataset, name) !== undefined : name.startsWith(before);
}
