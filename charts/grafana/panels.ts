// The few kinds of panel that the dashboards are made of. Panels of a row stand side by side, each a third of the width.

import { DataqueryBuilder as BigQuery, EditorMode, QueryFormat } from '@grafana/grafana-foundation-sdk/bigquery';
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as Prometheus } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { bigQuerySource, prometheusSource } from './data-sources.ts';

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Graph {
  readonly title: string;
  readonly description: string;
  /** One of Grafana's: `short`, `bytes`, `s`, `percentunit`, `currencyUSD`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** A row of a dashboard: its title and its graphs. */
export interface Row {
  readonly title: string;
  readonly graphs: readonly Graph[];
}

const refIds = 'ABCDEFGH';
const width = 8;
const height = 8;

/** Adds a row and its graphs of Prometheus. */
export function addRow(dashboard: DashboardBuilder, { title, graphs }: Row): DashboardBuilder {
  dashboard.withRow(new RowBuilder(title));
  for (const graph of graphs) dashboard.withPanel(toGraph(graph));
  return dashboard;
}

function toGraph({ title, description, unit, queries }: Graph): TimeSeries {
  const panel = new TimeSeries()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .span(width)
    .height(height)
    .datasource(prometheusSource);
  queries.forEach(({ expr, legend }, index) => {
    panel.withTarget(
      new Prometheus()
        .refId(refIds[index] ?? 'Z')
        .datasource(prometheusSource)
        .expr(expr)
        .legendFormat(legend)
        .range(),
    );
  });
  return panel;
}

export interface Figure {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  /** BigQuery's dialect; the first column of a graph is `time`. */
  readonly sql: string;
  readonly location: string;
  readonly kind: 'graph' | 'table';
}

/** Data change monthly. Grafana Enterprise keeps answers this long; without it BigQuery gives the same text's answer for a day, free of charge. */
const cacheMilliseconds = 30 * 86_400_000;

/** A panel of BigQuery. */
export function toFigure({ title, description, unit, sql, location, kind }: Figure): TimeSeries | Table {
  const query = new BigQuery()
    .refId('A')
    .datasource(bigQuerySource)
    .rawQuery(true)
    .rawSql(sql)
    .editorMode(EditorMode.Code)
    .location(location)
    .format(kind === 'graph' ? QueryFormat.Timeseries : QueryFormat.Table);
  const panel = kind === 'graph' ? new TimeSeries() : new Table();
  return panel
    .title(title)
    .description(description)
    .unit(unit)
    .span(width)
    .height(height)
    .datasource(bigQuerySource)
    .queryCachingTTL(cacheMilliseconds)
    .withTarget(query);
}
