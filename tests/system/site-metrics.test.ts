// What Prometheus reads of the site: apps/site-metrics beside real nginx, and the real oauth2-proxy as its manifest starts it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { siteParts } from '../../apps/contract/names.ts';
import { findTool } from '../fixtures/find-tool.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { type NginxSite, nginx, openNginxSite } from '../fixtures/nginx-site.ts';
import { endProcess } from '../fixtures/prometheus-server.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const missing = nginx === undefined || spawnSync('openssl', ['version']).error !== undefined;
if (missing) console.error('site-metrics.test.ts: skipped, nginx or openssl is not installed (apt-get install nginx openssl)');
const ann = { authorization: `Basic ${Buffer.from('ann:open sesame').toString('base64')}` };

/** Samples by their name with labels, but for `service`. */
async function scrape(url: string): Promise<Record<string, number>> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')).replace(/(?<=\{)service="[^"]*",|,service="[^"]*"/, ''),
      Number(line.split(' ').at(-1)),
    ]),
  );
}

describe.skipIf(missing)('site-metrics beside nginx', () => {
  let site: NginxSite;
  let program: ReturnType<typeof startProgram>;
  let metrics: string;
  const requests = (part: string, status: string, from: Record<string, number>) =>
    from[`taxiway_site_requests_total{back_end="${part}",status="${status}"}`];
  const ends = (from: Record<string, number>) =>
    Object.entries(from).flatMap(([name, value]) => (name.startsWith('taxiway_site_certificate_end') ? [value] : []));

  beforeAll(async () => {
    site = await openNginxSite({
      auth: 'basic',
      rate: { perSecond: 1000, burst: 1000 },
      backEnd: () => (request, response) => void response.writeHead(request.url?.includes('bad') ? 503 : 200).end(),
    });
    program = startProgram(
      'site-metrics',
      ['--certificate', site.certificateFile, '--syslog', String(site.syslog), '--port', '0'],
      {},
    );
    const [line] = await once(createInterface(program.child.stdout as NodeJS.ReadableStream), 'line');
    metrics = `${(JSON.parse(line) as { listening: string }).listening}metrics`;
  });
  afterAll(async () => {
    if (program) await endProcess(program.child);
    await site?.close();
  });

  test('answers are counted by back end and class of status, by the path that was asked for', async () => {
    const before = await scrape(metrics);
    for (const part of siteParts) expect(requests(part, '5xx', before), part).toBe(0);
    const wanted = [
      ['/argo/', 'argo 2xx'],
      ['/argo/bad?x=/mlflow/', 'argo 5xx'],
      ['/argo', 'argo 3xx'],
      ['/argo-other', 'home 4xx'],
      ['/health/argo', 'argo 2xx'],
      ['/mlflow/bad', 'mlflow 5xx'],
      ['/docs/a%20b?c=d', 'docs 2xx'],
      ['/', 'home 2xx'],
      ['/none', 'home 4xx'],
    ] as const;
    const expected: Record<string, number> = {};
    for (const [path, key] of wanted) {
      await site.ask(path, { headers: ann });
      expected[key] = (expected[key] ?? 0) + 1;
    }
    await site.ask('/mlflow/');
    expected['mlflow 4xx'] = 1;
    await expect
      .poll(async () => {
        const after = await scrape(metrics);
        return Object.fromEntries(
          siteParts.flatMap((part) =>
            ['1xx', '2xx', '3xx', '4xx', '5xx'].flatMap((status) => {
              const more = (requests(part, status, after) ?? 0) - (requests(part, status, before) ?? 0);
              return more === 0 ? [] : [[`${part} ${status}`, more]];
            }),
          ),
        );
      })
      .toEqual(expected);
    expect((await scrape(metrics))['taxiway_site_request_seconds_count{back_end="argo"}']).toBe(4);
  });

  test('the end of the certificate that lies there now; of one that is gone there is no sample, and the log says so', async () => {
    const day = 86_400;
    const [first = 0, ...more] = ends(await scrape(metrics));
    expect(more).toEqual([]);
    expect(Math.abs(first - (Date.now() / 1000 + day))).toBeLessThan(300);
    site.renewCertificate(30);
    const [second = 0] = ends(await scrape(metrics));
    expect(Math.abs(second - (Date.now() / 1000 + 30 * day))).toBeLessThan(300);
    rmSync(site.certificateFile);
    let log = '';
    program.child.stderr?.on('data', (text) => {
      log += text;
    });
    expect(ends(await scrape(metrics))).toEqual([]);
    await expect.poll(() => log).toContain('the certificate can not be read');
    site.renewCertificate();
    expect(ends(await scrape(metrics))).toHaveLength(1);
  });

  test('a port that is taken is wrong usage, in one line', async () => {
    const { code, stderr } = await startProgram(
      'site-metrics',
      ['--certificate', site.certificateFile, '--syslog', String(site.syslog), '--port', '0'],
      {},
    ).ended;
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(`can't listen on 127.0.0.1:${site.syslog} (UDP): EADDRINUSE; choose another --syslog`);
  });
});

const oauth2Proxy = findTool('oauth2-proxy', {
  variable: 'OAUTH2_PROXY',
  how: 'go install github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.3',
});

describe.skipIf(!oauth2Proxy)('oauth2-proxy as its manifest starts it', () => {
  let child: ChildProcess;
  let issuer: Server;
  let ports: { http: number; metrics: number };
  beforeAll(async () => {
    issuer = createServer((_request, response) => {
      const origin = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          jwks_uri: `${origin}/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
          keys: [],
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
    const container: Value = manifests.find(
      ({ path, value }) =>
        path.startsWith('prod/load-balancer/') && value.kind === 'Deployment' && value.metadata.name === 'oauth2-proxy',
    )?.value.spec.template.spec.containers[0];
    ports = { http: await findFreePort(), metrics: await findFreePort() };
    const args = (container.args as string[]).map((one) =>
      one
        .replace(/^(--http-address)=.*/, `$1=127.0.0.1:${ports.http}`)
        .replace(/^(--metrics-address)=.*/, `$1=127.0.0.1:${ports.metrics}`)
        .replace(/^(--oidc-issuer-url)=.*/, `$1=http://127.0.0.1:${(issuer.address() as AddressInfo).port}`),
    );
    child = spawn(oauth2Proxy as string, args, {
      env: {
        OAUTH2_PROXY_CLIENT_ID: 'id',
        OAUTH2_PROXY_CLIENT_SECRET: 'secret',
        OAUTH2_PROXY_COOKIE_SECRET: '0123456789abcdef0123456789abcdef',
      },
      stdio: 'ignore',
    });
    await waitForPort(ports.metrics);
    await waitForPort(ports.http);
  });
  afterAll(async () => {
    if (child) await endProcess(child);
    issuer?.close();
  });

  test('its answers are counted by status on the port that Prometheus reads', async () => {
    expect((await fetch(`http://127.0.0.1:${ports.http}/oauth2/auth`)).status).toBe(401);
    const samples = await scrape(`http://127.0.0.1:${ports.metrics}/metrics`);
    expect(samples['oauth2_proxy_requests_total{code="401"}']).toBe(1);
  });
});
