// What stands around the pipeline: who Prometheus reads, what it records, backups and whether they can be read back.
import { expect, test } from 'vitest';
import { toScrapeJobs } from '../../charts/prometheus/scrape-jobs.ts';
import { becomes } from '../fixtures/becomes.ts';
import type { Value } from '../fixtures/manifests.ts';
import { askSite } from '../fixtures/solo-site.ts';
import { env, type Lab } from './lab.ts';

const { platform } = env.namespaces;
/** Only there while a job of Spark's runs. */
const passing = ['spark-driver', 'spark-executor'];

export function testServices(get: () => Lab): void {
  const prometheus = async (path: string): Promise<Value> => {
    const { status, body } = await askSite(`/prometheus/api/v1/${path}`, { headers: get().headers });
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    return JSON.parse(body).data;
  };

  test('Prometheus reads every target that is declared', async () => {
    const look = async () => {
      const targets: Value[] = (await prometheus('targets?state=active')).activeTargets;
      return toScrapeJobs(env)
        .map(({ job_name: job }) => job)
        .filter((job) => !passing.includes(job))
        .map((job) => {
          const found = targets.filter(({ labels }) => labels.job === job);
          const ill = found.filter(({ health }) => health !== 'up').map(({ lastError }) => lastError);
          return [job, found.length > 0 ? 'found' : 'missing', ...ill];
        })
        .filter(([, ...states]) => states.join() !== 'found');
    };
    await becomes(look, [], 120);
  });

  test('every recording rule has data after a batch', async () => {
    const look = async () => {
      const groups: Value[] = (await prometheus('rules?type=record')).groups;
      const rules: Value[] = groups.flatMap(({ rules: some }) => some);
      expect(rules.length).toBeGreaterThan(10);
      const empty = await Promise.all(
        rules.map(async ({ name, labels = {}, health }) => {
          const selector = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
          const query = `last_over_time(${name}{${selector.join()}}[10m])`;
          const { result } = await prometheus(`query?query=${encodeURIComponent(query)}`);
          return result.length > 0 && health === 'ok' ? [] : [`${name} ${selector.join()} ${health}`];
        }),
      );
      return empty.flat();
    };
    await becomes(look, [], 360);
  });

  test('nothing alerts but the watchdog', async () => {
    const { alerts } = await prometheus('alerts');
    expect(alerts.filter(({ state }: Value) => state === 'firing').map(({ labels }: Value) => labels.alertname)).toEqual([
      'Watchdog',
    ]);
  });

  test('Postgres is backed up into the bucket, and a backup is read back', async () => {
    const { cluster } = get();
    for (const [cronJob, says] of [
      ['postgres-back-up', /argo[\s\S]*mlflow/],
      ['postgres-check-restore', /"databases": 2/],
    ] as const) {
      const job = `${cronJob}-by-hand`;
      await cluster.kubectl('-n', platform, 'create', 'job', `--from=cronjob/${cronJob}`, job);
      await cluster.kubectl('-n', platform, 'wait', `job/${job}`, '--for=condition=complete', '--timeout=300s');
      expect(await cluster.kubectl('-n', platform, 'logs', `job/${job}`)).toMatch(says);
      await cluster.kubectl('-n', platform, 'delete', 'job', job);
    }
  });
}
