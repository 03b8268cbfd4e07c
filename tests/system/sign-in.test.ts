// Signing in at an identity provider, in a real browser: nginx and the real oauth2-proxy as the manifests of prod start them.
import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { prod } from '../../charts/env/prod.ts';
import { findChromium, launchChromium, openPage } from '../fixtures/browser.ts';
import { findTool } from '../fixtures/find-tool.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { client, type IdentityProvider, startIdentityProvider } from '../fixtures/identity-provider.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { domain, type NginxSite, nginx, openNginxSite } from '../fixtures/nginx-site.ts';
import { repository } from '../fixtures/npm-start.ts';
import { endProcess } from '../fixtures/prometheus-server.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const proxy = findTool('oauth2-proxy', { variable: 'OAUTH2_PROXY', how: 'its releases on GitHub have it' });
const chromium = findChromium();
if (nginx === undefined || chromium === undefined)
  console.warn('sign-in.test.ts: skipped: nginx or chromium is not installed (apt-get install nginx chromium)');

describe.skipIf(proxy === undefined || nginx === undefined || chromium === undefined)('signing in', () => {
  let provider: IdentityProvider;
  let child: ChildProcess;
  let site: NginxSite;
  let browser: Browser;
  let metrics: number;

  beforeAll(async () => {
    provider = await startIdentityProvider();
    const [port, metricsPort] = [await findFreePort(), await findFreePort()];
    metrics = metricsPort;
    const manifests = await readManifests(join(repository, 'dist'));
    const deployment: Value = manifests.find(
      ({ environment, value }) => environment === 'prod' && value.kind === 'Deployment' && value.metadata.name === 'oauth2-proxy',
    )?.value;
    const [container] = deployment.spec.template.spec.containers;
    const args = (container.args as string[]).map((arg) =>
      arg
        .replace(prod.auth.issuer, provider.issuer)
        .replace(prod.domain, domain)
        .replace(/^(--http-address=).*/, `$1127.0.0.1:${port}`)
        .replace(/^(--metrics-address=).*/, `$1127.0.0.1:${metrics}`),
    );
    child = spawn(proxy as string, args, {
      env: {
        OAUTH2_PROXY_CLIENT_ID: client.id,
        OAUTH2_PROXY_CLIENT_SECRET: client.secret,
        OAUTH2_PROXY_COOKIE_SECRET: 'a cookie secret of 32 characters',
      },
      stdio: 'ignore',
    });
    await waitForPort(port);
    site = await openNginxSite({
      auth: 'oidc',
      rate: { perSecond: 1000, burst: 1000 },
      backEnd: (name) => (asked, answer) => {
        if (name !== 'sign-in') {
          answer.writeHead(200, { 'content-type': 'text/html' });
          return void answer.end(`<!doctype html><title>${name}</title><h1>${name} for ${asked.headers['x-webauth-user']}</h1>`);
        }
        const { method = 'GET', url = '', headers } = asked;
        const passed = request({ host: '127.0.0.1', port, method, path: url, headers }, (from) => {
          answer.writeHead(from.statusCode ?? 502, from.headers);
          from.pipe(answer);
        });
        passed.on('error', () => answer.destroy());
        asked.pipe(passed);
      },
    });
    browser = await launchChromium(chromium as string, `--host-resolver-rules=MAP ${domain}:443 127.0.0.1:${site.ports.https}`);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    if (child) await endProcess(child);
    await provider?.stop();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  const visit = async (path: string, email: string) => {
    const { page } = await openPage(browser, { width: 1280, anyCertificate: true }, `https://${domain}`);
    await page.goto(`https://${domain}${path}`);
    expect(page.url()).toMatch(new RegExp(`^${provider.issuer}/authorize`));
    await page.fill('input[name=email]', email);
    await page.click('button');
    return page;
  };

  test('leads to the provider, and back to the page that was asked for, as that person', async () => {
    const page = await visit('/mlflow/?a=b', 'ann@example.com');
    await page.waitForURL(`https://${domain}/mlflow/?a=b`);
    expect(await page.locator('h1').textContent()).toBe('mlflow for ann@example.com');
    const cookies = await page.context().cookies(`https://${domain}/`);
    const session = cookies.filter(({ name }) => name.startsWith('__Host-taxiway'));
    expect(session.length).toBeGreaterThan(0);
    for (const cookie of session) expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    // Other pages ask no more.
    await page.goto(`https://${domain}/docs/`);
    expect(await page.locator('h1').textContent()).toBe('docs for ann@example.com');
    const homes = await page.goto(`https://${domain}/`);
    expect(homes?.status()).toBe(200);
  });

  test('somebody of another domain gets nothing', async () => {
    const page = await visit('/docs/', 'eve@example.org');
    await page.waitForLoadState();
    expect(await page.textContent('body')).toMatch(/403|Forbidden|permission/i);
    await page.goto(`https://${domain}/docs/`);
    expect(page.url()).toMatch(new RegExp(`^${provider.issuer}/authorize`));
  });

  test('a session that was changed by hand is none', async () => {
    const page = await visit('/docs/', 'ann@example.com');
    await page.waitForURL(`https://${domain}/docs/`);
    const context = page.context();
    const cookies = await context.cookies(`https://${domain}/`);
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, value: `${cookie.value.slice(0, -4)}AAA=` })));
    await page.goto(`https://${domain}/docs/`);
    expect(page.url()).toMatch(new RegExp(`^${provider.issuer}/authorize`));
  });

  test('Prometheus can read it', async () => {
    const answer = await fetch(`http://127.0.0.1:${metrics}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^oauth2_proxy_requests_total/m)]);
  });
});
