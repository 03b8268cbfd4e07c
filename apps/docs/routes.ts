// The docs site's routes: the objects of one folder or bucket, each revalidated on every use.
import { realpath } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Express, Request, RequestHandler, Response } from 'express';
import { docsPaths } from '../contract/names.ts';
import { html } from '../platform/html.ts';
import { log } from '../platform/log.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';
import { takeStart } from '../platform/object-storage-blocks.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { toPage } from '../platform/page.ts';
import { joinUri, toPath } from '../platform/uri.ts';
import { contentPolicy } from '../platform/web-server.ts';

/** dbt's page is one file with its scripts inside, which evaluate templates; it may do so under its own path only. */
const dbtPolicy = contentPolicy({
  'script-src': "'self' 'unsafe-inline' 'unsafe-eval'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self' data:",
  'connect-src': "'self' data:",
  'worker-src': "'self' blob:",
});

const dbtFolder = `/${docsPaths.dbt.split('/')[0]}/`;

/** Serves the objects of a folder or bucket; a folder's address leads to its index.html. Dotfiles and what lies outside are not found. */
export function addDocsRoutes(app: Express, docs: string): void {
  app.use((request, response, next) => {
    if (request.path.startsWith(dbtFolder)) response.set('Content-Security-Policy', dbtPolicy);
    next();
  });
  app.use(serveObject(docs));
  app.get('/', (_request, response) => {
    const body = html`<div class="notice"><p>Nothing has been published yet.</p>
<p>Run a workflow, for example with <code>npm start</code>: its <code>publish</code> step writes this site.</p></div>`;
    response.status(404).send(toPage({ title: 'Documentation', body, path: '/docs/' }));
  });
}

/** Sends an object; `…/green` goes to `…/green/` where that is a folder with an index, by a relative address, as the proxy hides the prefix. */
function serveObject(docs: string): RequestHandler {
  const storage = openStorage(docs);
  return async (request, response, next) => {
    if (!['GET', 'HEAD'].includes(request.method)) return next();
    const name = toName(request.path);
    if (name === undefined) return next();
    const uri = joinUri(docs, name.endsWith('/') || name === '' ? `${name}index.html` : name);
    const object = (await isInside(docs, uri)) ? await storage.look(uri) : undefined;
    if (object !== undefined) return send(storage, object, { request, response });
    const isFolder = name !== '' && !name.endsWith('/') && (await storage.look(joinUri(docs, `${name}/index.html`)));
    if (!isFolder) return next();
    response.redirect(302, `./${encodeURIComponent(name.split('/').at(-1) as string)}/`);
  };
}

/** The decoded path without its first slash; undefined where it names nothing that is shown. */
function toName(path: string): string | undefined {
  try {
    const name = decodeURIComponent(path).slice(1);
    const folders = name.replace(/\/$/, '').split('/');
    const isShown = name === '' || folders.every((part) => part !== '' && !part.startsWith('.') && !/[\\\p{Cc}]/u.test(part));
    return isShown ? name : undefined;
  } catch {
    return undefined;
  }
}

async function send(
  storage: ObjectStorage,
  object: StoredObject,
  { request, response }: { request: Request; response: Response },
): Promise<void> {
  const validators = {
    'Cache-Control': 'no-cache',
    ETag: `"${object.version}"`,
    'Last-Modified': new Date(object.changedAt).toUTCString(),
  };
  response.set(validators);
  if (request.fresh) return void response.status(304).end();
  response.type(extname(object.name) || 'application/octet-stream').set('Content-Length', String(object.bytes));
  if (request.method === 'HEAD') return void response.end();
  const { start, rest } = await takeStart(storage.read(object), 1).catch((error) => {
    // What was said of the object does not belong to the page of the error.
    for (const name of Object.keys(validators)) response.removeHeader(name);
    response.removeHeader('Content-Length');
    throw error;
  });
  const all = async function* () {
    yield* start;
    if (rest) yield* rest;
  };
  await pipeline(all(), response).catch((error) => {
    // Whoever reads has gone, or the object was replaced: the answer's length says that it is not whole.
    log('answer cut', { file: object.name, error: (error as Error).message });
    response.destroy();
  });
}

/** A symbolic link in a folder must not lead out of it. */
async function isInside(docs: string, uri: string): Promise<boolean> {
  if (!docs.startsWith('file:')) return true;
  try {
    const [root, target] = await Promise.all([realpath(toPath(docs)), realpath(toPath(uri))]);
    return target.startsWith(root + sep);
  } catch {
    return false;
  }
}
