// The difference between what BigQuery holds and what it is to hold: what may be changed, and what is refused. Pure.
import { type BigQueryField, toTypeText } from '../contract/derive/bigquery.ts';
import type { DatasetResource, TableResource } from './desired.ts';

/** A field as BigQuery gives it back: it may have more than ours. */
export interface FoundField {
  readonly name: string;
  readonly type: string;
  readonly precision?: string;
  readonly scale?: string;
  readonly mode?: string;
  readonly description?: string;
}

export interface FoundDataset {
  readonly etag: string;
  readonly location: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface FoundTable {
  readonly etag: string;
  readonly type?: string;
  readonly description?: string;
  readonly schema?: { readonly fields?: readonly FoundField[] };
  readonly timePartitioning?: { readonly type?: string; readonly field?: string; readonly expirationMs?: string };
  readonly rangePartitioning?: object;
  readonly clustering?: { readonly fields?: readonly string[] };
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Difference {
  /** What can't be changed without losing data, a line each. */
  readonly breaking: readonly string[];
  /** What is going to be changed, a line each. */
  readonly changes: readonly string[];
  /** The body of a PATCH. */
  readonly patch: Readonly<Record<string, unknown>>;
}

/** Compares a dataset. */
export function compareDataset(found: FoundDataset, wanted: DatasetResource): Difference {
  const labels = compareLabels(found.labels, wanted.labels);
  const isElsewhere = found.location.toLowerCase() !== wanted.location.toLowerCase();
  return {
    breaking: isElsewhere ? [`location: ${found.location} → ${wanted.location}`] : [],
    changes: labels.changes,
    patch: labels.patch,
  };
}

/** Compares a table. New columns, descriptions, labels and a longer expiry may be changed; anything else is refused. */
export function compareTable(found: FoundTable, wanted: TableResource): Difference {
  if (found.type !== undefined && found.type !== 'TABLE')
    return { breaking: [`kind: ${found.type} → TABLE`], changes: [], patch: {} };
  const fields = compareFields(found.schema?.fields ?? [], wanted.schema.fields);
  const expiry = compareExpiry(found, wanted);
  const labels = compareLabels(found.labels, wanted.labels);
  const isDescribed = found.description === wanted.description;
  return {
    breaking: [...fields.breaking, ...compareLayout(found, wanted), ...expiry.breaking],
    changes: [...fields.changes, ...(isDescribed ? [] : ['description of the table']), ...expiry.changes, ...labels.changes],
    patch: { ...fields.patch, ...(isDescribed ? {} : { description: wanted.description }), ...expiry.patch, ...labels.patch },
  };
}

/** Columns stay in the table's order; new ones come last, as BigQuery wants it. */
function compareFields(found: readonly FoundField[], wanted: readonly BigQueryField[]): Difference {
  const wantedOf = new Map(wanted.map((field) => [field.name.toLowerCase(), field]));
  const known = new Set(found.map(({ name }) => name.toLowerCase()));
  const breaking: string[] = [];
  const changes: string[] = [];
  const kept = found.map((field) => {
    const next = wantedOf.get(field.name.toLowerCase());
    if (next === undefined) {
      breaking.push(`column ${field.name} ${toTypeText(field)} → removed`);
      return field;
    }
    if (next.name !== field.name) breaking.push(`column ${field.name} → renamed to ${next.name}`);
    if (toTypeText(field) !== toTypeText(next)) breaking.push(`column ${field.name}: ${toTypeText(field)} → ${toTypeText(next)}`);
    const relaxed = field.mode === 'REQUIRED' && next.mode === 'NULLABLE';
    if (relaxed) changes.push(`column ${field.name} may be null`);
    if ((field.description ?? '') !== next.description) changes.push(`description of column ${field.name}`);
    return { ...field, ...(relaxed && { mode: 'NULLABLE' }), description: next.description };
  });
  const added = wanted.filter(({ name }) => !known.has(name.toLowerCase()));
  changes.push(...added.map((field) => `column ${field.name} ${toTypeText(field)} added`));
  return { breaking, changes, patch: changes.length === 0 ? {} : { schema: { fields: [...kept, ...added] } } };
}

function compareLayout(found: FoundTable, wanted: TableResource): string[] {
  const partition = ({ timePartitioning, rangePartitioning }: Pick<FoundTable, 'timePartitioning' | 'rangePartitioning'>) =>
    rangePartitioning !== undefined
      ? 'ranges'
      : timePartitioning === undefined
        ? 'none'
        : `${timePartitioning.type ?? 'DAY'} of ${timePartitioning.field ?? 'the time of loading'}`;
  const cluster = ({ clustering }: Pick<FoundTable, 'clustering'>) => clustering?.fields?.join(', ') || 'none';
  return [
    ...(partition(found) === partition(wanted) ? [] : [`partitions: ${partition(found)} → ${partition(wanted)}`]),
    ...(cluster(found) === cluster(wanted) ? [] : [`clustering: ${cluster(found)} → ${cluster(wanted)}`]),
  ];
}

/** A shorter expiry deletes months at once; none at all is the longest. */
function compareExpiry(found: FoundTable, wanted: TableResource): Difference {
  const days = (expirationMs: string | undefined) =>
    Number(expirationMs ?? 0) === 0 ? Number.POSITIVE_INFINITY : Number(expirationMs) / 86_400_000;
  const [before, after] = [days(found.timePartitioning?.expirationMs), days(wanted.timePartitioning.expirationMs)];
  const words = (count: number) => (count === Number.POSITIVE_INFINITY ? 'none' : `${count} days`);
  const line = `expiry of partitions: ${words(before)} → ${words(after)}`;
  if (found.timePartitioning === undefined || before === after) return { breaking: [], changes: [], patch: {} };
  if (after < before) {
    const { projectId, datasetId, tableId } = wanted.tableReference;
    const byHand = `bq update --time_partitioning_expiration ${after * 86_400} ${projectId}:${datasetId}.${tableId}`;
    return { breaking: [`${line}, which deletes older months; where they may go: ${byHand}`], changes: [], patch: {} };
  }
  const { type, field, expirationMs = null } = { ...wanted.timePartitioning };
  return { breaking: [], changes: [line], patch: { timePartitioning: { type, field, expirationMs } } };
}

/** Labels of others stay. */
function compareLabels(
  found: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>>,
): Omit<Difference, 'breaking'> {
  const differing = Object.entries(wanted).filter(([key, value]) => found?.[key] !== value);
  if (differing.length === 0) return { changes: [], patch: {} };
  return {
    changes: differing.map(([key, value]) => `label ${key}: ${found?.[key] ?? 'none'} → ${value}`),
    patch: { labels: { ...found, ...wanted } },
  };
}
