// What the parts of solo.test.ts share: one installed cluster.

import type { ClusterEnvironment } from '../../charts/env/environment.ts';
import { solo } from '../../charts/env/solo.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { SoloCluster } from '../fixtures/solo-cluster.ts';
import type { LocalMonths } from '../fixtures/solo-tables.ts';

export const category = 'yellow';
export const months = 2;
export const sample = ['--months', String(months), '--rows', '2000'];

export const env: ClusterEnvironment = solo;

export interface Lab {
  readonly cluster: SoloCluster;
  /** The same months on this machine. */
  readonly local: LocalMonths;
  /** Of the site's user. */
  readonly password: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const nameOf = ({ metadata }: Value): string => metadata.name;

/** The pods of services, whatever their state. */
export async function podsOf({ cluster }: Lab): Promise<Value[]> {
  const { platform, monitoring } = env.namespaces;
  const all = await Promise.all([platform, monitoring].map((namespace) => cluster.list('pods', '-n', namespace)));
  return all.flat().filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed');
}

/** Names of pods that are not ready. */
export const findUnready = async (lab: Lab): Promise<string[]> =>
  (await podsOf(lab)).filter(({ status }) => !status.containerStatuses?.every(({ ready }: Value) => ready)).map(nameOf);

/** The parameters of a batch of a month that is in the source bucket. */
export const toBatch = (filename: string, more: Readonly<Record<string, string>> = {}) => ({
  category,
  uri: `s3://${env.buckets.source}/${category}/${filename}`,
  filename,
  run_date: `${/\d{4}-\d{2}/.exec(filename)?.[0]}-01`,
  retrain: 'false',
  ...more,
});
