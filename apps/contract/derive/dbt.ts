// The files of the dbt project that come from the contract: the seeds of dimensions, the sources, and each category's two models.
import { type Column, type Dataset, summaryOf } from '../dataset.ts';
import { biView, featureTable, jobLabels, monthlyTable } from '../names.ts';
import { columnsOfSummaryFigure, type Summary } from '../summary.ts';
import { toFeatureModel } from './dbt-features.ts';
import { toDbtModels } from './dbt-models.ts';
import { toDbtSeeds } from './dbt-seeds.ts';
import { toDbtSources } from './dbt-sources.ts';
import { toGeneratedYaml } from './generated-yaml.ts';
import { generatedComment, toJinja } from './jinja.ts';

/** Path relative to apps/dbt → content. A category needs nothing in apps/dbt beside these. */
export function toDbtFiles(datasets: readonly Dataset[]): Record<string, string> {
  return {
    ...toDbtSeeds(datasets),
    'macros/generated/query_comment.sql': queryComment(),
    'models/generated/sources.yml': toGeneratedYaml(toDbtSources(datasets)),
    ...Object.fromEntries(datasets.flatMap((dataset) => Object.entries(modelFiles(dataset)))),
  };
}

function modelFiles(dataset: Dataset): Record<string, string> {
  const folder = `models/generated/${dataset.category}`;
  return {
    [`${folder}/${featureTable(dataset.category).table}.sql`]: toFeatureModel(dataset),
    [`${folder}/${biView(dataset.category).table}.sql`]: monthToMonthModel(dataset),
    [`${folder}/models.yml`]: toGeneratedYaml(toDbtModels(dataset)),
  };
}

function monthToMonthModel(dataset: Dataset): string {
  const { keys, figures } = summaryOf(dataset);
  const monthly = monthlyTable(dataset.category);
  const keyOf = (column: string) => Object.keys(keys).find((key) => keys[key] === column);
  const { vendor, paymentForm, pickupZone, dropoffZone } = dataset.roles;
  const named = { vendor: keyOf(vendor), payment: keyOf(paymentForm), pickup: keyOf(pickupZone), dropoff: keyOf(dropoffZone) };
  for (const [part, key] of Object.entries(named)) {
    if (key === undefined)
      throw new Error(
        `${dataset.category}: summary.keys lack the ${part} column; add it in apps/contract/${dataset.category}.ts`,
      );
  }
  return toModel('month_to_month', {
    monthly: `source(${toJinja(monthly.dataset)}, ${toJinja(monthly.table)})`,
    keys: toJinja(named),
    vendor_names: codesOf(dataset.columns, vendor),
    payment_names: codesOf(dataset.columns, paymentForm),
    other_keys: toJinja(Object.keys(keys).filter((key) => !Object.values(named).includes(key))),
    figures: toJinja(namesOf(figures, ['sum', 'mean'])),
    airport_fee: toJinja(namesOf(figures, ['sum'], 'airport_fee')[0] ?? null),
  });
}

/** Figures of these kinds, of one column where it is given. */
const namesOf = (figures: Summary['figures'], kinds: readonly string[], column?: string): string[] =>
  Object.entries(figures).flatMap(([name, figure]) =>
    kinds.includes(figure.of) && (column === undefined || columnsOfSummaryFigure(figure).includes(column)) ? [name] : [],
  );

/** `[[1, "credit card"], …]`: codes of a number column are numbers. */
function codesOf(columns: readonly Column[], name: string): string {
  const codes = columns.find((column) => column.name === name)?.codes ?? {};
  return toJinja(Object.entries(codes).map(([code, meaning]) => [Number(code), meaning]));
}

/** The comment before every statement, as JSON whose fields are also the labels of BigQuery's job. */
function queryComment(): string {
  const labels = {
    [jobLabels.run]: "env_var('TAXIWAY_JOB_RUN', '')",
    [jobLabels.category]: "env_var('TAXIWAY_JOB_CATEGORY', '')",
    [jobLabels.step]: "'dbt'",
  };
  const fields = Object.entries(labels).map(([name, value]) => `'${name}': ${value}`);
  return [
    generatedComment,
    '{% macro query_comment(node) -%}',
    `  {%- set labels = {${fields.join(', ')}} -%}`,
    "  {%- if node -%}{%- do labels.update({'node_id': node.unique_id}) -%}{%- endif -%}",
    '  {{ return(tojson(labels)) }}',
    '{%- endmacro %}',
    '',
  ].join('\n');
}

function toModel(macro: string, values: Record<string, string>): string {
  const lines = Object.entries(values).map(([key, value]) => `    ${key}=${value}`);
  return `${generatedComment}\n{{\n  ${macro}(\n${lines.join(',\n')},\n  )\n}}\n`;
}
