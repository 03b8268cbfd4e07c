// The text of the footer cache: a head, a line a schema, a line a file, and a digest of all that. What is not exactly this counts for nothing.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type FileColumn, parquetTypes } from '../contract/file-schema.ts';
import type { ReadFooter } from '../plan/parquet-footer.ts';

/** Raise `version` whenever the same file would give another footer: a type, a statistic, a field. */
const head = { cache: 'footers of Taxiway', version: 1 } as const;

const count = z.number().int().nonnegative();
const text = z.string().nullable();
const fileLine = z.object({
  uri: z.string(),
  version: z.string(),
  schema: z.string(),
  rows: count,
  bytes: count,
  rowGroups: count,
  compressed: count,
  uncompressed: count,
  createdBy: text,
  codecs: z.array(z.string()),
  // Nulls, smallest and largest value, and 1 for each of these two that is cut.
  columns: z.array(z.tuple([count.nullable(), text, text, z.literal([0, 1]), z.literal([0, 1])])),
});
type FileLine = z.output<typeof fileLine>;
const lineHead = fileLine.pick({ uri: true, version: true, schema: true });

const schemaLine = z.array(
  z.tuple([z.string(), z.enum(parquetTypes)]).or(z.tuple([z.string(), z.enum(parquetTypes), z.string()])),
);

export type CachedFooter = Pick<ReadFooter, 'version' | 'rows' | 'bytes' | 'columns' | 'statistics'>;

/** Schemas by the hash that lines name them by, and lines by URI. A line has 1 KB or less: ten thousand of them are a few megabytes. */
export interface FooterLines {
  readonly schemas: Map<string, readonly FileColumn[]>;
  readonly files: Map<string, FooterLine>;
}

export interface FooterLine {
  readonly version: string;
  readonly schema: string;
  /** The whole line. */
  readonly line: string;
}

export const noFooters = (): FooterLines => ({ schemas: new Map(), files: new Map() });

/** Reads the text; undefined where it is damaged, cut off, of another version, or something else. */
export function parseFooters(content: string): FooterLines | undefined {
  const end = content.lastIndexOf('\n', content.length - 2) + 1;
  const whole = content.slice(0, end);
  if (content.slice(end) !== toTail(whole) || !whole.startsWith(`${JSON.stringify(head)}\n`)) return undefined;
  const footers = noFooters();
  try {
    for (const line of whole.split('\n').slice(1, -1)) {
      const json: unknown = JSON.parse(line);
      if (Array.isArray(json)) addSchema(footers, schemaLine.parse(json).map(toColumn));
      else {
        const { uri, version, schema } = lineHead.parse(json);
        footers.files.set(uri, { version, schema, line });
      }
    }
    return footers;
  } catch {
    return undefined;
  }
}

/** The text of footers: the same footers give the same bytes. */
export function printFooters({ schemas, files }: FooterLines): string {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, file]) => file);
  const used = [...new Set(sorted.map(({ schema }) => schema))].sort();
  const columns = used.map((schema) => printSchema(schemas.get(schema) ?? []));
  const whole = [JSON.stringify(head), ...columns, ...sorted.map(({ line }) => line), ''].join('\n');
  return `${whole}${toTail(whole)}`;
}

/** The footer of a file, if it is known. */
export function footerOf({ schemas, files }: FooterLines, uri: string): CachedFooter | undefined {
  const file = files.get(uri);
  const read = file && fileLine.safeParse(JSON.parse(file.line));
  const schema = file && schemas.get(file.schema);
  if (!read?.success || schema?.length !== read.data.columns.length) return undefined;
  const { version, rows, bytes, rowGroups, compressed, uncompressed, createdBy, codecs, columns } = read.data;
  return {
    version,
    rows,
    bytes,
    columns: schema,
    statistics: {
      ...{ rowGroups, compressed, uncompressed, createdBy, codecs },
      columns: columns.map(([nulls, min, max, minIsCut, maxIsCut]) => ({
        ...{ nulls, min, max },
        ...(minIsCut ? { minIsCut: true } : {}),
        ...(maxIsCut ? { maxIsCut: true } : {}),
      })),
    },
  };
}

/** Adds a file's footer, or replaces it. */
export function setFooter(footers: FooterLines, uri: string, footer: CachedFooter): void {
  const { version, rows, bytes, statistics } = footer;
  const { rowGroups, compressed, uncompressed, createdBy, codecs } = statistics;
  const schema = addSchema(footers, footer.columns);
  const line: FileLine = {
    ...{ uri, version, schema, rows, bytes, rowGroups, compressed, uncompressed, createdBy },
    codecs: [...codecs],
    columns: statistics.columns.map(({ nulls, min, max, minIsCut, maxIsCut }) => [
      ...([nulls, min, max] as const),
      minIsCut ? 1 : 0,
      maxIsCut ? 1 : 0,
    ]),
  };
  footers.files.set(uri, { version, schema, line: JSON.stringify(line) });
}

/** Takes a file's line over from other footers. */
export function copyFooter(uri: string, from: FooterLines, to: FooterLines): void {
  const file = from.files.get(uri);
  const columns = file && from.schemas.get(file.schema);
  if (file === undefined || columns === undefined) return;
  to.schemas.set(file.schema, columns);
  to.files.set(uri, file);
}

/** The hash by which lines name the schema. */
function addSchema({ schemas }: FooterLines, columns: readonly FileColumn[]): string {
  const schema = createHash('sha256').update(printSchema(columns)).digest('hex').slice(0, 16);
  if (!schemas.has(schema)) schemas.set(schema, columns);
  return schema;
}

const printSchema = (columns: readonly FileColumn[]): string =>
  JSON.stringify(columns.map(({ name, type, decimal }) => (decimal === undefined ? [name, type] : [name, type, decimal])));
const toColumn = ([name, type, decimal]: z.output<typeof schemaLine>[number]): FileColumn => ({
  name,
  type,
  ...(decimal === undefined ? {} : { decimal }),
});

const toTail = (whole: string): string => `${JSON.stringify({ sha256: createHash('sha256').update(whole).digest('hex') })}\n`;
