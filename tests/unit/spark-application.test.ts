// The Spark jobs of dist/: what the API server and spark-operator take, and what a driver and its executors are on a cluster.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toManifest } from '../../apps/cluster/spark-application.ts';
import { categories } from '../../apps/contract/generated/categories.ts';
import { sparkEvents, workloads } from '../../apps/contract/names.ts';
import { labelKeys } from '../../charts/constructs/metadata.ts';
import { toBytes, toMillicores } from '../../charts/env/quantities.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { toSparkPlace } from '../../charts/workflows/spark-place.ts';
import { toSparkSpec } from '../../workflows/spark-application.ts';
import { podsOf, readManifests, sparkApplicationsOf, type Value } from '../fixtures/manifests.ts';
import { findInvalid } from '../fixtures/strict-schemas.ts';

const environments = checkEnvironments();
const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
const jobs = manifests.flatMap((manifest) => sparkApplicationsOf(manifest).map((value) => ({ ...manifest, value })));

test('batch and full-refresh of each cluster create one job each, as the builder makes it', () => {
  expect(jobs.map(({ environment, value }) => `${environment} ${value.metadata.name}`)).toEqual([
    'dev batch',
    'dev full-refresh',
    'prod batch',
    'prod full-refresh',
    'solo batch',
    'solo full-refresh',
  ]);
  for (const { environment, value } of jobs)
    expect(value.spec).toEqual(toSparkSpec(toSparkPlace(environments[environment] as (typeof environments)[string])));
});

test('each job is valid, as the step creates it', async () => {
  const created = jobs.map((job) => ({
    ...job,
    value: toManifest({
      name: 'batch-x7k2p-2024-01-01',
      namespace: job.value.metadata.namespace,
      workflow: 'batch-x7k2p',
      category: Object.keys(categories)[0] as string,
      spec: job.value.spec,
      arguments: ['--plan', 'gs://b/plan.json'],
    }),
  }));
  expect(await findInvalid(created)).toEqual([]);
  const [first]: Value[] = structuredClone(created);
  first.value.spec.driver.tolerationz = [];
  expect(await findInvalid([first])).toEqual([
    expect.stringContaining('spec.driver.tolerationz: unknown field; did you mean tolerations?'),
  ]);
});

describe.each(Object.entries(environments))('%s', (name, env) => {
  const spec: Value = toSparkSpec(toSparkPlace(env));
  const pods = podsOf(manifests).filter(
    ({ manifest, spec: pod }) => manifest.environment === name && pod.containers[0].name.startsWith('spark-kubernetes-'),
  );

  test.each(['driver', 'executor'] as const)('a %s gets what the environment says, no more and no less', (role) => {
    const { requests, limits } = env.sizes[`spark-${role}`];
    const { coreRequest, coreLimit, cores, memory, memoryOverhead, serviceAccount } = spec[role];
    expect([coreRequest, coreLimit, serviceAccount]).toEqual([requests.cpu, limits.cpu, `spark-${role}`]);
    expect(1000 * cores).toBeGreaterThanOrEqual(toMillicores(requests.cpu));
    expect((Number.parseInt(memory, 10) + Number.parseInt(memoryOverhead, 10)) * 2 ** 20).toBe(toBytes(limits.memory));
    expect(Number.parseInt(memoryOverhead, 10)).toBeGreaterThanOrEqual(384);
  });

  test('no field needs the webhook, which is passed over when it does not answer', () => {
    const byWebhook = [
      ...['affinity', 'configMaps', 'dnsConfig', 'envFrom', 'hostNetwork', 'initContainers', 'lifecycle', 'memoryLimit'],
      ...['nodeSelector', 'podSecurityContext', 'ports', 'priorityClassName', 'schedulerName', 'securityContext', 'sidecars'],
      ...['terminationGracePeriodSeconds', 'tolerations', 'volumeMounts'],
    ];
    for (const role of ['driver', 'executor']) expect(byWebhook.filter((field) => field in spec[role])).toEqual([]);
    expect(['volumes', 'hadoopConfigMap', 'sparkConfigMap'].filter((field) => field in spec)).toEqual([]);
    // With a file of its own for each, the operator mounts no ConfigMap.
    expect(spec.monitoring).toMatchObject({
      metricsPropertiesFile: expect.stringMatching(/^\/app\//),
      prometheus: { configFile: expect.stringMatching(/^\/app\//), jmxExporterJar: expect.stringMatching(/^\/app\//) },
    });
  });

  test('the driver is on demand, executors may vanish, each on its own nodes alone', () => {
    expect(pods).toHaveLength(4);
    if (env.nodePools === null) return;
    const { spark, executors } = env.nodePools;
    expect([spark.spot, executors.spot]).toEqual([false, true]);
    for (const { spec: pod, labels } of pods) {
      const { label } = labels['app.kubernetes.io/name'] === 'spark-driver' ? spark : executors;
      expect(pod.nodeSelector).toEqual({ 'taxiway/pool': label });
      expect(pod.tolerations).toEqual([{ key: 'taxiway/pool', operator: 'Equal', value: label, effect: 'NoSchedule' }]);
      expect(pod.priorityClassName).toBe('taxiway-batch');
    }
  });

  test('Prometheus and the NetworkPolicies find the ports that the JVMs open', () => {
    expect(spec.monitoring.prometheus.port).toBe(workloads['spark-driver'].ports.jmx);
    for (const { spec: pod } of pods)
      expect(pod.containers[0].ports).toContainEqual({
        name: 'jmx',
        containerPort: spec.monitoring.prometheus.port,
        protocol: 'TCP',
      });
    const { driver, blocks } = workloads['spark-driver'].ports;
    expect(spec.sparkConf).toMatchObject({
      'spark.driver.port': String(driver),
      'spark.driver.blockManager.port': String(blocks),
      'spark.blockManager.port': String(workloads['spark-executor'].ports.blocks),
    });
  });

  test('a driver writes its root nowhere: temporary files, shuffle files and logs have places', () => {
    for (const { spec: pod } of pods) {
      const mounts = pod.containers[0].volumeMounts.map(({ name: volume, mountPath }: Value) => [volume, mountPath]);
      expect(mounts).toEqual([
        ['tmp', '/tmp'],
        ['spark-local-dir-1', '/var/data/spark'],
      ]);
      expect(pod.volumes.map(({ emptyDir }: Value) => emptyDir.sizeLimit)).toEqual([
        expect.stringMatching(/^\d+Gi$/),
        expect.stringMatching(/^\d+Gi$/),
      ]);
    }
    expect(spec.sparkConf['spark.eventLog.dir']).toBe(`${env.google ? 'gs' : 's3a'}://${env.buckets.staging}/${sparkEvents}`);
  });

  test('one driver, one try: Argo alone retries; spot nodes are survived; nothing stays for ever', () => {
    expect(spec.restartPolicy).toEqual({ type: 'Never' });
    expect(spec.timeToLiveSeconds).toBe(86_400);
    const { minExecutors, initialExecutors, maxExecutors } = spec.dynamicAllocation;
    expect([minExecutors, initialExecutors, maxExecutors]).toEqual(Object.values(env.sparkExecutors));
    expect(spec.dynamicAllocation.shuffleTrackingEnabled).toBe(true);
    expect(spec.sparkConf).toMatchObject({ 'spark.decommission.enabled': 'true', 'spark.storage.decommission.enabled': 'true' });
    // An argument of a program takes 32 KiB.
    expect(JSON.stringify(spec).length).toBeLessThan(16_384);
  });
});

test.each(Object.keys(environments))(
  'the operator of %s submits as a user that has a name, and a home that can be written',
  (environment) => {
    const own = manifests.filter((one) => one.environment === environment);
    const [pod] = podsOf(own).filter(({ labels }) => labels[labelKeys.name] === 'spark-operator-controller');
    // A user without a name can't sign in to Hadoop, and Ivy's folder would be `?/.ivy2`.
    const users: string = own.find(({ value }) => value.data?.passwd !== undefined)?.value.data.passwd;
    const [name, , id, , , home] = users.split('\n')[1]?.split(':') ?? [];
    expect([name, id]).toEqual(['spark', String(pod?.spec.securityContext.runAsUser)]);
    const mounts: Value[] = pod?.containers[0]?.volumeMounts ?? [];
    expect(mounts.find(({ readOnly }) => !readOnly)?.mountPath).toBe(home);
    expect(mounts.find(({ mountPath }) => mountPath === '/etc/passwd')).toMatchObject({ subPath: 'passwd', readOnly: true });
  },
);
