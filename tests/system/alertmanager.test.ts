// Who is told: the configuration of each environment in a real Alertmanager. Skipped where it is missing.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toYaml } from '../../apps/platform/yaml.ts';
import { receiverFolder, toAlertmanagerConfig, watchdogFolder } from '../../charts/alertmanager/alertmanager-config.ts';
import type { ClusterEnvironment } from '../../charts/env/environment.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { endProcess } from '../fixtures/prometheus-server.ts';
import { patience } from '../fixtures/until.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const program = ['alertmanager', 'prometheus-alertmanager'].find((one) => spawnSync(one, ['--version']).error === undefined);
if (!program)
  console.error('alertmanager.test.ts: skipped, Alertmanager is not installed (apt-get install prometheus-alertmanager)');
const environments = Object.entries(checkEnvironments());
const prod = environments.find(([name]) => name === 'prod')?.[1] as ClusterEnvironment;
const folder = mkdtempSync(join(tmpdir(), 'taxiway-alertmanager-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Message {
  readonly alerts?: readonly { readonly labels: Record<string, string> }[];
  readonly attachments?: readonly { readonly title: string; readonly text: string }[];
}

/** Debian's version does not know a webhook's `url_file` yet: the address takes its place, where `to` has one. */
function write(env: ClusterEnvironment, to: { readonly team: string; readonly watchdog: string }): string {
  writeFileSync(join(folder, 'team'), to.team);
  const text = toYaml([toAlertmanagerConfig(env)])
    .replaceAll(`api_url_file: ${receiverFolder}/url`, `api_url_file: ${join(folder, 'team')}`)
    .replaceAll(`url_file: ${receiverFolder}/url`, `url: ${to.team}`)
    .replaceAll(`url_file: ${watchdogFolder}/url`, `url: ${to.watchdog}`)
    // So that a test need not wait for half a minute.
    .replaceAll('group_wait: 30s', 'group_wait: 1s');
  const file = join(folder, `${env.name}.yml`);
  writeFileSync(file, text);
  return file;
}

test.skipIf(!program).each(environments)('amtool accepts the configuration of %s', (_, env) => {
  const file = write(env, { team: 'http://127.0.0.1:1/', watchdog: 'http://127.0.0.1:1/' });
  const { stdout, stderr, status } = spawnSync('amtool', ['check-config', file], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('SUCCESS');
});

test.skipIf(!program).each<[string, Record<string, string>, string]>([
  ['the watchdog', { alertname: 'Watchdog', severity: 'none' }, 'watchdog'],
  ['a critical alert', { alertname: 'PostgresDown', severity: 'critical' }, 'team'],
  ['any other', { alertname: 'DbtStale', severity: 'warning', category: 'green' }, 'team'],
])('%s goes to its receiver alone', (_, labels, receiver) => {
  const file = write(prod, { team: 'http://127.0.0.1:1/', watchdog: 'http://127.0.0.1:1/' });
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const { stdout } = spawnSync('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...words], { encoding: 'utf8' });
  expect(stdout.trim()).toBe(receiver);
});

describe.skipIf(!program)('Alertmanager of prod', () => {
  const heard: { team: Message[]; watchdog: Message[] } = { team: [], watchdog: [] };
  const servers: Server[] = [];
  let child: ChildProcess;
  let url: string;
  const listen = async (name: keyof typeof heard) => {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        heard[name].push(JSON.parse(text) as Message);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  beforeAll(async () => {
    const file = write(prod, { team: await listen('team'), watchdog: await listen('watchdog') });
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    const place = [`--storage.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
    child = spawn(program as string, [`--config.file=${file}`, ...place, '--cluster.listen-address='], { stdio: 'ignore' });
    await waitForPort(port);
  });
  afterAll(async () => {
    if (child) await endProcess(child);
    for (const server of servers) server.close();
  });

  test('the watchdog reaches the check outside, and people hear of other alerts alone', async () => {
    const alert = (alertname: string, severity: string) => ({
      labels: { alertname, severity },
      annotations: { summary: `${alertname} "<b>" & more`, description: 'd', runbook: 'r' },
    });
    const answer = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([alert('Watchdog', 'none'), alert('PostgresDown', 'critical')]),
    });
    expect(answer.status).toBe(200);
    await expect.poll(() => [heard.team.length, heard.watchdog.length], { timeout: patience }).toEqual([1, 1]);
    expect(heard.watchdog[0]?.alerts?.map(({ labels }) => labels.alertname)).toEqual(['Watchdog']);
    const [message] = heard.team[0]?.attachments ?? [];
    expect(message?.title).toBe('[prod] FIRING PostgresDown');
    expect(JSON.stringify(heard.team)).not.toContain('Watchdog');
  });
});
