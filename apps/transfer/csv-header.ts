// The names in a CSV file's first line.
import { open } from 'node:fs/promises';
import { toPlainName, toShownName } from '../contract/column-names.ts';
import type { Csv, Dataset } from '../contract/dataset.ts';
import { hasPersonal, mayShowName, notShown } from '../contract/personal.ts';
import { OutcomeError } from '../platform/errors.ts';
import type { CsvFile } from './unpack-csv.ts';

/** Of a first line. */
const mostBytes = 256 * 1024;

/** What separates values, and what is around them. */
export const marksOf = ({ delimiter = ',', quote = '"' }: Csv): { readonly delimiter: string; readonly quote: string } => ({
  delimiter,
  quote,
});

/** The names of the columns of all files, which must be the same. Throws OutcomeError where there is no header, or a name stands in it twice. */
export async function readHeader(dataset: Dataset, files: readonly CsvFile[]): Promise<string[]> {
  const { csv = {} } = dataset.files;
  if (csv.header === false) return dataset.columns.map(({ name }) => name);
  const [first, ...others] = await Promise.all(files.map(async (file) => ({ file, names: await readNames(file, csv) })));
  if (first === undefined) throw new Error('no file to read a header of');
  checkNames(dataset, first.file, first.names);
  for (const { file, names } of others) {
    const at = Array.from({ length: Math.max(names.length, first.names.length) }, (_, index) => index).find(
      (index) => names[index] !== first.names[index],
    );
    if (at !== undefined)
      throw new OutcomeError(
        `${file.name}: column ${at + 1} is ${show(dataset, names[at])}, but ${show(dataset, first.names[at])} in ${first.file.name}; the files of a month must have the same columns`,
      );
  }
  // A column without a name, such as the index that pandas writes, is nobody's.
  return first.names.map((name, index) => (name.trim() === '' ? `column ${index + 1}` : name));
}

/** A name; or a word where it may be a value of a file without a header. */
function show(dataset: Dataset, name: string | undefined): string {
  if (name === undefined) return 'missing';
  return mayShowName(dataset, name) ? `"${toShownName(name)}"` : `another one (${notShown})`;
}

async function readNames({ name, path }: CsvFile, csv: Csv): Promise<string[]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    if (bytesRead === 0) throw new OutcomeError(`${name}: it is empty, expected a header at least; upload it again`);
    const names = parseRecord(buffer.toString('utf8', 0, bytesRead), marksOf(csv), bytesRead < mostBytes);
    if (names === undefined) throw new OutcomeError(`${name}: its first line does not end; a quote is open, or this is no CSV`);
    return names;
  } finally {
    await file.close();
  }
}

function checkNames(dataset: Dataset, { name: file }: CsvFile, names: readonly string[]): void {
  const known = new Set(dataset.columns.flatMap(({ name, aliases = [] }) => [name, ...aliases]).map(toPlainName));
  if (!names.some((name) => known.has(toPlainName(name)))) {
    const expected = dataset.columns.slice(0, 3).map(({ name }) => name);
    const got = hasPersonal(dataset) ? notShown : toShownName(names.slice(0, 3).join(', ')).slice(0, 100);
    throw new OutcomeError(
      `${file}: its first line is no header of ${dataset.category}: ${got}; expected names such as ${expected.join(', ')}; add the header, or check files.csv of the data set`,
    );
  }
  const seen = new Set<string>();
  for (const name of names) {
    const plain = toPlainName(name);
    if (plain !== '' && seen.has(plain))
      throw new OutcomeError(`${file}: column ${show(dataset, name)} is in its header twice; remove one`);
    seen.add(plain);
  }
}

/** The values of the first record. Undefined where it does not end in the text; the end of a whole file ends it, too. */
export function parseRecord(
  text: string,
  { delimiter, quote }: { readonly delimiter: string; readonly quote: string },
  isWhole: boolean,
): string[] | undefined {
  const values = [''];
  let isOpen = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string;
    const last = values.length - 1;
    if (character === quote && isOpen && text[index + 1] === quote) {
      values[last] += quote;
      index += 1;
    } else if (character === quote && (isOpen || values[last] === '')) isOpen = !isOpen;
    else if (isOpen) values[last] += character;
    else if (character === delimiter) values.push('');
    else if (character === '\n' || character === '\r') return values;
    else values[last] += character;
  }
  return isWhole && !isOpen ? values : undefined;
}
