// A data set as a document of the Open Data Contract Standard 3.1: the table of clean rows, its quality and its service levels.
import { type ColumnType, type LogicalType, logicalOf } from '../column-type.ts';
import { type Dataset, wordsOf } from '../dataset.ts';
import type { Dimension } from '../dimension.ts';
import { cleanTable, dimensionTable } from '../names.ts';
import { columnsNeeded } from '../predicate.ts';
import { type Promises, toContactLink, usualFreshness } from '../promises.ts';
import { firstVersion } from '../version.ts';
import { toBigQueryTables } from './bigquery.ts';
import { dimensionsOf } from './dimensions.ts';
import { toLogicalTypeOptions, toPropertyQuality, toTableQuality } from './odcs-quality.ts';
import { toTables } from './table-schema.ts';

/** What ODCS calls a type. */
const odcsTypes = {
  int: 'integer',
  int32: 'integer',
  double: 'number',
  decimal: 'number',
  duration: 'number',
  boolean: 'boolean',
  string: 'string',
  date: 'date',
  timestamp: 'timestamp',
  instant: 'timestamp',
} as const satisfies Readonly<Record<LogicalType, string>>;

/** The types of which the standard has no word of its own. */
const toOwnType = (type: ColumnType): ColumnType | undefined =>
  ['int', 'double', 'boolean', 'string', 'date', 'timestamp'].includes(type) ? undefined : type;

/** A list of custom properties; those that are undefined or empty are left out. */
function toCustomProperties(values: Readonly<Record<string, unknown>>): object {
  const given = Object.entries(values).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return given.length === 0 ? {} : { customProperties: given.map(([property, value]) => ({ property, value })) };
}

/** The document as a value. What the standard has no word for is in custom properties. */
export function toOdcs(dataset: Dataset): object {
  const { category, version = firstVersion, title, description, promises = {} } = dataset;
  const { owner } = promises;
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: `taxiway.${category}`,
    name: title,
    version,
    status: 'active',
    tags: [category],
    description: { purpose: description },
    schema: [toTableObject(dataset), ...dimensionsOf([dataset]).map(toDimensionObject)],
    ...(owner && {
      team: { name: owner.name, members: [{ username: owner.contact, name: owner.name, role: 'owner' }] },
      support: [{ channel: owner.name, url: toContactLink(owner) }],
    }),
    slaProperties: toServiceLevels(dataset, promises),
  };
}

function toTableObject(dataset: Dataset): object {
  const { category, columns, files, time, row, must, cluster, key = [], lookups = {} } = dataset;
  const [table] = toBigQueryTables(dataset);
  const needed = new Set(dataset.rules.flatMap(({ holds }) => columnsNeeded(holds)));
  const types = new Map(table.fields.map(({ name, type }) => [name, type]));
  const { partitionField } = toTables(dataset).clean;
  return {
    name: category,
    physicalName: cleanTable(category).table,
    physicalType: 'table',
    logicalType: 'object',
    description: table.description,
    dataGranularityDescription: `One row is a ${wordsOf(dataset).one}.`,
    properties: columns.map((column) => {
      const { name, type, description, unit, codes, aliases, optional, since, until, personal } = column;
      const options = toLogicalTypeOptions(dataset, column);
      const quality = toPropertyQuality(dataset, column);
      const references = Object.values(lookups)
        .filter((lookup) => lookup.column === name)
        .map(({ dimension }) => ({ to: `${dimension.name}.${dimension.key}`, type: 'foreignKey' }));
      return {
        name,
        physicalName: name,
        logicalType: odcsTypes[logicalOf(type)],
        physicalType: types.get(name),
        description,
        required: needed.has(name),
        ...(personal && { classification: 'personal' }),
        ...(key.includes(name) && { primaryKey: true, primaryKeyPosition: key.indexOf(name) + 1 }),
        ...(key.length === 1 && key[0] === name && { unique: true }),
        ...(name === partitionField && { partitioned: true, partitionKeyPosition: 1 }),
        ...(Object.keys(options).length > 0 && { logicalTypeOptions: options }),
        ...(references.length > 0 && { relationships: references.slice(0, 1) }),
        ...(quality.length > 0 && { quality }),
        ...toCustomProperties({ type: toOwnType(type), unit, codes, aliases, optional, since, until, personal }),
      };
    }),
    quality: toTableQuality(dataset),
    ...toCustomProperties({ files, time, row, must, cluster }),
  };
}

const toDimensionObject = (dimension: Dimension): object => ({
  name: dimension.name,
  physicalName: dimensionTable(dimension).table,
  physicalType: 'table',
  logicalType: 'object',
  description: dimension.description,
  dataGranularityDescription: `One row is a ${dimension.row}.`,
  properties: Object.entries(dimension.columns).map(([name, { type, description }]) => ({
    name,
    logicalType: odcsTypes[logicalOf(type)],
    description,
    ...(name === dimension.key && { required: true, unique: true, primaryKey: true, primaryKeyPosition: 1 }),
  })),
  ...toCustomProperties({ dimension: true }),
});

/** A length such as `40d` in ODCS's words. */
const toValue = (length: string): { value: number; unit: string } => ({
  value: Number.parseInt(length, 10),
  unit: length.slice(-1),
});

function toServiceLevels({ category, time }: Dataset, { freshness = usualFreshness, retention }: Promises): object[] {
  const element = `${category}.${time.at}`;
  return [
    { property: 'frequency', value: 1, unit: 'month', element, description: 'A file comes each month.' },
    { property: 'latency', ...toValue(freshness), element, description: 'The models were last built at most so long ago.' },
    ...(retention === undefined
      ? []
      : [
          {
            ...{ property: 'retention', ...toValue(retention), element },
            description: 'Rows are kept so long after the end of their month.',
          },
        ]),
  ];
}
