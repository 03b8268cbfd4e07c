// predict: the prediction service and its page. It stands behind a proxy that strips /predict, so every link is relative.
import { z } from 'zod';
import { allDatasets } from '../contract/categories.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { canBeListed } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { serve } from '../platform/web-server.ts';
import { ChampionStore } from './champion.ts';
import { addPredictRoutes } from './routes.ts';

await runProgram({
  name: 'predict',
  description: 'Predicts with the champion models: a JSON API and a page.',
  options: {
    models: uriOption.describe('URI of the models bucket'),
    host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
    port: z.coerce.number().int().min(0).max(65535).default(8082).describe('port to listen on; 0 takes any that is free'),
  },
  run: ({ models, host, port }) => {
    const store = new ChampionStore(models);
    return serve({
      name: 'predict',
      host,
      port,
      isReady: () => canBeListed(models),
      addRoutes: (app, registry) => addPredictRoutes(app, { datasets: allDatasets, store, registry }),
    });
  },
});
