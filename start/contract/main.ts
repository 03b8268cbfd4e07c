// `npm run contract -- export CATEGORY` and `npm run contract -- import FILE`: data sets to and from the Open Data Contract Standard, and from files.
import { access } from 'node:fs/promises';
import { extname } from 'node:path';
import { z } from 'zod';
import { allDatasets, categoryOption } from '../../apps/contract/categories.ts';
import { toOdcs } from '../../apps/contract/derive/odcs.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { writeFileAtomically } from '../../apps/platform/files.ts';
import { readObject } from '../../apps/platform/objects.ts';
import { toLine } from '../../apps/platform/one-line.ts';
import { runProgram } from '../../apps/platform/program.ts';
import { toYamlDocument } from '../../apps/platform/yaml.ts';
import { formatSource } from './format-source.ts';
import { fromFile } from './from-file.ts';
import { fromOdcs } from './from-odcs.ts';
import type { ImportOptions } from './options.ts';
import { toSourceText } from './source-text.ts';
import { toDataset } from './to-dataset.ts';

const [command, ...rest] = process.argv.slice(2);
const [subject, flags] = rest[0] === undefined || rest[0].startsWith('-') ? [undefined, rest] : [rest[0], rest.slice(1)];
const output = z.string().optional().describe('write to this file, not to standard output');

if (command === 'export') {
  await runProgram(
    {
      name: 'npm run contract -- export CATEGORY',
      description: 'Writes a data set as a document of the Open Data Contract Standard 3.1, in YAML.',
      options: { format: z.enum(['odcs']).default('odcs').describe('odcs'), output },
      run: async (options) => {
        const dataset = categoryOption.safeParse(need(`a category (${allDatasets.map(({ category }) => category).join(', ')})`));
        if (!dataset.success) throw new UsageError(`${toLine(subject ?? '')}: ${dataset.error.issues[0]?.message}`);
        return write(toYamlDocument(toOdcs(dataset.data)), options.output);
      },
    },
    flags,
  );
} else if (command === 'import') {
  await runProgram(
    {
      name: 'npm run contract -- import FILE',
      description:
        'Writes a first apps/contract/<category>.ts from a document of the Open Data Contract Standard (.yaml, .json), a Parquet or a CSV file.',
      options: {
        category: z.string().optional().describe('name of the data set; by the file when left out'),
        monthsIn: z
          .string()
          .optional()
          .describe('the column that says which month a row belongs to; the first timestamp when left out'),
        table: z.string().optional().describe('which table of a document that has several'),
        output,
      },
      run: async (options) => {
        if (options.output !== undefined && (await isThere(options.output)))
          throw new UsageError(
            `--output ${toLine(options.output)}: it is there already and was left as it is; give another path`,
          );
        const draft = await readDraft({ ...options, file: need('a .yaml, .json, .parquet or .csv file') });
        const { category } = toDataset(draft);
        return write(formatSource(toSourceText(draft), `${category}.ts`), options.output);
      },
    },
    flags,
  );
} else {
  await runProgram(
    {
      name: 'npm run contract',
      description: 'export CATEGORY, or import FILE; each has its own --help.',
      options: {},
      run: async () => {
        throw new UsageError(`got ${command === undefined ? 'no command' : JSON.stringify(command)}, expected export or import`);
      },
    },
    command === '--help' ? ['--help'] : [],
  );
}

function need(what: string): string {
  if (subject === undefined) throw new UsageError(`expected ${what} after ${command} (--help lists the options)`);
  return subject;
}

async function readDraft(options: ImportOptions) {
  const { file } = options;
  if (!(await isThere(file))) throw new UsageError(`${toLine(file)}: no such file`);
  const extension = extname(file).toLowerCase();
  if (/\.(parquet|csv|csv\.gz)$/i.test(file)) return fromFile(options);
  if (extension === '.zip') throw new UsageError(`${toLine(file)}: unpack it, and give one of its files`);
  if (!['.yaml', '.yml', '.json'].includes(extension))
    throw new UsageError(
      `${toLine(file)}: expected a .yaml, .yml, .json, .parquet, .csv or .csv.gz file, got ${extension || 'no extension'}`,
    );
  const text = await readObject(file);
  return fromOdcs(text?.toString('utf8') ?? '', options);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function write(text: string, path: string | undefined): Promise<object | undefined> {
  if (path !== undefined) {
    await writeFileAtomically(path, text);
    return { output: path };
  }
  process.stdout.write(text);
  return undefined;
}
