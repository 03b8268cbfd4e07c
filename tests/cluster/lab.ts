// What the tests of an installed cluster share.

import type { ClusterEnvironment } from '../../charts/env/environment.ts';
import { solo } from '../../charts/env/solo.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { type Ended, type SoloCluster, startNode } from '../fixtures/solo-cluster.ts';
import { readPassword, toHeaders } from '../fixtures/solo-site.ts';
import { type LocalMonths, monthOf, runLocally } from '../fixtures/solo-tables.ts';

export const category = 'yellow';
export const months = 2;
export const sample = ['--months', String(months), '--rows', '2000'];

export const env: ClusterEnvironment = solo;

/** What `npm run cluster` installs and loads, with the same months of this machine beside. It is killed after each of these seconds first. */
export async function startLab(
  images: NodeImages,
  killedAfter: readonly number[] = [],
): Promise<Lab & { readonly installed: Ended }> {
  const local = runLocally(category, sample);
  const cluster = await startNode(images);
  try {
    for (const seconds of killedAfter) await cluster.installAndKill(seconds, ...sample);
    const installed = await cluster.install(...sample);
    if (installed.code !== 0) throw new Error(`npm run cluster failed:\n${installed.stdout}${installed.stderr}`);
    const password = await readPassword(cluster);
    return { cluster, local: await local, password, headers: toHeaders(password), installed };
  } catch (error) {
    await Promise.allSettled([local, cluster.stop()]);
    throw error;
  }
}

export interface Lab {
  readonly cluster: SoloCluster;
  /** The same months on this machine. */
  readonly local: LocalMonths;
  /** Of the site's user. */
  readonly password: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const nameOf = ({ metadata }: Value): string => metadata.name;

/** Workflows that the trigger has started for a file; others run by the clock. */
export const namesOfBatches = async ({ cluster }: Lab): Promise<string[]> =>
  (await cluster.list('workflows', '-n', env.namespaces.pipeline)).map(nameOf).filter((one) => one.startsWith(`${category}-`));

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
  run_date: `${monthOf(filename)}-01`,
  retrain: 'false',
  ...more,
});
