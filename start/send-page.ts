// How the site answers with a page of its own: never stored, nothing from outside, in no frame.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { contentPolicy } from '../apps/platform/web-server.ts';

export interface PageAnswer {
  readonly status: number;
  readonly page: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** Sends a whole HTML document. Node leaves the body out for HEAD. */
export function sendPage(outgoing: ServerResponse, { status, page, headers = {} }: PageAnswer): void {
  outgoing.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'cache-control': 'no-store',
    'content-security-policy': contentPolicy(),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    ...headers,
  });
  outgoing.end(page);
}
