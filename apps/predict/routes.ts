// The prediction service's routes: its API and its page, which works without scripts too.
import { createHash } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { Counter, type Registry } from 'prom-client';
import type { Dataset } from '../contract/dataset.ts';
import { UserError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { contentPolicy, retryAfterSeconds } from '../platform/web-server.ts';
import { noModelText, type Prediction, toAnswer, toPrediction } from './answer.ts';
import type { Champion, ChampionStore } from './champion.ts';
import { pageScript } from './page-script.ts';
import { type Serving, toPredictPage } from './predict-page.ts';
import { type Problem, readRequest, toCategoryProblem } from './request.ts';
import { toKeys } from './search.ts';
import { type Served, toListings, toServed } from './served.ts';

const policy = contentPolicy({
  'script-src': `'sha256-${createHash('sha256').update(pageScript).digest('base64')}'`,
  'connect-src': "'self'",
});

type Reply = { status: 200; prediction: Prediction } | { status: 400 | 404 | 503; problems: Problem[] };

interface Service {
  readonly datasets: readonly Dataset[];
  readonly store: ChampionStore;
  readonly registry: Registry;
}

/** Adds the page at `/` and the API at `/api/`, for the data sets that have a model. */
export function addPredictRoutes(app: Express, { datasets, store, registry }: Service): void {
  const served = toServed(datasets);
  const listings = toListings(served);
  const predictions = new Counter({
    name: 'taxiway_predictions_total',
    help: 'Predictions made.',
    labelNames: ['category'],
    registers: [registry],
  });
  const reply = async (body: unknown): Promise<Reply> => {
    const read = readRequest(served, body);
    if ('problems' in read) return { status: 400, problems: read.problems };
    const { dataset } = read.request.served;
    const champion = await store.get(dataset);
    if (!champion) return noModel(dataset.category);
    predictions.inc({ category: dataset.category });
    return { status: 200, prediction: toPrediction(read.request, champion) };
  };
  const sendPage = async (response: Response, given: Readonly<Record<string, unknown>>, replied?: Reply): Promise<void> => {
    const serving = await toServing(served, store);
    const page = toPredictPage({ serving, category: given.category, given, now: new Date(), ...replied });
    response
      .status(replied?.status ?? 200)
      .set('Content-Security-Policy', policy)
      .type('html')
      .send(page);
  };
  app.use(express.json({ limit: '16kb' }), express.urlencoded({ limit: '16kb', extended: false }));
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.get('/api/models', async (_request, response) => {
    const champions = (await toServing(served, store)).map(({ champion }) => champion);
    response.json(
      champions.map(({ category, version, run_id, rmse, features, target }) => ({
        category,
        version,
        run_id,
        rmse,
        target,
        features,
      })),
    );
  });
  app.get('/api/:listing', (request, response, next) => {
    const found = listings.get(request.params.listing);
    if (!found) return next();
    response.set('Cache-Control', 'max-age=3600').json(found);
  });
  app.post('/api/predict', async (request, response) => {
    const replied = await reply(request.body);
    if (replied.status === 200) response.json(toAnswer(replied.prediction));
    else sendProblems(response, replied.status, replied.problems);
  });
  app.get('/', async (request, response) => {
    await sendPage(response, request.query, await findNoForm(request.query.category));
  });
  app.post('/', async (request, response) => {
    const given = (request.body ?? {}) as Record<string, unknown>;
    const found = served.find(({ dataset }) => dataset.category === given.category);
    const { keyed, problems: ofNames } = found ? toKeys(found, given) : { keyed: given, problems: [] };
    const replied = await reply(keyed);
    if (replied.status === 200) return sendPage(response, keyed, replied);
    const problems = replied.problems.map((problem) => ofNames.find(({ field }) => field === problem.field) ?? problem);
    await sendPage(response, keyed, { ...replied, problems });
  });
  const known = ['POST /api/predict', ...['models', ...listings.keys()].map((name) => `GET /api/${name}`)];
  app.use('/api', (request, response) => {
    const message = `no ${request.method} ${request.originalUrl}; there are ${known.join(', ')}`;
    sendProblems(response, 404, [{ field: 'path', message }]);
  });
  app.use('/api', answerApiError);

  /** Why the form of a category that was asked for can't be shown; undefined where it can, or none was asked for. */
  async function findNoForm(category: unknown): Promise<Reply | undefined> {
    if (category === undefined) return undefined;
    const found = served.find(({ dataset }) => dataset.category === category);
    if (!found) return { status: 404, problems: [{ field: 'category', message: toCategoryProblem(served) }] };
    return (await store.get(found.dataset)) ? undefined : noModel(found.dataset.category);
  }
}

const noModel = (category: string): Reply => ({
  status: 503,
  problems: [{ field: 'category', message: noModelText(category) }],
});

/** The data sets that a model serves now. */
async function toServing(served: readonly Served[], store: ChampionStore): Promise<(Serving & { champion: Champion })[]> {
  const champions = await Promise.all(served.map(({ dataset }) => store.get(dataset)));
  return served.flatMap((one, index) => {
    const champion = champions[index];
    return champion ? [{ served: one, champion }] : [];
  });
}

function sendProblems(response: Response, status: number, errors: Problem[]): void {
  if (status === 503) response.set('Retry-After', retryAfterSeconds);
  response.status(status).json({ errors });
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
