// What every web server of ours has in common: one line when it listens, security headers, /healthz, /readyz, /metrics, an orderly end on SIGTERM.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { UsageError, UserError } from './errors.ts';
import { html } from './html.ts';
import { log } from './log.ts';
import { toPage } from './page.ts';

/** Seconds, as Retry-After names them: until a bucket may answer again, or a model may serve. */
export const retryAfterSeconds = '30';

export interface WebServer {
  /** The service's name: the label of its metrics. */
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Whether what the service lives on can be read: /readyz answers 503 while it can't. */
  readonly isReady: () => Promise<boolean>;
  /** Adds the service's own routes. */
  readonly addRoutes: (app: Express, registry: Registry) => void;
}

/** Serves until SIGTERM or SIGINT, then finishes open requests. Standard output gets one line: `{"listening":"http://…/"}`. */
export async function serve({ host, port, ...service }: WebServer): Promise<undefined> {
  const server = createServer(makeApp(service));
  const { name } = service;
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`can't listen on ${host}:${port}: ${error.code}; choose another --port (0 takes any that is free)`);
  });
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  process.stdout.write(`${JSON.stringify({ listening: `http://${shownHost}:${address.port}/` })}\n`);
  await new Promise<void>((resolve) => {
    const stop = () => {
      log('stopping', { service: name });
      server.close(() => resolve());
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 8_000).unref();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  return undefined;
}

/** The application without its listener. */
export function makeApp({ name, isReady, addRoutes }: Pick<WebServer, 'name' | 'isReady' | 'addRoutes'>): Express {
  const app = express();
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: registry });
  app.disable('x-powered-by');
  app.use(measure(registry), setSecurityHeaders);
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  app.get('/readyz', async (_request, response) => {
    const ready = await isReady();
    response
      .status(ready ? 200 : 503)
      .type('text/plain')
      .send(ready ? 'ok\n' : 'not ready yet\n');
  });
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  addRoutes(app, registry);
  app.use(answerNotFound, answerError);
  return app;
}

/** The policy of our own pages: nothing from outside, no scripts but those that the page names by hash. */
export const contentPolicy = (more: Record<string, string> = {}): string =>
  Object.entries({
    'default-src': "'none'",
    'style-src': "'unsafe-inline'",
    'img-src': "'self' data:",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    ...more,
  })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': contentPolicy(),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
  next();
};

function measure(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'taxiway_http_request_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
    registers: [registry],
  });
  const requests = new Counter({
    name: 'taxiway_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  return (request, response, next) => {
    const stop = seconds.startTimer();
    response.once('finish', () => {
      // Methods are the client's words: unknown ones share a label, so that nobody can grow the metrics.
      const method = ['GET', 'HEAD', 'POST'].includes(request.method) ? request.method : 'other';
      const labels = { method, status: String(response.statusCode) };
      stop(labels);
      requests.inc(labels);
    });
    next();
  };
}

const answerNotFound: RequestHandler = (request, response) => {
  const body = html`<p>There is no page at <code>${request.path}</code>.</p><p><a href="/">Go to the home page</a></p>`;
  response.status(404).send(toPage({ title: 'Not found', body }));
};

const answerError: ErrorRequestHandler = (
  error: { status?: number; stack?: string; message?: string },
  _request,
  response,
  next,
) => {
  if (response.headersSent) return next(error);
  if (error instanceof UserError) return answerUnreadable(error, response);
  const status = error.status !== undefined && error.status >= 400 && error.status < 500 ? error.status : 500;
  if (status === 500) log('request failed', { error: error.stack ?? error.message });
  const text = status === 500 ? 'This is a bug; the log has the details.' : 'The request could not be read.';
  response.status(status).send(toPage({ title: `Error ${status}`, body: html`<p>${text}</p>` }));
};

/** The bucket or folder behind a page fails, or refuses: readers can only come back. The log says what is wrong. */
function answerUnreadable({ message }: UserError, response: Response): void {
  log('request failed', { error: message });
  const body = html`<p>What this page shows can’t be read at the moment. Please try again in half a minute.</p>`;
  response
    .status(503)
    .set('Retry-After', retryAfterSeconds)
    .send(toPage({ title: 'Not available', body }));
}
