// Components and environments in, file paths and their bytes out. Pure: no clock, no process environment, no file system.
import { App, type Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { UsageError } from '../apps/platform/errors.ts';
import { toYaml } from '../apps/platform/yaml.ts';
import type { Component } from './component.ts';
import type { ClusterEnvironment } from './env/environment.ts';

/** Paths below dist/ and their text: `<env>/<component>/<file>.yaml`. Throws UsageError with all mistakes of all charts. */
export function synthesize(
  components: readonly Component[],
  environments: Readonly<Record<string, ClusterEnvironment>>,
): Map<string, string> {
  const app = new App();
  const files = new Map<string, string>();
  const charts: [folder: string, chart: Chart][] = [];
  const problems = findRepeatedNames(components);
  for (const one of problems.length > 0 ? [] : components) {
    for (const name of one.environments) {
      const folder = `${name}/${one.component}`;
      if ('render' in one) {
        collect(problems, folder, () => {
          for (const [file, text] of one.render()) files.set(`${folder}/${file}`, text);
        });
      } else {
        const environment = environments[name];
        if (environment === undefined)
          problems.push(
            `charts/main.ts: ${one.component}: no environment "${name}"; it has ${Object.keys(environments).join(', ')}`,
          );
        else
          collect(problems, folder, () =>
            charts.push([folder, one.create(new Construct(app, `${name}-${one.component}`), environment)]),
          );
      }
    }
  }
  for (const construct of app.node.findAll())
    for (const problem of construct.node.validate()) problems.push(`${construct.node.path}: ${problem}`);
  for (const [folder, chart] of problems.length > 0 ? [] : charts)
    collect(problems, folder, () => files.set(`${folder}/${chart.node.id}.yaml`, toYaml(chart.toJson())));
  if (problems.length > 0)
    throw new UsageError(`${problems.length} to fix, dist/ is as it was:\n${problems.map((one) => `  ${one}`).join('\n')}`);
  return files;
}

/** Components that would write to one folder. */
export function findRepeatedNames(components: readonly Component[]): string[] {
  return components.flatMap(({ component, environments }, index) => {
    const other = components.findIndex(
      (one) => one.component === component && one.environments.some((name) => environments.includes(name)),
    );
    return other === index ? [] : [`charts/main.ts: two components are named "${component}"; name one of them otherwise`];
  });
}

/** A mistake in one chart must not hide those of the others. */
function collect(problems: string[], where: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    problems.push(...(error as Error).message.split('\n').map((line) => `${where}: ${line}`));
  }
}
