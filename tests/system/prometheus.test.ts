// promtool reads what Prometheus would: configuration, rules, and each alert's test case. Skipped where promtool is missing.
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkEnvironments } from '../../charts/environments.ts';
import { toPrometheusFiles } from '../../charts/prometheus.ts';
import { readManifests } from '../fixtures/manifests.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const rulesFolder = join(root, 'charts', 'prometheus');
const missing = spawnSync('promtool', ['--version']).error !== undefined;
if (missing) console.error('prometheus.test.ts: skipped, promtool is not installed (apt-get install prometheus)');

const folder = mkdtempSync(join(tmpdir(), 'taxiway-prometheus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Debian builds its promtool without Kubernetes' discovery: there a fixed target stands in for it, and all else is checked. */
const probe = join(folder, 'probe.yml');
writeFileSync(probe, 'scrape_configs: [{ job_name: a, kubernetes_sd_configs: [{ role: pod }] }]');
const withoutDiscovery =
  !missing && spawnSync('promtool', ['check', 'config', probe]).stderr.includes('kubernetes_sd_configs not found');
if (withoutDiscovery) console.error('prometheus.test.ts: this promtool lacks kubernetes_sd_configs; that part is not checked');

interface Job {
  kubernetes_sd_configs?: { role: string }[];
  static_configs?: { targets: string[] }[];
}

function replaceDiscovery(text: string): string {
  const config = parse(text) as { scrape_configs: Job[] };
  for (const job of config.scrape_configs) {
    delete job.kubernetes_sd_configs;
    job.static_configs = [{ targets: ['stand-in:1'] }];
  }
  return stringify(config);
}

const environments = Object.entries(checkEnvironments());
const ruleTests = readdirSync(rulesFolder).filter((name) => name.endsWith('.test.yaml'));

/** The configuration of an environment in its own folder, as the ConfigMap would be mounted. */
function writeFiles(name: string, change: (text: string) => string = (text) => text): string {
  const own = mkdtempSync(join(folder, `${name}-`));
  const env = environments.find(([one]) => one === name)?.[1];
  if (env === undefined) throw new Error(`no environment ${name}`);
  for (const [file, text] of Object.entries(toPrometheusFiles(env))) writeFileSync(join(own, file), change(text));
  return own;
}

test.skipIf(missing).each(environments)('promtool accepts the configuration and all rules of %s', async (name) => {
  const own = writeFiles(name);
  const file = join(own, 'prometheus.yml');
  if (withoutDiscovery) writeFileSync(file, replaceDiscovery(readFileSync(file, 'utf8')));
  const { stdout } = await run('promtool', ['check', 'config', file]);
  expect(stdout).toContain('SUCCESS');
  const rules = readdirSync(own).filter((file) => file.startsWith('rules-'));
  expect(rules.length).toBe(ruleTests.length + 2);
  await run('promtool', ['check', 'rules', ...rules.map((file) => join(own, file))]);
});

test.skipIf(missing)('promtool refuses a misspelt rule', async () => {
  const own = writeFiles('dev', (text) => text.replace('sum by (phase)', 'sum bye (phase)'));
  const file = join(own, 'prometheus.yml');
  if (withoutDiscovery) writeFileSync(file, replaceDiscovery(readFileSync(file, 'utf8')));
  await expect(run('promtool', ['check', 'config', file])).rejects.toThrow('bye');
});

test.skipIf(missing).each(ruleTests)('%s: each alert fires when it must, and only then', async (file) => {
  const own = writeFiles('dev');
  copyFileSync(join(rulesFolder, file), join(own, file));
  const { stdout } = await run('promtool', ['test', 'rules', join(own, file)]);
  expect(stdout).toContain('SUCCESS');
});

test.skipIf(missing)('a rule whose threshold is lost fails its test case', async () => {
  const own = mkdtempSync(join(folder, 'broken-'));
  const rules = readFileSync(join(rulesFolder, 'rules-postgres.yaml'), 'utf8');
  expect(rules).toContain('> 0.8');
  writeFileSync(join(own, 'rules-postgres.yaml'), rules.replace('> 0.8', '> 0.9'));
  writeFileSync(join(own, 'test.yaml'), readFileSync(join(rulesFolder, 'rules-postgres.test.yaml')));
  await expect(run('promtool', ['test', 'rules', join(own, 'test.yaml')])).rejects.toThrow();
});

interface Alert {
  readonly alert?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

test('each alert has a test case that sees it fire, and a runbook page', () => {
  const files = ruleTests.map((file) => file.replace('.test', ''));
  const alerts = files.flatMap((file) => {
    const { groups } = parse(readFileSync(join(rulesFolder, file), 'utf8')) as { groups: { rules: Alert[] }[] };
    return groups.flatMap(({ rules }) => rules.filter((rule) => rule.alert !== undefined));
  });
  const cases = ruleTests.flatMap((file) => {
    const { tests } = parse(readFileSync(join(rulesFolder, file), 'utf8')) as {
      tests: { alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    return tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test);
  });
  expect(alerts.length).toBeGreaterThan(15);
  for (const { alert = '', annotations } of alerts) {
    expect(
      cases.some((one) => one.alertname === alert && (one.exp_alerts?.length ?? 0) > 0),
      `${alert} never fires`,
    ).toBe(true);
    const page = `docs/runbooks/${alert.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase()}.md`;
    expect(annotations?.runbook, alert).toBe(page);
    expect(existsSync(join(root, page)), page).toBe(true);
    const text = readFileSync(join(root, page), 'utf8');
    for (const heading of ['## What it means', '## Why this threshold', '## What to do']) expect(text, page).toContain(heading);
  }
});

test('the CronJobs that rules name are in the bundle', async () => {
  const names = (await readManifests(join(root, 'dist')))
    .filter(({ value }) => value.kind === 'CronJob')
    .map(({ value }) => value.metadata.name);
  const rules = readFileSync(join(rulesFolder, 'rules-backups.yaml'), 'utf8');
  const named = [...rules.matchAll(/cronjob="([^"]+)"/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(names).toContain(name);
});
