// What is wrong with how a data set says its files are.
import type { Csv, Dataset } from './dataset.ts';
import { endingOf, fileEndings, isCsv, monthForms } from './file-name.ts';

export function fileProblems(dataset: Dataset): string[] {
  const { name, csv, nulls = [] } = dataset.files;
  return [
    ...nameProblems(dataset).map((problem) => `files.name "${name}" ${problem}`),
    ...(csv !== undefined && !isCsv(dataset) ? [`files.csv goes with CSV, but files.name "${name}" is of Parquet`] : []),
    ...csvProblems(csv ?? {}).map((problem) => `files.csv.${problem}`),
    ...nulls.filter((word, index) => nulls.indexOf(word) !== index).map((word) => `files.nulls: "${word}" is listed twice`),
  ];
}

function nameProblems(dataset: Dataset): string[] {
  const { name } = dataset.files;
  const forms = Object.keys(monthForms);
  const found = name.match(/\{[^}]*\}/g) ?? [];
  const unknown = found.filter((one) => !forms.includes(one));
  if (unknown.length > 0) return [`has ${unknown.join(' and ')}; a month is ${forms.join(' or ')}`];
  if (found.length !== 1) return [`must have one month, ${forms.join(' or ')}, got ${found.length}`];
  const problems: string[] = [];
  const [before = '', after = ''] = name.split(found[0] as string);
  if (!/^[A-Za-z0-9_.-]*$/.test(before + after)) problems.push('must be letters, digits, "_", "-" and "." around the month');
  // The trigger leaves such names alone: writers use them for what is not finished.
  if (/^[_.]/.test(before)) problems.push('begins with "_" or ".", as files do that are not finished');
  if (endingOf(name) === undefined) problems.push(`must end in ${fileEndings.map((ending) => `"${ending}"`).join(', ')}`);
  return problems;
}

function csvProblems({ delimiter, quote, encoding }: Csv): string[] {
  const marks = { delimiter, quote };
  return [
    ...Object.entries(marks)
      .filter(([, mark]) => mark !== undefined && !/^[^\w\s\\]$|^\t$/.test(mark))
      .map(
        ([part, mark]) =>
          `${part} ${JSON.stringify(mark)} must be one character that is no letter, digit, space or backslash; a tab is fine`,
      ),
    ...(delimiter !== undefined && delimiter === (quote ?? '"')
      ? [`delimiter ${JSON.stringify(delimiter)} is the quote, too`]
      : []),
    ...(encoding === undefined || isEncoding(encoding)
      ? []
      : [
          `encoding "${encoding}" is not known; expected a name of the Encoding Standard such as utf-8, utf-16le or windows-1252`,
        ]),
  ];
}

function isEncoding(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}
