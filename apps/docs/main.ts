// docs: serves the docs bucket. It stands behind a proxy that strips /docs, so every redirect and link is relative.
import { z } from 'zod';
import { uriOption } from '../platform/object-storage-uri.ts';
import { canBeListed } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { serve } from '../platform/web-server.ts';
import { addDocsRoutes } from './routes.ts';

await runProgram({
  name: 'docs',
  description: 'Serves the documentation site: validation reports, data sets, dbt.',
  options: {
    docs: uriOption.describe('URI of the docs bucket'),
    host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
    port: z.coerce.number().int().min(0).max(65535).default(8081).describe('port to listen on; 0 takes any that is free'),
  },
  run: ({ docs, host, port }) => {
    return serve({
      name: 'docs',
      host,
      port,
      isReady: () => canBeListed(docs),
      addRoutes: (app) => addDocsRoutes(app, docs),
    });
  },
});
