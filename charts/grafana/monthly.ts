// The BI dashboard of a category: graphs of every figure of its dbt__bi__ view, derived from the contract.
import { type Dashboard, DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Dataset, summaryOf, wordsOf } from '../../apps/contract/dataset.ts';
import { keyLookups, viewColumns } from '../../apps/contract/derive/view-columns.ts';
import { biView, monthlyColumns } from '../../apps/contract/names.ts';
import { columnsOfSummaryFigure, type SummaryFigure } from '../../apps/contract/summary.ts';
import { units } from '../../apps/contract/units.ts';
import type { GoogleEnvironment } from '../env/environment.ts';
import { toFigure } from './panels.ts';

/** No query names the present: the same text lets BigQuery answer from its cache. */
export function toMonthly(dataset: Dataset, env: GoogleEnvironment): Dashboard {
  const { category, title, description, columns } = dataset;
  const summary = summaryOf(dataset);
  const figures = dataset.board ?? Object.keys(summary.figures);
  const period = summary.per ?? 'month';
  const time = monthlyColumns[period];
  const { many } = wordsOf(dataset);
  const all = many.replace(/\W+/g, '_');
  // Without a figure that counts, there is nothing to weigh by.
  const rows = Object.keys(summary.figures).find((name) => summary.figures[name]?.of === 'count');
  const { dataset: schema, table } = biView(category);
  const view = `\`${env.google.project}.${env.google.datasetPrefix}${schema}.${table}\``;
  const location = env.google.warehouseLocation;
  const unitOf = (figure: SummaryFigure) => {
    if ('holds' in figure) return figure.of === 'share-where' ? 'percentunit' : 'short';
    const unit = columns.find(({ name }) => name === columnsOfSummaryFigure(figure)[0])?.unit;
    return unit === undefined ? 'short' : units[unit].grafana;
  };
  const figuresOf = (...kinds: SummaryFigure['of'][]) =>
    figures.flatMap((name) => {
      const figure = summary.figures[name] as SummaryFigure;
      return kinds.includes(figure.of) ? [{ name, unit: unitOf(figure) }] : [];
    });
  const byMonth = (select: string) => `select timestamp(${time}) as time, ${select} from ${view} group by time order by time`;
  const dashboard = new DashboardBuilder(title)
    .uid(`taxiway-${category}`)
    .tags(['taxiway', 'figures'])
    .description(description)
    .timezone('utc')
    .time({ from: 'now-5y', to: 'now' })
    .readonly();
  const graph = (name: string, text: string, { sql, unit }: { sql: string; unit: string }) =>
    dashboard.withPanel(toFigure({ title: name, description: text, unit, sql, location, kind: 'graph' }));
  const table_ = (name: string, sql: string) =>
    dashboard.withPanel(toFigure({ title: name, description: 'Of all months.', unit: 'short', sql, location, kind: 'table' }));

  dashboard.withRow(new RowBuilder(toTitle(many)));
  if (rows !== undefined && figures.includes(rows))
    graph(toTitle(many), `A ${period}.`, { sql: byMonth(`sum(${quote(rows)}) as ${all}`), unit: 'short' });
  for (const { name } of figuresOf('sum-hours'))
    graph('Duration', `Hours of all ${many} of a ${period}.`, {
      sql: byMonth(`sum(${quote(name)}) as hours`),
      unit: 'h',
    });
  for (const { name: figure, unit } of figuresOf('mean', 'share-where'))
    graph(toTitle(figure), rows === undefined ? 'Of all groups.' : `Weighted by ${many}.`, {
      sql: byMonth(rows === undefined ? `avg(${quote(figure)}) as ${quote(figure)}` : weighted(figure, quote(rows))),
      unit,
    });
  dashboard.withRow(new RowBuilder('Sums'));
  for (const { name: figure, unit } of figuresOf('sum', 'count-where'))
    graph(toTitle(figure), `Sum of a ${period}.`, {
      sql: byMonth(`sum(${quote(figure)}) as ${quote(figure)}`),
      unit,
    });
  if (rows === undefined) return dashboard.build();
  dashboard.withRow(new RowBuilder('Who and where'));
  for (const { name } of viewColumns(dataset).filter(({ of }) => of === 'codes'))
    graph(toTitle(name), `${toTitle(many)} a ${period}.`, {
      sql: `select timestamp(${time}) as time, ${quote(name)} as metric, sum(${quote(rows)}) as ${all} from ${view} group by time, metric order by time`,
      unit: 'short',
    });
  for (const { lookup } of keyLookups(dataset)) {
    const names = viewColumns(dataset).flatMap((column) =>
      column.of === 'lookup' && column.lookup === lookup ? [column.name] : [],
    );
    const places = names.map((_, index) => index + 1).join(', ');
    table_(
      `${toTitle(many)} by ${lookup.replaceAll('_', ' ')}`,
      `select ${names.map(quote).join(', ')}, sum(${quote(rows)}) as ${all} from ${view} group by ${places} order by ${all} desc limit 20`,
    );
  }
  return dashboard.build();
}

const quote = (column: string) => `\`${column}\``;
/** A row whose average is not recorded must not weigh. */
const weighted = (figure: string, rows: string) =>
  `safe_divide(sum(${quote(figure)} * ${rows}), sum(if(${quote(figure)} is null, 0, ${rows}))) as ${quote(figure)}`;
/** `monthly_tip_amount` is "Tip amount". */
const toTitle = (figure: string) => {
  const words = figure.replace(/^monthly_/, '').replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};
