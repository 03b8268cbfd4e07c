// Groups files whose schemas are identical: an engine reads each group in one scan.
import { z } from 'zod';
import { type Dataset, isDue, mayBeAbsent } from '../contract/dataset.ts';
import { type Cast, toCasts } from '../contract/derive/casts.ts';
import { asStaged, firstDayOf, monthOfFile, shownFileName } from '../contract/file-name.ts';
import { type FileColumn, parquetTypes } from '../contract/file-schema.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { baseName } from '../platform/uri.ts';
import { columnTypeSchema } from './column-type-schema.ts';
import { type Footer, readFooter } from './parquet-footer.ts';

const parquetType = z.enum(parquetTypes);

/** What schema-groups writes and etl reads. */
export const schemaGroups = z.strictObject({
  version: z.literal(2),
  category: z.string(),
  groups: z.array(
    z.strictObject({
      columns: z.array(z.strictObject({ name: z.string(), type: parquetType, decimal: z.string().optional() })),
      casts: z.array(
        z.strictObject({
          column: z.string(),
          to: columnTypeSchema,
          source: z.string().nullable(),
          from: parquetType,
          decimal: z.string().optional(),
          zone: z.string().optional(),
          nulls: z.array(z.string()).readonly().optional(),
          personal: z.enum(['hash', 'drop']).optional(),
        }),
      ),
      ignored: z.array(z.string()),
      files: z.array(
        z.strictObject({ uri: z.string(), file: z.string(), month: z.string(), rows: z.number().int(), bytes: z.number().int() }),
      ),
    }),
  ),
});

export type SchemaGroups = z.output<typeof schemaGroups>;
export type SchemaGroup = SchemaGroups['groups'][number];
export type SourceFile = SchemaGroup['files'][number];

/** Of 200 files far away, 128 at once wait for two answers one after the other. */
const footersAtOnce = 128;
/** Files that a message names; the result names all. */
const mostNamed = 50;

/** A file that is in no group, and why. */
export interface RefusedFile {
  readonly uri: string;
  /** Empty where its name carries none. */
  readonly month: string;
  /** What a person is told, with the file's name and the next step. */
  readonly message: string;
  /** What is wrong with its columns; nothing where it is no whole Parquet file. */
  readonly problems: readonly string[];
}

export interface GroupedFiles {
  readonly groups: SchemaGroups;
  readonly refused: readonly RefusedFile[];
}

/** Reads the footers of files and groups them. Throws OutcomeError that names every file that can't be mapped onto the contract. */
export async function readSchemaGroups(dataset: Dataset, uris: readonly string[]): Promise<SchemaGroups> {
  const { groups, refused } = await groupFiles(dataset, uris, readFooter);
  if (refused.length > 0) throw toRefusal(refused);
  return groups;
}

/** Groups files by the footers that `read` gives, 128 at once. Memory: some 400 bytes a file. */
export async function groupFiles(
  dataset: Dataset,
  uris: readonly string[],
  read: (uri: string) => Promise<Footer>,
): Promise<GroupedFiles> {
  const broken: RefusedFile[] = [];
  const known = new Map<string, readonly FileColumn[]>();
  const found = await mapConcurrently(uris, footersAtOnce, async (uri) => {
    try {
      const { rows, bytes, columns } = await read(uri);
      const key = JSON.stringify(columns);
      if (!known.has(key)) known.set(key, columns);
      return [{ uri, footer: { rows, bytes, columns: known.get(key) ?? columns } }];
    } catch (error) {
      if (!(error instanceof OutcomeError)) throw error;
      const month = monthOfFile(asStaged(dataset), baseName(uri));
      broken.push({ uri, month: month === undefined ? '' : firstDayOf(month), message: error.message, problems: [] });
      return [];
    }
  });
  const { groups, refused } = groupBySchema(dataset, found.flat());
  return { groups, refused: [...broken.sort(byUri), ...refused] };
}

/** The error that says which files can't be read. */
export function toRefusal(refused: readonly RefusedFile[], result: object = {}): OutcomeError {
  const messages = refused.map(({ message }) => message);
  const more = messages.length > mostNamed ? [`and ${messages.length - mostNamed} more files; the result names all`] : [];
  return new OutcomeError([...messages.slice(0, mostNamed), ...more].join('; '), { problems: messages, ...result });
}

const byUri = (one: { readonly uri: string }, other: { readonly uri: string }): number => (one.uri < other.uri ? -1 : 1);

function monthOf(dataset: Dataset, uri: string): string {
  const file = baseName(uri);
  const month = monthOfFile(asStaged(dataset), file);
  if (month === undefined)
    throw new UsageError(`${file}: the name carries no month; expected ${shownFileName(asStaged(dataset))}; rename the file`);
  return firstDayOf(month);
}

/** Groups footers by schema, whatever the order of the columns. Pure; O(files × columns). */
export function groupBySchema(dataset: Dataset, footers: readonly { uri: string; footer: Footer }[]): GroupedFiles {
  const refused: RefusedFile[] = [];
  const groups = new Map<string, SchemaGroup>();
  for (const { uri, footer } of [...footers].sort(byUri)) {
    const file = baseName(uri);
    const month = monthOf(dataset, uri);
    const source: SourceFile = { uri, file, month, rows: footer.rows, bytes: footer.bytes };
    const key = schemaKey(footer.columns);
    const known = groups.get(key);
    const plan = known ? { ...known, problems: [] } : toCasts(dataset, footer.columns);
    const { casts, ignored } = plan;
    const problems = [...plan.problems, ...missingInMonth(dataset, casts, month)];
    if (problems.length > 0) {
      const message = `${file}: not a ${dataset.category} file of the contract: ${shorten(problems)}; leave it out, or add the columns' names in apps/contract/${dataset.category}.ts`;
      refused.push({ uri, month, message, problems });
      continue;
    }
    if (known) known.files.push(source);
    else groups.set(key, { columns: [...footer.columns], casts: casts as Cast[], ignored: [...ignored], files: [source] });
  }
  return { groups: { version: 2, category: dataset.category, groups: [...groups.values()] }, refused };
}

/** Columns that files have in some months, and that this month's file must have. */
function missingInMonth(dataset: Dataset, casts: readonly Cast[], firstDay: string): string[] {
  const absent = new Set(casts.filter(({ source }) => source === null).map(({ column }) => column));
  return dataset.columns
    .filter((column) => absent.has(column.name) && mayBeAbsent(column) && isDue(column, firstDay.slice(0, 7)))
    .map(({ name, since, until }) => {
      const months = [...(since ? [`since ${since}`] : []), ...(until ? [`until ${until}`] : [])].join(' ');
      return `no column "${name}", which files have ${months}`;
    });
}

function schemaKey(columns: readonly FileColumn[]): string {
  return JSON.stringify(
    columns.map(({ name, type, decimal }) => [name, type, decimal]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  );
}

function shorten(problems: readonly string[]): string {
  return problems.length <= 4 ? problems.join(', ') : `${problems.slice(0, 3).join(', ')} and ${problems.length - 3} more`;
}
