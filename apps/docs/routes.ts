// The docs site's routes: the files of one folder, each revalidated on every use.
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import { docsPaths } from '../contract/names.ts';
import { html } from '../platform/html.ts';
import { toPage } from '../platform/page.ts';
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

/** Serves the folder's files; a folder's address leads to its index.html. Dotfiles and what lies outside are not found. */
export function addDocsRoutes(app: Express, folder: string): void {
  app.use((request, response, next) => {
    if (request.path.startsWith(dbtFolder)) response.set('Content-Security-Policy', dbtPolicy);
    next();
  });
  app.use(refuseLinksOut(folder));
  app.use(
    express.static(folder, {
      redirect: false,
      dotfiles: 'ignore',
      setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
    }),
  );
  app.use(addSlash(folder));
  app.get('/', (_request, response) => {
    const body = html`<div class="notice"><p>Nothing has been published yet.</p>
<p>Run a workflow, for example with <code>npm start</code>: its <code>publish</code> step writes this site.</p></div>`;
    response.status(404).send(toPage({ title: 'Documentation', body, path: '/docs/' }));
  });
}

/** A symbolic link in the bucket must not lead out of it. */
function refuseLinksOut(folder: string): RequestHandler {
  return async (request, _response, next) => {
    try {
      const [root, target] = await Promise.all([realpath(folder), realpath(join(folder, decodeURIComponent(request.path)))]);
      return next(target === root || target.startsWith(root + sep) ? undefined : 'router');
    } catch {
      // No such file, or no path at all: whoever comes next says so.
      return next();
    }
  };
}

/** Sends `…/green` to `…/green/` where that is a folder with an index. The target is relative, as the proxy hides the prefix. */
function addSlash(folder: string): RequestHandler {
  return async (request, response, next) => {
    if (!['GET', 'HEAD'].includes(request.method) || request.path.endsWith('/')) return next();
    let segments: string[];
    try {
      segments = decodeURIComponent(request.path).split('/').slice(1);
    } catch {
      return next();
    }
    if (segments.some((segment) => segment.startsWith('.') || segment === '' || /[\\\0]/.test(segment))) return next();
    const found = await stat(join(folder, ...segments, 'index.html')).catch(() => undefined);
    if (!found?.isFile()) return next();
    response.redirect(302, `./${encodeURIComponent(segments.at(-1) as string)}/`);
  };
}
