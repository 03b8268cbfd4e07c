// What main.ts lists: a component is one chart per environment, or files that another folder renders.
import { ApiObject, type Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterEnvironment } from './env/environment.ts';

export type EnvironmentName = 'local' | 'dev' | 'prod' | 'solo';

/** A chart a component, the same in each cluster: everything that differs is in the environment. */
export interface ChartComponent {
  readonly component: string;
  readonly environments: readonly EnvironmentName[];
  /** Returns the chart, whose id is the component's name. */
  readonly create: (scope: Construct, env: ClusterEnvironment) => Chart;
}

/** Files that are rendered elsewhere and only placed by the synth, by file name. */
export interface RenderedComponent {
  readonly component: string;
  readonly environments: readonly EnvironmentName[];
  readonly render: () => ReadonlyMap<string, string>;
}

export type Component = ChartComponent | RenderedComponent;

/** Every object of a chart. */
export const objectsOf = (chart: Chart): ApiObject[] => chart.node.findAll().filter((one) => ApiObject.isApiObject(one));
