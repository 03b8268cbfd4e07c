// The files of the dbt project that come from the contract: the seeds of dimensions, the sources, and each category's two models.
import { type Dataset, isModelled } from '../dataset.ts';
import { biView, dimensionTable, featureTable, jobLabels } from '../names.ts';
import { learnedDimensions, toDimensionModel } from './dbt-dimensions.ts';
import { toFeatureModel } from './dbt-features.ts';
import { toDbtModels } from './dbt-models.ts';
import { toDbtSeeds } from './dbt-seeds.ts';
import { toDbtSources } from './dbt-sources.ts';
import { toViewModel } from './dbt-view.ts';
import { toGeneratedYaml } from './generated-yaml.ts';
import { generatedComment } from './jinja.ts';

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
    ...Object.fromEntries(
      learnedDimensions(dataset).map((dimension) => [
        `${folder}/${dimensionTable(dimension).table}.sql`,
        toDimensionModel(dataset, dimension),
      ]),
    ),
    ...(isModelled(dataset) && {
      [`${folder}/${featureTable(dataset.category, dataset.model.name).table}.sql`]: toFeatureModel(dataset),
    }),
    [`${folder}/${biView(dataset.category).table}.sql`]: toViewModel(dataset),
    [`${folder}/models.yml`]: toGeneratedYaml(toDbtModels(dataset)),
  };
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
