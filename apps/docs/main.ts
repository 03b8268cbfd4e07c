// docs: serves the docs bucket. It stands behind a proxy that strips /docs, so every redirect and link is relative.
import { z } from 'zod';
import { runProgram } from '../platform/program.ts';
import { toPath } from '../platform/uri.ts';
import { serve } from '../platform/web-server.ts';
import { addDocsRoutes } from './routes.ts';

await runProgram({
  name: 'docs',
  description: 'Serves the documentation site: validation reports, data sets, dbt.',
  options: {
    docs: z.string().min(1).describe('URI of the docs bucket'),
    host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
    port: z.coerce.number().int().min(0).max(65535).default(8081).describe('port to listen on; 0 takes any that is free'),
  },
  run: ({ docs, host, port }) => {
    const folder = toPath(docs);
    return serve({ name: 'docs', host, port, folder, addRoutes: (app) => addDocsRoutes(app, folder) });
  },
});
