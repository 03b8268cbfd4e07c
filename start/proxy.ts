// Hands a request on to one of our servers and its answer back, streaming both ways.
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { html } from '../apps/platform/html.ts';
import { toPage } from '../apps/platform/page.ts';
import { sendPage } from './send-page.ts';

export interface Upstream {
  readonly name: string;
  readonly origin: URL;
}

/** Headers of one connection, not of the message (RFC 9110, 7.6.1); `expect` is answered here already. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];
const answerSeconds = 30;

/** Forwards the request to this path and query of the server. A server that does not answer becomes a page with status 502. */
export function forward(incoming: IncomingMessage, outgoing: ServerResponse, to: { upstream: Upstream; path: string }): void {
  const { upstream, path } = to;
  const headers = withoutHops(incoming.headers);
  headers.host = upstream.origin.host;
  // Without it Node sends the body of a GET unframed: its bytes would be read as the next request.
  if (incoming.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
  const { hostname, port } = upstream.origin;
  // A connection a request: one kept open may be closed by the server just as it is used again.
  const asked = request({ hostname, port, path, method: incoming.method, headers, agent: false }, (answer) => {
    asked.setTimeout(0);
    outgoing.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers));
    // On an error it destroys both: the client sees a broken answer, not a short one.
    pipeline(answer, outgoing, () => undefined);
  });
  asked.setTimeout(answerSeconds * 1000, () => asked.destroy(new Error(`no answer within ${answerSeconds} s`)));
  asked.on('error', (error: NodeJS.ErrnoException) => {
    incoming.unpipe(asked);
    incoming.resume();
    if (!outgoing.headersSent && !outgoing.destroyed) sendUnavailable(outgoing, upstream.name, error);
  });
  outgoing.once('close', () => asked.destroy());
  incoming.pipe(asked);
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name) && !named.includes(name)));
}

function sendUnavailable(outgoing: ServerResponse, name: string, error: NodeJS.ErrnoException): void {
  const page = toPage({
    title: `The ${name} server does not answer`,
    body: html`<p>It has ended or is stuck (${error.code ?? error.message}). The terminal of <code>npm start</code> says more.</p>
<p>End <code>npm start</code> with Ctrl-C and start it again.</p><p><a href="/">Go to the home page</a></p>`,
  });
  sendPage(outgoing, { status: 502, page, headers: { connection: 'close' } });
}
