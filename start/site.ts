// The one site of this machine: the home page, and the docs and prediction servers behind their paths, as behind the load balancer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buckets, paths } from '../apps/contract/names.ts';
import { UsageError } from '../apps/platform/errors.ts';
import { html } from '../apps/platform/html.ts';
import { log } from '../apps/platform/log.ts';
import { toPage } from '../apps/platform/page.ts';
import { toHomePage } from './home.ts';
import { forward, type Upstream } from './proxy.ts';
import { readRuns } from './runs.ts';
import { sendPage } from './send-page.ts';
import { type Service, startService } from './service.ts';

const host = '127.0.0.1';

export interface SiteProps {
  readonly state: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

export interface Site {
  readonly url: string;
  readonly services: readonly Service[];
  /** Ends the listener and the servers behind it, within a second. */
  readonly close: () => Promise<void>;
}

/** Throws UsageError where the port is taken: better before a run than after it. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
}

/** Serves until the signal is given. */
export async function serveSite({ signal, ...props }: SiteProps & { readonly signal: AbortSignal }): Promise<void> {
  const site = await openSite(props);
  console.log(`\nThe site: ${site.url}   (Ctrl-C ends it)`);
  for (const { name, ended } of site.services)
    void ended.then((reason) => {
      if (!signal.aborted) console.error(`npm start: the ${name} server ended (${reason}); end with Ctrl-C and start again`);
    });
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await site.close();
}

/** Starts the servers and listens. Nothing is left behind where it throws. */
export async function openSite({ state, port }: SiteProps): Promise<Site> {
  const bucket = (name: string) => `${pathToFileURL(join(state, 'buckets', name)).href}/`;
  const started = await Promise.allSettled([
    startService('docs', ['--docs', bucket(buckets.docs)]),
    startService('predict', ['--models', bucket(buckets.models)]),
  ]);
  const services = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const upstreams = services.map((service) => ({ ...service, path: service.name === 'docs' ? paths.docs : paths.predict }));
  const server = createServer((incoming, outgoing) => void answer({ incoming, outgoing, upstreams, state }));
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await Promise.all(services.map((service) => service.end()));
  };
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    await listen(server, port);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://${host}:${(server.address() as AddressInfo).port}/`, services, close };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly upstreams: readonly (Upstream & { readonly path: string })[];
  readonly state: string;
}

async function answer({ incoming, outgoing, upstreams, state }: Exchange): Promise<void> {
  const url = toLocalUrl(incoming);
  if (url === undefined) return refuse(outgoing, 421, 'This site answers on 127.0.0.1 and localhost only.');
  const upstream = upstreams.find(({ path }) => url.pathname.startsWith(path));
  if (upstream)
    return forward(incoming, outgoing, { upstream, path: `/${url.pathname.slice(upstream.path.length)}${url.search}` });
  const unslashed = upstreams.find(({ path }) => url.pathname === path.slice(0, -1));
  if (unslashed) return void outgoing.writeHead(308, { location: unslashed.path }).end();
  if (url.pathname !== '/') return refuse(outgoing, 404, 'There is no such page.');
  if (!['GET', 'HEAD'].includes(incoming.method ?? ''))
    return refuse(outgoing, 405, 'The home page can only be read.', { allow: 'GET, HEAD' });
  try {
    sendPage(outgoing, {
      status: 200,
      page: toHomePage({ runs: await readRuns(state), now: new Date(), state: toShortPath(state) }),
    });
  } catch (error) {
    log('home page failed', { error: (error as Error).stack ?? String(error) });
    refuse(outgoing, 500, 'The runs can’t be read; the terminal of npm start says why.');
  }
}

/**
 * The address that was asked for, tidied as a browser does (`..` resolved), or undefined where it is not of this machine:
 * another site's name may lead here (DNS rebinding), and its pages must not read ours.
 */
function toLocalUrl({ url = '', headers }: IncomingMessage): URL | undefined {
  const whole = url.startsWith('/') ? `http://${headers.host ?? ''}${url}` : url;
  const authority = /^http:\/\/((?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?)(?=\/|$)/i;
  return authority.test(whole) && URL.canParse(whole) ? new URL(whole) : undefined;
}

/** As typed from where npm start runs, where the folder is below; else whole. */
function toShortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

function refuse(outgoing: ServerResponse, status: number, text: string, headers = {}): void {
  const page = toPage({ title: `Error ${status}`, body: html`<p>${text}</p><p><a href="/">Go to the home page</a></p>` });
  sendPage(outgoing, { status, page, headers });
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `port ${port} of ${host} can't be used: ${error.code === 'EADDRINUSE' ? 'another program has it' : error.message}; choose one with: npm start -- --port ${port + 1}`,
    );
  });
}
