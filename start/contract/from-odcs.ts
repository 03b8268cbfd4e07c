// An ODCS document as a draft. Pure.
import { parse } from 'yaml';
import { z } from 'zod';
import type { Column, Expectation, Files, Rule, Time } from '../../apps/contract/dataset.ts';
import { engines } from '../../apps/contract/derive/odcs-quality.ts';
import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { inMonth } from '../../apps/contract/predicate.ts';
import type { Severity } from '../../apps/contract/severity.ts';
import { toNumbers, type Version } from '../../apps/contract/version.ts';
import { OutcomeError, UsageError } from '../../apps/platform/errors.ts';
import { toProblems } from '../../apps/platform/json-file.ts';
import { toLine } from '../../apps/platform/one-line.ts';
import type { Draft, Noted } from './draft.ts';
import { toColumn, toRules } from './odcs-columns.ts';
import {
  customOf,
  type OdcsDocument,
  type OdcsProperty,
  type OdcsQuality,
  type OdcsTable,
  odcsDocument,
  predicateSchema,
} from './odcs-document.ts';
import { toPromises } from './odcs-promises.ts';
import { chooseTime, type ImportOptions, toCategory, withTimestamp } from './options.ts';
import { toSafeNames, withOwnNames } from './safe-names.ts';

/** Throws OutcomeError where the text is no ODCS document or has no table with a timestamp, UsageError where an option names nothing in it. */
export function fromOdcs(text: string, options: ImportOptions): Draft {
  const document = readDocument(text, options.file);
  const table = chooseTable(document, options);
  const names = toSafeNames(
    table.properties.map(({ name }) => name),
    `${options.file}: ${table.name}`,
  );
  const pairs = table.properties.map((property, index) => ({ property, column: toColumn(property, names[index] as never) }));
  const kept = pairs.filter((pair): pair is Kept => typeof pair.column !== 'string');
  const columns = kept.map(({ column }) => column);
  const nameOf = new Map(kept.map(({ property, column }) => [property.name, column.name]));
  const checks = [...(table.quality ?? []), ...kept.flatMap(({ property }) => property.quality ?? [])];
  const { promises, notes } = toPromises(document, checks);
  const time = timeOf(table, kept, options);
  const key = keyOf(kept);
  const must = mustOf(table, kept, [time.at, ...key]);
  const category = toCategory(table.name, options);
  return {
    category,
    version: toVersion(document.version),
    title: document.name?.trim() || table.name,
    description: document.description?.purpose ?? document.description?.usage ?? table.description ?? `The table ${table.name}.`,
    files: customOf(table, 'files', filesSchema) ?? { name: `${category}_{YYYY-MM}.parquet` },
    row: customOf(table, 'row', z.tuple([z.string(), z.string()])),
    promises,
    columns: withTimestamp(columns, time.at).map((column) =>
      must.includes(column.name) || key.includes(column.name) ? toCertain(column) : column,
    ),
    time,
    key: key.length > 0 ? { columns: key } : undefined,
    must,
    cluster: customOf(table, 'cluster', z.array(z.string())),
    rules: toOwnRules(checks) ?? [
      ...withOwnNames(kept.flatMap(({ property, column }) => toRules(property, column))),
      monthRule(time.at),
    ],
    expectations: toExpectations(checks, nameOf),
    notes: [
      ...pairs.flatMap(({ column }) => (typeof column === 'string' ? [column] : [])),
      ...notes,
      'A document of the standard holds no gates, lookups, summary, features, model and sample: add what the data set has.',
    ],
  };
}

/** Every file must carry it. */
const toCertain = ({ optional: _, since: _s, until: _u, ...column }: Noted<Column>): Noted<Column> => column;

const monthRule = (at: string): Rule => ({
  name: 'in_month',
  description: "The time lies in the month of the file's name.",
  holds: inMonth(at),
});

function readDocument(text: string, file: string): OdcsDocument {
  const refuse = (why: string) =>
    new OutcomeError(`${toLine(file)}: ${why}; expected an Open Data Contract Standard document of version 3`);
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' });
  } catch (error) {
    throw refuse(`no YAML and no JSON: ${toLine((error as Error).message)}`);
  }
  const checked = odcsDocument.safeParse(value);
  if (!checked.success) throw refuse(toProblems(checked.error));
  return checked.data;
}

/** The table of the option; else the only one that is no dimension. */
function chooseTable({ schema }: OdcsDocument, { file, table }: ImportOptions): OdcsTable {
  const names = schema.map(({ name }) => name);
  if (table !== undefined) {
    const found = schema.find(({ name }) => name === table);
    if (!found)
      throw new UsageError(`--table ${JSON.stringify(table)}: ${toLine(file)} has no such table${didYouMean(table, names)}`);
    return found;
  }
  const candidates = schema.filter((one) => customOf(one, 'dimension', z.literal(true)) === undefined);
  const [only] = candidates;
  if (only === undefined || candidates.length > 1)
    throw new UsageError(
      `${toLine(file)}: it has ${candidates.length} tables; choose one with --table: ${names.map(toLine).join(', ')}`,
    );
  return only;
}

const filesSchema = z.strictObject({
  name: z.string(),
  csv: z
    .strictObject({
      delimiter: z.string().optional(),
      quote: z.string().optional(),
      encoding: z.string().optional(),
      header: z.literal(false).optional(),
    })
    .optional(),
  nulls: z.array(z.string()).optional(),
}) as z.ZodType<Files>;

const timeSchema = z.strictObject({
  at: z.string(),
  until: z.string().optional(),
  word: z.string().optional(),
  zone: z.string(),
});

interface Kept {
  readonly property: OdcsProperty;
  readonly column: Noted<Column>;
}

/** As a document of ours says it; else the timestamp by which the table is partitioned. */
function timeOf(table: OdcsTable, kept: readonly Kept[], options: ImportOptions): Noted<Time> {
  const stated = customOf(table, 'time', timeSchema);
  const columns = kept.map(({ column }) => column);
  if (stated && options.monthsIn === undefined) return stated as Time;
  const time = chooseTime(columns, options, partitionOf(kept));
  const zone = kept.find(({ column }) => column.name === time.at)?.property.logicalTypeOptions?.defaultTimezone;
  return typeof zone === 'string' && zone !== 'Etc/UTC' ? { ...time, zone, note: undefined } : time;
}

function keyOf(kept: readonly Kept[]): string[] {
  const placeOf = ({ property }: Kept) => property.primaryKeyPosition ?? 0;
  const keyed = kept.filter(({ property }) => property.primaryKey).sort((a, b) => placeOf(a) - placeOf(b));
  const unique = kept.filter(({ property }) => property.unique).slice(0, 1);
  return (keyed.length > 0 ? keyed : unique).map(({ column }) => column.name);
}

/** As a document of ours says it; else what is required, and what nothing does without. */
function mustOf(table: OdcsTable, kept: readonly Kept[], needed: readonly string[]): string[] {
  if (customOf(table, 'time', timeSchema)) return customOf(table, 'must', z.array(z.string())) ?? [];
  const required = kept.filter(({ property }) => property.required).map(({ column }) => column.name);
  return [...new Set([...needed, ...required])];
}

/** The timestamp by which the table is partitioned. */
const partitionOf = (kept: readonly { property: OdcsProperty; column: Column }[]): string | undefined =>
  kept.find(({ property, column }) => property.partitioned && column.type === 'timestamp')?.column.name;

function toVersion(version: OdcsDocument['version']): Version | undefined {
  return version !== undefined && toNumbers(String(version)) ? (String(version) as Version) : undefined;
}

/** The rules of a document that we wrote; undefined for a document of others. */
function toOwnRules(checks: readonly OdcsQuality[]): Noted<Rule>[] | undefined {
  const own = checks.filter(({ engine, name }) => engine === engines.rules && name !== undefined);
  if (own.length === 0) return undefined;
  return own.map(({ name = '', description = '', implementation }) => {
    const checked = predicateSchema.safeParse(implementation);
    if (!checked.success)
      throw new OutcomeError(`rule ${JSON.stringify(name)} of the document is none of ours: ${toProblems(checked.error)}`);
    return { name, description, holds: checked.data };
  });
}

const severities: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  error: 'critical',
  warning: 'warning',
  info: 'info',
};
const suiteCheck = z.object({
  type: z.string().regex(/^expect_[a-z_]+$/),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  meta: z.looseObject({ from: z.string().optional() }).optional(),
});

/** Great Expectations' checks, but for those that derive from the rest. */
function toExpectations(checks: readonly OdcsQuality[], nameOf: ReadonlyMap<string, string>): Expectation[] {
  return checks.flatMap(({ engine = '', implementation, severity }) => {
    if (!/^great-?expectations$/i.test(engine)) return [];
    const { data } = suiteCheck.safeParse(implementation);
    if (!data || ![undefined, 'expectations'].includes(data.meta?.from)) return [];
    const rename = (value: unknown) => (typeof value === 'string' ? (nameOf.get(value) ?? value) : value);
    const kwargs = Object.fromEntries(
      Object.entries(data.kwargs).map(([key, value]) => [key, /^column/.test(key) ? rename(value) : value]),
    );
    return [{ type: data.type, kwargs, severity: severities[severity ?? ''] ?? 'warning' }];
  });
}
