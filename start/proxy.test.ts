import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { forward } from './proxy.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(handler: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<number> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy before a server with this handler; returns the proxy's port. */
async function startProxy(handler: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<number> {
  const upstream = { name: 'docs', origin: new URL(`http://127.0.0.1:${await listen(handler)}/`) };
  return listen((incoming, outgoing) => forward(incoming, outgoing, { upstream, path: incoming.url ?? '/' }));
}

/** Sends bytes as they stand and returns what comes back until the server closes. */
function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  // Not ended: Node drops a request whose client has closed its side.
  socket.write(bytes);
  return text(socket);
}

test('headers of one connection stay on it, in both directions', async () => {
  let seen: IncomingMessage['headers'] = {};
  const port = await startProxy((incoming, outgoing) => {
    seen = incoming.headers;
    outgoing
      .writeHead(200, {
        connection: 'x-inner',
        'x-inner': '1',
        'keep-alive': 'timeout=99',
        'x-outer': '2',
        'set-cookie': ['a=1', 'b=2'],
      })
      .end('ok');
  });
  const answer = await sendRaw(
    port,
    'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Connection: x\r\nX-Kept: 2\r\n\r\n',
  );
  expect(seen).toMatchObject({ 'x-kept': '2' });
  for (const name of ['x-mine', 'te', 'upgrade', 'proxy-connection']) expect(seen).not.toHaveProperty(name);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain('x-outer: 2');
  expect(answer).toContain('set-cookie: a=1\r\nset-cookie: b=2');
  expect(answer).not.toMatch(/x-inner|timeout=99/);
});

test('the body of a GET reaches the server as a body, never as a second request', async () => {
  const seen: string[] = [];
  const port = await startProxy(async (incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url} ${await text(incoming)}`);
    outgoing.end('ok');
  });
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  await sendRaw(
    port,
    `GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
  );
  expect(seen).toEqual([`GET /a ${smuggled}`]);
});

test('HEAD has the headers of GET and no body', async () => {
  const port = await startProxy((_incoming, outgoing) => outgoing.writeHead(200, { 'content-length': 5 }).end('hello'));
  const answer = await sendRaw(port, 'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(answer).toContain('content-length: 5');
  expect(answer).not.toContain('hello');
});

test('a server that is gone becomes a 502 page, also under a large body', async () => {
  const gone = { name: 'docs', origin: new URL('http://127.0.0.1:1/') };
  const port = await listen((incoming, outgoing) => forward(incoming, outgoing, { upstream: gone, path: '/' }));
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(1_000_000) });
  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain('The docs server does not answer');
});

test('a server that dies in the middle leaves a broken answer, not a short one', async () => {
  const port = await startProxy((incoming, outgoing) => {
    outgoing.writeHead(200);
    outgoing.write('half', () => incoming.socket.destroy());
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  await expect(answer.text()).rejects.toThrow();
});

test.each(['before the answer', 'in the middle of it'])(
  'a client that goes away %s ends the request behind the proxy',
  async (when) => {
    const asks = Promise.withResolvers<void>();
    const closes = Promise.withResolvers<void>();
    const port = await startProxy((_incoming, outgoing) => {
      outgoing.once('close', closes.resolve);
      if (when === 'in the middle of it') outgoing.write('first');
      asks.resolve();
    });
    const asked = request({ port, host: '127.0.0.1' });
    const answers = once(asked, 'response').catch(() => undefined);
    asked.on('error', () => undefined).end();
    await (when === 'in the middle of it' ? answers : asks.promise);
    asked.destroy();
    await closes.promise;
  },
);
