// The generated nginx.conf in real nginx, in front of stand-in back ends. Skipped where nginx or openssl is missing.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backEnds } from '../../apps/contract/names.ts';
import { edges } from '../../charts/edges.ts';
import { domain, type NginxSite, nginx, openNginxSite } from '../fixtures/nginx-site.ts';

const missing = nginx === undefined || spawnSync('openssl', ['version']).error !== undefined;
if (missing) console.error('load-balancer.test.ts: skipped, nginx or openssl is not installed (apt-get install nginx openssl)');

const roomy = { perSecond: 1000, burst: 1000 };
const ann = { authorization: `Basic ${Buffer.from('ann:open sesame').toString('base64')}` };
const all = Object.entries(backEnds);

/** Tells what arrived. `/events` and `/argo…/events` stream; `/teapot` sends headers that the site must replace. */
const tell =
  (name: string): RequestListener =>
  ({ url = '', headers, method }, response) => {
    if (url.includes('/events')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
      setTimeout(() => response.end('data: last\n\n'), 1500);
      return;
    }
    response.writeHead(200, {
      'x-frame-options': 'ALLOWALL',
      'referrer-policy': 'unsafe-url',
      'content-type': 'application/json',
    });
    response.end(JSON.stringify({ name, url, method, headers }));
  };

const heard = (text: string) =>
  JSON.parse(text) as { name: string; url: string; method: string; headers: Record<string, string> };

test('each back end may be reached by the load balancer, by its NetworkPolicy', () => {
  for (const [, { workload, port }] of all)
    expect(edges).toContainEqual(expect.objectContaining({ from: 'load-balancer', to: workload, port }));
});

describe.skipIf(missing)('with a password', () => {
  let site: NginxSite;
  beforeAll(async () => {
    site = await openNginxSite({
      auth: 'basic',
      rate: roomy,
      backEnd: tell,
      prepare: (server, name) =>
        server.on('upgrade', ({ url, headers }, socket) => {
          socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${name} ${url} ${headers.authorization}`,
          );
          socket.once('data', (chunk: Buffer) => socket.end(`echo ${chunk.toString()}`));
        }),
    });
  });
  afterAll(() => site?.close());

  test('nginx -t has nothing to say but yes', () => {
    expect(site.verdict.text).not.toMatch(/\[(warn|error|emerg)\]/);
    expect(site.verdict.status).toBe(0);
  });

  test.each(all)('%s is led to, and its prefix is kept or stripped', async (name, { path, prefix }) => {
    const { status, text } = await site.ask(`${path}a%20b/c?d=e%26f`, { headers: ann });
    expect(status).toBe(200);
    const told = heard(text);
    expect(told.name).toBe(name);
    expect(told.url).toBe(prefix === 'kept' ? `${path}a%20b/c?d=e%26f` : '/a%20b/c?d=e%26f');
    expect((await site.ask(path, { headers: ann })).status).toBe(200);
  });

  test.each(all)('%s without its slash is redirected, with its query', async (_, { path }) => {
    const { status, headers } = await site.ask(`${path.slice(0, -1)}?a=b`, { headers: ann });
    expect(status).toBe(308);
    expect(headers.location).toBe(`${path}?a=b`);
  });

  test.each(all)('the health of %s is asked at its own path', async (name, { health }) => {
    const { text } = await site.ask(`/health/${name}`, { headers: ann });
    expect(heard(text)).toMatchObject({ name, url: health, method: 'GET' });
  });

  test.each([
    '/',
    '/home.js',
    '/none',
    '/argo',
    '/oauth2/auth',
    '/healthz',
    ...all.flatMap(([name, { path }]) => [path, path.slice(0, -1), `/health/${name}`]),
    '//argo/',
    '/argo/../',
  ])('%s asks for the password', async (path) => {
    const { status, headers, text } = await site.ask(path);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toContain('Basic');
    expect(text).not.toContain('"url"');
    const wrong = { authorization: `Basic ${Buffer.from('ann:open').toString('base64')}` };
    expect((await site.ask(path, { headers: wrong })).status).toBe(401);
  });

  test('the password is not passed on, the name is, and nobody can choose it', async () => {
    const { text } = await site.ask('/grafana/', {
      headers: { ...ann, 'X-WEBAUTH-USER': 'admin', 'X-Forwarded-For': '1.2.3.4' },
    });
    const { headers } = heard(text);
    expect(headers.authorization).toBeUndefined();
    expect(headers['x-webauth-user']).toBe('ann');
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers['x-forwarded-proto']).toBe('https');
    expect(headers.host).toBe(domain);
  });

  test('the home page links to all', async () => {
    const { status, text, headers } = await site.ask('/', { headers: ann });
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    for (const [name, { path }] of all) {
      expect(text).toContain(`href="${path}"`);
      expect(text).toContain(`/health/${name}`);
    }
    for (const file of ['/home.js', '/home.css']) expect((await site.ask(file, { headers: ann })).status).toBe(200);
    expect((await site.ask('/none', { headers: ann })).status).toBe(404);
    expect((await site.ask('/../../etc/passwd', { headers: ann })).status).toBe(400);
  });

  test.each(['/', '/argo/', '/none'])('%s has each security header once', async (path) => {
    const { headers } = await site.ask(path, { headers: ann });
    expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('SAMEORIGIN');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers.server).toBe('nginx');
  });

  test('events arrive as they are sent', async () => {
    let first = 0;
    const { text } = await site.ask('/argo/events', {
      headers: { ...ann, accept: 'text/event-stream' },
      onAnswer: (answer) => answer.once('data', () => (first = performance.now())),
    });
    expect(performance.now() - first).toBeGreaterThan(1000);
    expect(text).toBe('data: first\n\ndata: last\n\n');
  });

  test('websockets go through, without the password', async () => {
    const asked = request({
      host: '127.0.0.1',
      port: site.ports.https,
      path: '/argo/live',
      servername: domain,
      rejectUnauthorized: false,
      headers: { host: domain, connection: 'Upgrade', upgrade: 'websocket', ...ann },
    });
    asked.end();
    const [answer, socket, head] = (await once(asked, 'upgrade')) as [{ statusCode: number }, import('node:net').Socket, Buffer];
    expect(answer.statusCode).toBe(101);
    const said = head.length > 0 ? head : ((await once(socket, 'data')) as [Buffer])[0];
    expect(said.toString()).toBe('argo /live undefined');
    socket.write('hello');
    expect(((await once(socket, 'data')) as [Buffer])[0].toString()).toBe('echo hello');
    socket.destroy();
  });

  test('plain HTTP moves to TLS, and knows one name', async () => {
    const { status, headers } = await fetch(`http://127.0.0.1:${site.ports.http}/argo/?a=b`, {
      redirect: 'manual',
      headers: { host: 'evil.test' },
    });
    expect(status).toBe(308);
    expect(headers.get('location')).toBe(`https://${domain}/argo/?a=b`);
  });

  test('another name gets no page', async () => {
    expect((await site.ask('/', { headers: { ...ann, host: 'evil.test' } })).status).toBe(421);
  });

  test('a renewed certificate is shown to the next connection', async () => {
    const before = await site.certificate();
    expect(await site.certificate()).toBe(before);
    site.renewCertificate();
    expect(await site.certificate()).not.toBe(before);
    expect((await site.ask('/', { headers: ann })).status).toBe(200);
  });
});

describe.skipIf(missing)('with an identity provider', () => {
  let site: NginxSite;
  let down = false;
  const signIn: RequestListener = ({ url = '', headers }, response) => {
    if (down) return void response.destroy();
    if (url.startsWith('/oauth2/auth')) {
      const known = headers.cookie === 'session=ann';
      response.writeHead(
        known ? 202 : 401,
        known ? { 'x-auth-request-email': 'ann@example.com', 'set-cookie': 'session=renewed' } : {},
      );
      return void response.end();
    }
    if (url === '/oauth2/start')
      return void response.writeHead(302, { location: `https://idp.test/?to=${headers['x-auth-request-redirect']}` }).end();
    response.writeHead(200).end(JSON.stringify({ name: 'sign-in', url, headers, method: 'GET' }));
  };
  beforeAll(async () => {
    site = await openNginxSite({ auth: 'oidc', rate: roomy, backEnd: (name) => (name === 'sign-in' ? signIn : tell(name)) });
  });
  afterAll(() => site?.close());
  const signedIn = { cookie: 'session=ann' };

  test.each([
    '/',
    '/home.js',
    '/none',
    ...all.flatMap(([name, { path }]) => [`${path}x?y=z`, path.slice(0, -1), `/health/${name}`]),
  ])('%s leads a browser to the provider and back, and tells a script 401', async (path) => {
    const page = await site.ask(path, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(302);
    expect(page.headers.location).toBe(`https://idp.test/?to=${path}`);
    const script = await site.ask(path, { headers: { accept: 'application/json', ...ann } });
    expect(script.status).toBe(401);
    expect(script.text).not.toContain('"url"');
  });

  test('only /oauth2/ is open, but for the question itself', async () => {
    expect(heard((await site.ask('/oauth2/callback?code=1')).text)).toMatchObject({
      name: 'sign-in',
      url: '/oauth2/callback?code=1',
    });
    expect((await site.ask('/oauth2/auth')).status).toBe(404);
  });

  test('who is signed in gets through, by name, with a renewed session', async () => {
    const { status, text, headers } = await site.ask('/mlflow/x', {
      headers: { ...signedIn, authorization: 'Bearer x', 'x-webauth-user': 'eve' },
    });
    expect(status).toBe(200);
    const told = heard(text);
    expect(told.headers['x-webauth-user']).toBe('ann@example.com');
    expect(told.headers.authorization).toBeUndefined();
    // The session is the site's: a back end that has it could be that person elsewhere.
    expect(told.headers.cookie).toBeUndefined();
    expect(headers['set-cookie']).toEqual(['session=renewed']);
    expect((await site.ask('/', { headers: signedIn })).headers['set-cookie']).toEqual(['session=renewed']);
    expect((await site.ask('/argo', { headers: signedIn })).headers.location).toBe('/argo/');
  });

  test('without an answer from oauth2-proxy nobody gets in', async () => {
    down = true;
    const { status, text } = await site.ask('/docs/', { headers: signedIn });
    down = false;
    expect(status).toBe(500);
    expect(text).not.toContain('"url"');
  });
});

test.skipIf(missing)('too many requests are told so', async () => {
  const site = await openNginxSite({ auth: 'basic', rate: { perSecond: 1, burst: 5 }, backEnd: tell });
  try {
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.ask('/docs/', { headers: ann })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
  } finally {
    await site.close();
  }
});
