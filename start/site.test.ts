import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UsageError } from '../apps/platform/errors.ts';
import { identifyProcess } from '../workflows/local/process-identity.ts';
import { openSite, type Site } from './site.ts';

let state: string;
let site: Site;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'taxiway-site-'));
  await mkdir(join(state, 'buckets', 'docs'), { recursive: true });
  await writeFile(join(state, 'buckets', 'docs', 'index.html'), 'the docs');
  await mkdir(join(state, 'runs', 'half'), { recursive: true });
  await writeFile(join(state, 'runs', 'half', 'summary.json'), '{"run":');
  site = await openSite({ state, port: 0 });
});
afterAll(async () => {
  await site.close();
  await rm(state, { recursive: true });
});

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends the path as it stands: fetch would tidy it. */
async function ask(path: string, { body, ...options }: Asked = {}, to = site) {
  const { port } = new URL(to.url);
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent: false, ...options }, resolve)
      .on('error', reject)
      .end(body);
  });
  return { status: answer.statusCode, location: answer.headers.location, headers: answer.headers, text: await text(answer) };
}

test.each([
  ['/', 200, 'Nothing has run yet'],
  ['/?x=1', 200, 'Nothing has run yet'],
  ['/docs/', 200, 'the docs'],
  ['/docs/?x=1', 200, 'the docs'],
  ['/predict/', 200, 'No model serves yet'],
  ['/predict/../docs/%2e%2e/docs/', 200, 'the docs'],
  ['/docs/../../../../etc/passwd', 404, 'no such page'],
  ['/docs/..%2f..%2fruns/half/summary.json', 404, ''],
  ['/runs/half/summary.json', 404, 'no such page'],
  ['//docs/', 404, 'no such page'],
  ['//example.org/docs', 404, 'no such page'],
  ['/%', 404, 'no such page'],
])('%s answers %i', async (path, status, part) => {
  const answer = await ask(path);
  expect(answer).toMatchObject({ status, location: undefined });
  expect(answer.text).toContain(part);
});

test.each([
  ['/docs', '/docs/'],
  ['/predict?next=//example.org', '/predict/'],
])('%s is sent to %s', async (path, location) => {
  expect(await ask(path)).toMatchObject({ status: 308, location });
});

test.each(['example.org', '127.0.0.1.example.org', 'localhost@example.org', 'localhost:x', '127.0.0.2', '[::2]'])(
  'a page at host "%s" gets nothing from here',
  async (host) => {
    for (const path of ['/', '/docs/', '/predict/api/models']) expect((await ask(path, { headers: { host } })).status).toBe(421);
  },
);

test('the names of this machine are known, with any port and in absolute form', async () => {
  for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:9999', '[::1]:8080'])
    expect((await ask('/docs/', { headers: { host } })).status).toBe(200);
  expect((await ask('http://localhost/docs/')).text).toBe('the docs');
  expect((await ask('http://example.org/docs/')).status).toBe(421);
  expect((await ask('http://localhost@example.org/docs/')).status).toBe(421);
});

test('HEAD gives the headers alone; other methods are refused on the home page', async () => {
  const head = await ask('/', { method: 'HEAD' });
  expect([head.status, head.text]).toEqual([200, '']);
  expect(Number(head.headers['content-length'])).toBeGreaterThan(1000);
  expect((await ask('/docs/', { method: 'HEAD' })).headers['content-length']).toBe('8');
  expect(await ask('/', { method: 'POST', body: 'x' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

test('a body reaches the prediction server, and one too large its answer', async () => {
  const headers = { 'content-type': 'application/json' };
  const trip = {
    category: 'yellow',
    passenger_count: 1,
    pickup_zone: 161,
    dropoff_zone: 132,
    pickup_datetime: '2024-01-01T10:00',
  };
  const answer = await ask('/predict/api/predict', { method: 'POST', headers, body: JSON.stringify(trip) });
  expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('yellow')]);
  expect((await ask('/predict/api/predict', { method: 'POST', headers, body: `"${'x'.repeat(5_000_000)}"` })).status).toBe(413);
});

test('a taken port is a usage error that leaves no server behind', async () => {
  await expect(openSite({ state, port: Number(new URL(site.url).port) })).rejects.toThrow(UsageError);
});

test('one dead server is a page of its own; the rest of the site works on, and ends soon', async () => {
  const other = await openSite({ state, port: 0 });
  const [docs, predict] = other.services;
  process.kill(docs?.pid as number, 'SIGKILL');
  expect(await docs?.ended).toBe('SIGKILL');
  const answer = await ask('/docs/', {}, other);
  expect([answer.status, answer.text]).toEqual([502, expect.stringContaining('The docs server does not answer')]);
  expect((await ask('/', {}, other)).status).toBe(200);
  // A stuck server does not keep the others waiting.
  process.kill(predict?.pid as number, 'SIGSTOP');
  const begun = performance.now();
  await other.close();
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(identifyProcess(predict?.pid as number)).toBeUndefined();
});

test.each(['SIGKILL', 'SIGTERM'] as const)('the servers end with a parent that gets %s', async (signal) => {
  const script = `import { openSite } from ${JSON.stringify(join(import.meta.dirname, 'site.ts'))};
const { services } = await openSite({ state: ${JSON.stringify(state)}, port: 0 });
console.log(JSON.stringify(services.map(({ pid }) => pid)));`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let left: number[] = [];
  try {
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    left = JSON.parse(line) as number[];
    expect(left.map((pid) => identifyProcess(pid)?.pid)).toEqual(left);
    parent.kill(signal);
    const deadline = performance.now() + 5000;
    while (left.length > 0 && performance.now() < deadline) {
      await sleep(20);
      left = left.filter((pid) => identifyProcess(pid));
    }
    expect(left).toEqual([]);
  } finally {
    parent.kill('SIGKILL');
    for (const pid of left) process.kill(pid, 'SIGKILL');
  }
});
