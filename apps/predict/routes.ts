// The prediction service's routes: its API and its page, which works without scripts too.
import { createHash } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { Counter, type Registry } from 'prom-client';
import { UserError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { contentPolicy, retryAfterSeconds } from '../platform/web-server.ts';
import { type Answer, answer, noModelText } from './answer.ts';
import type { Champion, ChampionStore } from './champion.ts';
import { servedDatasets } from './features.ts';
import { pageScript } from './page-script.ts';
import { toPredictPage } from './predict-page.ts';
import { type Problem, readRequest } from './request.ts';
import { listZones } from './zones.ts';

const policy = contentPolicy({
  'script-src': `'sha256-${createHash('sha256').update(pageScript).digest('base64')}'`,
  'connect-src': "'self'",
});

type Reply = { status: 200; answer: Answer } | { status: 400 | 503; problems: Problem[] };

/** Adds the page at `/` and the API at `/api/`. */
export function addPredictRoutes(app: Express, { store, registry }: { store: ChampionStore; registry: Registry }): void {
  const predictions = new Counter({
    name: 'taxiway_predictions_total',
    help: 'Fares predicted.',
    labelNames: ['category'],
    registers: [registry],
  });
  const reply = async (body: unknown): Promise<Reply> => {
    const read = readRequest(body);
    if ('problems' in read) return { status: 400, problems: read.problems };
    const champion = await store.get(read.request.category);
    if (!champion) return { status: 503, problems: [{ field: 'category', message: noModelText(read.request.category) }] };
    predictions.inc({ category: champion.category });
    return { status: 200, answer: answer(read.request, champion) };
  };
  app.use(express.json({ limit: '16kb' }), express.urlencoded({ limit: '16kb', extended: false, parameterLimit: 20 }));
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.get('/api/zones', (_request, response) => {
    response.set('Cache-Control', 'max-age=3600').json(listZones());
  });
  app.get('/api/models', async (_request, response) => {
    response.json(
      (await champions(store)).map(({ category, version, run_id, rmse, features, target }) => ({
        category,
        version,
        run_id,
        rmse,
        target,
        features,
      })),
    );
  });
  app.post('/api/predict', async (request, response) => {
    const replied = await reply(request.body);
    if (replied.status === 200) response.json(replied.answer);
    else sendProblems(response, replied.status, replied.problems);
  });
  app.get('/', async (_request, response) => {
    sendPage(response, 200, toPredictPage({ champions: await champions(store) }));
  });
  app.post('/', async (request, response) => {
    const given = (request.body ?? {}) as Record<string, unknown>;
    const replied = await reply(given);
    const outcome = replied.status === 200 ? { answer: replied.answer } : { problems: replied.problems };
    sendPage(response, replied.status, toPredictPage({ champions: await champions(store), given, ...outcome }));
  });
  app.use('/api', (request, response) => {
    sendProblems(response, 404, [
      {
        field: 'path',
        message: `no ${request.method} ${request.originalUrl}; there are POST /api/predict, GET /api/zones, GET /api/models`,
      },
    ]);
  });
  app.use('/api', answerApiError);
}

async function champions(store: ChampionStore): Promise<Champion[]> {
  const found = await Promise.all(servedDatasets.map(({ category }) => store.get(category)));
  return found.filter((champion) => champion !== undefined);
}

function sendProblems(response: Response, status: number, errors: Problem[]): void {
  if (status === 503) response.set('Retry-After', retryAfterSeconds);
  response.status(status).json({ errors });
}

function sendPage(response: Response, status: number, page: string): void {
  response.status(status).set('Content-Security-Policy', policy).type('html').send(page);
}

/** A bucket that fails; a body that is no JSON or too large. Anything else is a bug, for the server's own handler. */
const answerApiError: ErrorRequestHandler = (error: { status?: number; type?: string }, _request, response, next) => {
  if (error instanceof UserError) {
    log('request failed', { error: error.message });
    return sendProblems(response, 503, [{ field: 'category', message: "the models can't be read at the moment; ask again" }]);
  }
  if (error.status === undefined || error.status >= 500) return next(error);
  const message =
    error.type === 'entity.too.large'
      ? 'is larger than 16 KB'
      : 'is not readable: send JSON, or a form, as its Content-Type says';
  sendProblems(response, error.status, [{ field: 'body', message }]);
};
