// The one site of this machine: the home page, and the docs and prediction servers behind their paths, as behind the load balancer.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { buckets, paths } from '../apps/contract/names.ts';
import { UsageError } from '../apps/platform/errors.ts';
import { contentPolicy } from '../apps/platform/web-server.ts';
import { toHomePage } from './home.ts';
import { readRuns } from './runs.ts';

const host = '127.0.0.1';

/** Throws UsageError where the port is taken: better before a run than after it. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
}

/** Serves until the signal is given. */
export async function serveSite({ state, port, signal }: { state: string; port: number; signal: AbortSignal }): Promise<void> {
  const bucket = (name: string) => `${pathToFileURL(join(state, 'buckets', name)).href}/`;
  const services = [
    await startService('docs', ['--docs', bucket(buckets.docs)], paths.docs),
    await startService('predict', ['--models', bucket(buckets.models)], paths.predict),
  ];
  const server = createServer((incoming, outgoing) => {
    const service = services.find(({ path }) => incoming.url?.startsWith(path) || incoming.url === path.slice(0, -1));
    if (service) forward(incoming, outgoing, service);
    else void answer(incoming, outgoing, state);
  });
  await listen(server, port);
  console.log(`\nThe site: http://${host}:${port}/   (Ctrl-C ends it)`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    for (const { child, name } of services) {
      child.once('exit', (code) => {
        if (!signal.aborted)
          console.error(`npm start: the ${name} server ended with exit code ${code}; end with Ctrl-C and start again`);
      });
    }
  });
  server.closeAllConnections();
  server.close();
  for (const { child } of services) child.kill('SIGTERM');
}

interface Service {
  readonly name: string;
  readonly path: string;
  readonly origin: URL;
  readonly child: ChildProcess;
}

async function startService(name: string, args: string[], path: string): Promise<Service> {
  const main = join(import.meta.dirname, '..', 'apps', name, 'main.ts');
  const child = spawn(process.execPath, [main, ...args, '--host', host, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGTERM'));
  for await (const line of createInterface({ input: child.stdout })) {
    return { name, path, origin: new URL((JSON.parse(line) as { listening: string }).listening), child };
  }
  throw new UsageError(`the ${name} server did not start; see its lines above`);
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { path, origin, name }: Service): void {
  if (incoming.url === path.slice(0, -1)) {
    outgoing.writeHead(308, { location: path }).end();
    return;
  }
  const target = `/${incoming.url?.slice(path.length)}`;
  const upstream = request(
    { host: origin.hostname, port: origin.port, method: incoming.method, path: target, headers: incoming.headers },
    (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    },
  );
  upstream.once('error', (error) => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end(`The ${name} server does not answer: ${error.message}\n`);
  });
  incoming.pipe(upstream);
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, state: string): Promise<void> {
  const { pathname } = new URL(incoming.url ?? '/', 'http://site');
  if (pathname !== '/') {
    outgoing
      .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      .end('There is no such page; the home page is at /\n');
    return;
  }
  try {
    const page = toHomePage(await readRuns(state), new Date());
    outgoing
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': contentPolicy(),
        'x-content-type-options': 'nosniff',
      })
      .end(page);
  } catch (error) {
    outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`The runs can't be read: ${(error as Error).message}\n`);
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `port ${port} of ${host} can't be used: ${error.code === 'EADDRINUSE' ? 'another program has it' : error.message}; choose one with: npm start -- --port ${port + 1}`,
    );
  });
}
