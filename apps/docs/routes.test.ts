import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canBeListed } from '../platform/objects.ts';
import { makeApp } from '../platform/web-server.ts';
import { addDocsRoutes } from './routes.ts';

let root: string;
let server: Server;
let port: number;
let docs: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'taxiway-docs-'));
  docs = join(root, '.taxiway', 'docs');
  await mkdir(join(docs, 'validation/green/2024-01'), { recursive: true });
  await mkdir(join(docs, 'dbt'));
  await mkdir(join(docs, 'empty'));
  await writeFile(join(root, '.taxiway', 'secret.html'), 'secret');
  await writeFile(join(docs, '.hidden.html'), 'hidden');
  await symlink(join(root, '.taxiway', 'secret.html'), join(docs, 'link.html'));
  await writeFile(join(docs, 'validation/green/2024-01/index.html'), '<p>report</p>');
  await writeFile(join(docs, 'dbt/index.html'), '<p>dbt</p>');
  const uri = `${pathToFileURL(docs).href}/`;
  server = createServer(makeApp({ name: 'docs', isReady: () => canBeListed(uri), addRoutes: (app) => addDocsRoutes(app, uri) }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(root, { recursive: true });
});

/** Sends the path as it stands: fetch would tidy it. */
function get(path: string, headers = {}): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

test('serves a report with validators, and 304 to who has it', async () => {
  const first = await get('/validation/green/2024-01/');
  expect([first.status, first.text, first.headers['cache-control']]).toEqual([200, '<p>report</p>', 'no-cache']);
  expect(first.headers['last-modified']).toBeDefined();
  expect((await get('/validation/green/2024-01/', { 'If-None-Match': first.headers.etag })).status).toBe(304);
});

test('a folder without its slash is redirected relatively, as the proxy strips a prefix', async () => {
  const { status, headers } = await get('/validation/green/2024-01');
  expect([status, headers.location]).toEqual([302, './2024-01/']);
});

test.each([
  '/../secret.html',
  '/%2e%2e/secret.html',
  '/..%2fsecret.html',
  '/.hidden.html',
  '/empty',
  '/empty/',
  '/%00',
  '/nothing.html',
  '/link.html',
])('%s is not served', async (path) => {
  const { status, text } = await get(path);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(/secret<|^secret|hidden$/);
});

test('hostile paths are escaped on the 404 page', async () => {
  expect((await get('/%3Cscript%3Ealert(1)%3C/script%3E')).text).not.toContain('<script>');
});

test('scripts are allowed under dbt only', async () => {
  expect((await get('/dbt/index.html')).headers['content-security-policy']).toContain("'unsafe-eval'");
  expect((await get('/validation/green/2024-01/')).headers['content-security-policy']).toContain("default-src 'none'");
  expect((await get('/validation/green/2024-01/')).headers['content-security-policy']).not.toContain('script-src');
});

test('before anything is published the first page says so', async () => {
  const { status, text } = await get('/');
  expect([status, text]).toEqual([404, expect.stringContaining('Nothing has been published yet')]);
});

test('is ready while the bucket can be read, and alive in any case', async () => {
  expect((await get('/readyz')).status).toBe(200);
  await rename(docs, `${docs}-away`);
  expect((await get('/readyz')).status).toBe(503);
  expect((await get('/healthz')).status).toBe(200);
  await rename(`${docs}-away`, docs);
});
