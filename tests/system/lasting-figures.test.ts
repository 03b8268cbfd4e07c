// What the pipeline counted outlasts a restart of the real StatsD exporter, in a real Prometheus with our rules.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastDbtSuccess, lastingCounters, statsdName } from '../../apps/contract/names.ts';
import { sendSamples } from '../../apps/platform/statsd.ts';
import { toYaml } from '../../apps/platform/yaml.ts';
import { toStatsdMapping } from '../../charts/metrics-exporters/statsd-mapping.ts';
import { toLastingRules } from '../../charts/prometheus/lasting.ts';
import { findTool } from '../fixtures/find-tool.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { endProcess, hasPrometheus, type PrometheusServer, startPrometheus } from '../fixtures/prometheus-server.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const exporter = findTool('statsd_exporter', {
  variable: 'STATSD_EXPORTER',
  how: 'go install github.com/prometheus/statsd_exporter@v0.31.0',
});
if (!hasPrometheus) console.error('lasting-figures.test.ts: skipped, prometheus is not installed (apt-get install prometheus)');

describe.skipIf(!exporter || !hasPrometheus)('a StatsD exporter that starts again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taxiway-statsd-'));
  let ports: { web: number; statsd: number };
  let child: ChildProcess;
  let prometheus: PrometheusServer;
  const start = async () => {
    const flags = [`--web.listen-address=127.0.0.1:${ports.web}`, `--statsd.listen-udp=127.0.0.1:${ports.statsd}`];
    child = spawn(
      exporter as string,
      [...flags, '--statsd.listen-tcp=', `--statsd.mapping-config=${join(folder, 'mapping.yaml')}`],
      { stdio: 'ignore' },
    );
    await waitForPort(ports.web);
  };
  const refuse = () =>
    sendSamples(
      [{ name: statsdName('validations', 'green', 'refused'), value: 1, type: 'counter' }],
      `127.0.0.1:${ports.statsd}`,
    );
  const refused = `sum(${lastingCounters.validations}{category="green",outcome="refused"})`;
  const increase = `sum(increase(${lastingCounters.validations}{category="green",outcome="refused"}[5m]))`;

  beforeAll(async () => {
    writeFileSync(join(folder, 'mapping.yaml'), toStatsdMapping());
    ports = { web: await findFreePort(), statsd: await findFreePort() };
    await start();
    // Every half second here, in place of every 5 minutes.
    const rules = toYaml([
      { groups: toLastingRules().groups.map((group) => ({ ...group, ...('interval' in group && { interval: '500ms' }) })) },
    ]);
    prometheus = await startPrometheus([{ job: 'metrics-exporters-statsd', port: ports.web, pod: 'a' }], {
      'rules-lasting.yaml': rules,
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    if (child) await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  });

  test('the first refused file after a restart is an increase, though the count is the same as before', async () => {
    await prometheus.until(refused, (result) => result['{}'] === 0);
    await refuse();
    await prometheus.until(refused, (result) => result['{}'] === 1);
    const once = (await prometheus.query(increase))['{}'] ?? 0;
    expect(once).toBeGreaterThan(0.9);
    await endProcess(child);
    await prometheus.until('up', (result) => Object.values(result).includes(0));
    await start();
    await prometheus.until(refused, (result) => result['{}'] === 0);
    await refuse();
    await prometheus.until(refused, (result) => result['{}'] === 1);
    expect((await prometheus.query(increase))['{}'] ?? 0).toBeGreaterThan(1.8);
  });

  test('the last success is remembered', async () => {
    await sendSamples(
      [{ name: statsdName('dbtSuccess', 'green'), value: 1_700_000_000, type: 'gauge' }],
      `127.0.0.1:${ports.statsd}`,
    );
    const last = `${lastDbtSuccess}{category="green"}`;
    await prometheus.until(last, (result) => Object.values(result)[0] === 1_700_000_000);
    await endProcess(child);
    await prometheus.until('up', (result) => Object.values(result).includes(0));
    await start();
    await prometheus.until('absent(taxiway_dbt_success_timestamp_seconds)', (result) => Object.values(result)[0] === 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(Object.values(await prometheus.query(last))).toEqual([1_700_000_000]);
  });
});
