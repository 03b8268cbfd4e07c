// What Spark's image brings beside Spark, loaded by a real one: the JMX agent and the connector to Cloud Storage.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sparkEnvironment } from '../../apps/etl/spark-engine.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { sparkRow } from '../../charts/grafana/spark-row.ts';
import { toSparkPlace } from '../../charts/workflows/spark-place.ts';
import { toSparkSpec } from '../../workflows/spark-application.ts';
import { collectOutput } from '../fixtures/child-output.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { repository } from '../fixtures/npm-start.ts';
import { fetchJar, jars } from '../fixtures/spark-jars.ts';
import { findSparkPython } from '../fixtures/spark-session.ts';

const python = await findSparkPython();
const root = await mkdtemp(join(tmpdir(), 'taxiway-spark-image-'));
const folderOf = (name: string) => mkdtemp(join(root, `${name}-`));
const fetched = async (artifact: string) => (python === undefined ? undefined : fetchJar(artifact, await folderOf(artifact)));
const [agent, cloudStorage] = [await fetched('jmx_prometheus_javaagent'), await fetched('gcs-connector')];
const spark = join(repository, 'apps', 'spark');
const dev = checkEnvironments().dev as ReturnType<typeof checkEnvironments>[string];
const { sparkConf, hadoopConf } = toSparkSpec(toSparkPlace(dev));

afterAll(() => rm(root, { recursive: true, force: true }));

test('each jar is named by an exact version and its SHA-256', () => {
  for (const { coordinate, sha256 } of jars) {
    expect(coordinate).toMatch(/^[\w.]+:[\w.-]+:[\w.-]*\d+\.\d+\.\d+:jar(:shaded)?$/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test.skipIf(python === undefined)("the client of S3 is of Spark's Hadoop", async () => {
  const place = ['-c', 'import pyspark; print(pyspark.__path__[0])'];
  const { stdout } = await runPython(place);
  const names = await readdir(join(stdout.trim(), 'jars'));
  const hadoop = names.flatMap((name) => /^hadoop-client-api-(.+)\.jar$/.exec(name)?.[1] ?? []);
  expect(jars.filter(({ coordinate }) => coordinate.includes(':hadoop-aws:')).map(({ coordinate }) => coordinate)).toEqual(
    hadoop.map((version) => `org.apache.hadoop:hadoop-aws:${version}:jar`),
  );
});

/** Runs a Python file on a Spark of its own. */
async function runPython(
  args: readonly string[],
  conf: Readonly<Record<string, string>> = {},
  classpath: readonly string[] = [],
) {
  const settings = Object.entries(conf).map(([key, value]) => `--conf "${key}=${value}"`);
  const submit = [...settings, ...(classpath.length > 0 ? [`--jars ${classpath.join()}`] : [])].join(' ');
  const env = { ...process.env, ...sparkEnvironment, PYSPARK_SUBMIT_ARGS: `${submit} ${sparkEnvironment.PYSPARK_SUBMIT_ARGS}` };
  const child = spawn(python as string, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { code, stdout, stderr } = await collectOutput(child);
  return { code, stdout, stderr, last: stderr.trimEnd().split('\n').at(-1) };
}

test.skipIf(agent === undefined)('the JMX agent shows what the dashboard asks for, and no name of a job', async () => {
  const port = await findFreePort();
  const script = join(root, 'metrics.py');
  await writeFile(
    script,
    `import sys, urllib.request
sys.path.insert(0, ${JSON.stringify(spark)})
from session import start_session, stop_session
start_session({}).range(100000).repartition(4).count()
print(urllib.request.urlopen("http://127.0.0.1:${port}/metrics").read().decode())
stop_session()
`,
  );
  // As the operator sets them: https://github.com/kubeflow/spark-operator/blob/v2.4.0/internal/controller/sparkapplication/monitoring_config.go
  const { code, stdout, stderr } = await runPython([script], {
    'spark.metrics.namespace': 'taxiway-pipeline.batch-x7k2p-2024-01-01',
    'spark.metrics.conf': join(spark, 'metrics.properties'),
    'spark.driver.defaultJavaOptions': `-javaagent:${agent}=${port}:${join(spark, 'jmx.yaml')}`,
  });
  expect(code, stderr).toBe(0);
  const names = new Set(stdout.split('\n').flatMap((line) => /^[a-z]\w+/.exec(line)?.[0] ?? []));
  expect([...names]).toEqual(
    expect.arrayContaining([
      'spark_driver_dagscheduler_stage_failedstages',
      'spark_executor_runtime_total',
      'spark_executor_jvmgctime_total',
    ]),
  );
  // The operator's own metrics are another program's.
  const asked = sparkRow.graphs.flatMap(({ queries }) => queries.flatMap(({ expr }) => expr.match(/\bjvm_\w+/g) ?? []));
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
  expect(stdout.split('\n').filter((line) => !line.startsWith('#') && line.includes('x7k2p'))).toEqual([]);
});

describe.skipIf(python === undefined)('the runner', () => {
  const runner = (plan: string) => [join(spark, 'runner.py'), '--plan', plan, '--result', join(root, 'result.json')];

  test('without the connector says what its image lacks', async () => {
    const conf = Object.fromEntries(Object.entries(hadoopConf).map(([key, value]) => [`spark.hadoop.${key}`, value]));
    const { code, last } = await runPython(runner('gs://taxiway-test/plan.json'), conf);
    expect([code, last]).toEqual([
      2,
      expect.stringMatching(/^spark: .*the image lacks the Cloud Storage connector of jars\.txt; build it again/),
    ]);
  });

  test.skipIf(cloudStorage === undefined)(
    'reads a plan of gs:// by the settings of a job; here it finds no sign-in',
    async () => {
      // The metadata server's stand-in: nobody listens.
      const conf = Object.fromEntries(Object.entries(hadoopConf).map(([key, value]) => [`spark.hadoop.${key}`, value]));
      const { code, last, stderr } = await runPython(
        runner('gs://taxiway-test/plan.json'),
        { ...conf, 'spark.hadoop.fs.gs.http.max.retry': '1' },
        [cloudStorage as string],
      );
      expect(stderr).not.toMatch(/ClassNotFound|No FileSystem for scheme/);
      expect([code, last]).toEqual([75, expect.stringMatching(/sign-in|retry/)]);
    },
  );
});

test('every setting of a job is one that its Spark knows, or a port of ours', async () => {
  const known =
    /^spark\.(decommission|storage\.decommission|stage\.ignoreDecommission|driver\.(port|blockManager\.port)|blockManager\.port|ui\.enabled|eventLog\.)/;
  expect(Object.keys(sparkConf).filter((key) => !known.test(key))).toEqual([]);
  expect(await readFile(join(spark, 'metrics.properties'), 'utf8')).toContain('JmxSink');
});
