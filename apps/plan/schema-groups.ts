// Groups files whose schemas are identical: an engine reads each group in one scan.
import { z } from 'zod';
import type { Dataset } from '../contract/dataset.ts';
import { type Cast, toCasts } from '../contract/derive/casts.ts';
import { firstDayOf, monthOfFile } from '../contract/file-name.ts';
import { type FileColumn, parquetTypes } from '../contract/file-schema.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { baseName } from '../platform/uri.ts';
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
          to: z.enum(['int', 'double', 'string', 'timestamp']),
          source: z.string().nullable(),
          from: parquetType,
          decimal: z.string().optional(),
          zone: z.string().optional(),
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

const footersAtOnce = 64;

/** Reads the footers of files (64 at once) and groups them. Throws OutcomeError that names every file that can't be mapped onto the contract. */
export async function readSchemaGroups(dataset: Dataset, uris: readonly string[]): Promise<SchemaGroups> {
  const problems: string[] = [];
  const read = await mapConcurrently(uris, footersAtOnce, async (uri) => {
    try {
      return [{ uri, footer: await readFooter(uri) }];
    } catch (error) {
      if (!(error instanceof OutcomeError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  const footers = read.flat();
  const grouped = groupBySchema(dataset, footers);
  const all = [...problems.sort(), ...grouped.problems];
  if (all.length > 0) throw new OutcomeError(all.join('; '), { problems: all });
  return grouped.groups;
}

/** Groups footers by schema, whatever the order of the columns. Pure; O(files × columns). */
export function groupBySchema(
  dataset: Dataset,
  footers: readonly { uri: string; footer: Footer }[],
): { groups: SchemaGroups; problems: string[] } {
  const problems: string[] = [];
  const groups = new Map<string, SchemaGroup>();
  for (const { uri, footer } of [...footers].sort((a, b) => (a.uri < b.uri ? -1 : 1))) {
    const file = baseName(uri);
    const month = monthOfFile(dataset, file);
    if (month === undefined)
      throw new UsageError(`${file}: the name carries no month; expected ${dataset.filePrefix}YYYY-MM.parquet; rename the file`);
    const source: SourceFile = { uri, file, month: firstDayOf(month), rows: footer.rows, bytes: footer.bytes };
    const key = schemaKey(footer.columns);
    const known = groups.get(key);
    if (known) {
      known.files.push(source);
      continue;
    }
    const plan = toCasts(dataset, footer.columns);
    if (plan.problems.length > 0) {
      problems.push(
        `${file}: not a ${dataset.category} file of the contract: ${shorten(plan.problems)}; leave it out, or add the columns' names in apps/contract/${dataset.category}.ts`,
      );
      continue;
    }
    groups.set(key, { columns: [...footer.columns], casts: plan.casts as Cast[], ignored: [...plan.ignored], files: [source] });
  }
  return { groups: { version: 2, category: dataset.category, groups: [...groups.values()] }, problems };
}

function schemaKey(columns: readonly FileColumn[]): string {
  return JSON.stringify(
    columns.map(({ name, type, decimal }) => [name, type, decimal]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  );
}

function shorten(problems: readonly string[]): string {
  return problems.length <= 4 ? problems.join(', ') : `${problems.slice(0, 3).join(', ')} and ${problems.length - 3} more`;
}
