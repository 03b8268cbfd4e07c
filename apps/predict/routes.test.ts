import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelOf } from '../contract/dataset.ts';
import { green } from '../contract/green.ts';
import { makeApp } from '../platform/web-server.ts';
import type { Answer } from './answer.ts';
import { ChampionStore } from './champion.ts';
import type { Problem } from './request.ts';
import { addPredictRoutes } from './routes.ts';

type Refusal = { errors: Problem[] };

let models: string;
let server: Server;
let clock = 0;
let base: string;

beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'taxiway-predict-'));
  const store = new ChampionStore(models, () => clock);
  server = createServer(
    makeApp({
      name: 'predict',
      isReady: async () => true,
      addRoutes: (app, registry) => addPredictRoutes(app, { datasets: [green], store, registry }),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(models, { recursive: true });
});

async function crown(version: number, more: object = {}): Promise<void> {
  await mkdir(join(models, 'green'), { recursive: true });
  await copyFile(new URL('fixtures/model.json', import.meta.url), join(models, 'green', 'model.json'));
  const { features, target } = modelOf(green);
  const champion = { category: 'green', version, run_id: 'r', rmse: 1.25, model: 'model.json', features, target, ...more };
  await writeFile(join(models, 'green', 'champion.json'), JSON.stringify(champion));
  clock += 2000;
}

const trip = { category: 'green', pickup_zone: 74, dropoff_zone: 132, pickup_datetime: '2024-05-31T08:30', passenger_count: 1 };
const ask = (body: unknown, headers = { 'Content-Type': 'application/json' }, path = '/api/predict') =>
  fetch(`${base}${path}`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

test('503 with the next step while no model serves, then a fare as soon as there is one', async () => {
  const early = await ask(trip);
  expect([early.status, await early.json()]).toEqual([
    503,
    { errors: [{ field: 'category', message: expect.stringContaining('full-refresh') }] },
  ]);
  expect(await (await fetch(base)).text()).toContain('No model serves yet');
  await crown(3);
  const response = await ask(trip);
  expect([response.status, await response.json()]).toEqual([
    200,
    {
      fare_amount: expect.any(Number),
      currency: 'USD',
      model: { category: 'green', version: '3', rmse: 1.25 },
      features: expect.objectContaining({ day_of_week: 6, hour_of_day: 8, passenger_count: 1 }),
      trip_distance: expect.any(Number),
      distance_estimated: true,
    },
  ]);
  expect(await (await ask({ ...trip, trip_distance: 4.5 })).json()).toMatchObject({
    trip_distance: 4.5,
    distance_estimated: false,
  });
});

test('a broken new champion leaves the old one serving', async () => {
  await crown(1);
  await ask(trip);
  for (const spoiled of [
    { features: ['x'] },
    { category: 'yellow' },
    { model: '../../x.json' },
    { model: 'none.json' },
    { rmse: 'low' },
  ]) {
    await crown(2, spoiled);
    await ask(trip);
    expect(await (await ask(trip)).json()).toMatchObject({ model: { version: '1' } });
  }
  await crown(4);
  await ask(trip);
  await expect.poll(async () => ((await (await ask(trip)).json()) as Answer).model.version).toBe('4');
});

test('a form gives the answer that JSON gives, and the page answers forms without scripts', async () => {
  await crown(1);
  const body = String(
    new URLSearchParams({ ...trip, pickup_zone: '74', dropoff_zone: '132', passenger_count: '1', trip_distance: '' }),
  );
  expect(await (await ask(body, form)).json()).toEqual(await (await ask(trip)).json());
  const page = await (await ask(body, form, '/')).text();
  expect(page).toMatch(/id="predicted">\$\d+\.\d\d</);
  const wrong = await ask(body.replace('pickup_zone=74', 'pickup_zone=%3Cb%3E'), form, '/');
  expect([wrong.status, await wrong.text()]).toEqual([
    400,
    expect.stringContaining('class="problem">no taxi zone to choose has &quot;&lt;b&gt;&quot; in its name'),
  ]);
});

test.each([
  ['jfk', 132],
  ['132', 132],
  ['Corona (57)', 57],
  ['HUDSON SQ', 125],
])('the page finds %j, the API takes keys alone', async (text, key) => {
  await crown(1);
  const body = String(new URLSearchParams({ ...trip, pickup_zone: '74', dropoff_zone: text, passenger_count: '1' }));
  const page = await ask(body, form, '/');
  const amount = /id="predicted">\$([\d.]+)</.exec(await page.text())?.[1];
  expect(Number(amount)).toBe(((await (await ask({ ...trip, dropoff_zone: key })).json()) as Answer).fare_amount);
  if (text !== String(key)) expect((await ask(body, form)).status).toBe(400);
});

test.each([
  ['Harlem', 'could be Central Harlem, Central Harlem North, East Harlem North and 1 more; write more of the name'],
  [
    'Midtwon Center',
    'no taxi zone to choose has &quot;Midtwon Center&quot; in its name (did you mean &quot;Midtown Center&quot;?)',
  ],
  ['Unknown', 'no taxi zone to choose has &quot;Unknown&quot; in its name'],
])('the page says what %j could be', async (text, message) => {
  await crown(1);
  const body = String(new URLSearchParams({ ...trip, pickup_zone: '74', dropoff_zone: text, passenger_count: '1' }));
  const page = await ask(body, form, '/');
  expect([page.status, await page.text()]).toEqual([400, expect.stringContaining(`class="problem">${message}`)]);
});

test.each([
  [{}, ['category', 'pickup_zone', 'dropoff_zone', 'pickup_datetime', 'passenger_count']],
  [{ ...trip, category: '__proto__' }, ['category']],
  [{ ...trip, pickup_zone: 264, dropoff_zone: 265 }, ['pickup_zone', 'dropoff_zone']],
  [{ ...trip, pickup_zone: 0, dropoff_zone: 1.5 }, ['pickup_zone', 'dropoff_zone']],
  [{ ...trip, pickup_zone: [74], passenger_count: true }, ['pickup_zone', 'passenger_count']],
  [{ ...trip, pickup_datetime: '2024-06-31T08:30' }, ['pickup_datetime']],
  [{ ...trip, pickup_datetime: '2024-05-31 08:30', passenger_count: 9 }, ['pickup_datetime', 'passenger_count']],
  [{ ...trip, trip_distance: -1 }, ['trip_distance']],
  [[], ['category', 'pickup_zone', 'dropoff_zone', 'pickup_datetime', 'passenger_count', 'body']],
])('%j: 400 with every problem', async (body, fields) => {
  await crown(1);
  const response = await ask(body);
  const { errors } = (await response.json()) as Refusal;
  expect(response.status).toBe(400);
  const named = errors.map(({ field }) => field);
  expect(fields).toEqual(expect.arrayContaining(named));
  expect(named.length).toBeGreaterThan(0);
  expect(errors.every(({ message }) => message.length > 5)).toBe(true);
});

test.each(['NaN', 'Infinity', '-Infinity', '1e400', '1,5', '1 000', '0x10', '1_0', '٣', ' ', '1\0', null, [], {}])(
  'passenger_count %j is no number, from JSON and from a form',
  async (value) => {
    await crown(1);
    const { errors } = (await (await ask({ ...trip, passenger_count: value })).json()) as Refusal;
    expect(errors).toEqual([{ field: 'passenger_count', message: 'must be a number' }]);
    if (typeof value !== 'string') return;
    const body = String(new URLSearchParams({ ...trip, pickup_zone: '74', dropoff_zone: '132', passenger_count: value }));
    expect(await (await ask(body, form)).json()).toEqual({ errors });
  },
);

test('a JSON number beyond all bounds is no number, and an empty field is missing', async () => {
  const body = JSON.stringify({ ...trip, passenger_count: '' }).replace('"pickup_zone":74', '"pickup_zone":1e400');
  const { errors } = (await (await ask(body)).json()) as Refusal;
  expect(errors).toEqual([
    { field: 'pickup_zone', message: 'must be a number' },
    { field: 'passenger_count', message: 'is missing' },
  ]);
});

test('says which zone has no place', async () => {
  const { errors } = (await (await ask({ ...trip, pickup_zone: 264 })).json()) as Refusal;
  expect(errors[0]?.message).toBe(
    'taxi zone 264 (Unknown) has no place on the map, so nothing can be predicted; choose another taxi zone',
  );
});

test.each([
  ['{"category":', 400],
  [`{"x":"${'x'.repeat(20_000)}"}`, 413],
])('a body that is no JSON or too large is refused as JSON', async (body, status) => {
  const response = await ask(body);
  expect([response.status, ((await response.json()) as Refusal).errors[0]?.field]).toEqual([status, 'body']);
});

test('zones, models, health, metrics; unknown paths are 404', async () => {
  await crown(1);
  const zones = (await (await fetch(`${base}/api/zones`)).json()) as object[];
  expect(zones).toHaveLength(265);
  expect(zones[263]).toEqual({ id: 264, borough: 'Unknown', zone: 'Unknown', predictable: false });
  expect(await (await fetch(`${base}/api/models`)).json()).toMatchObject([{ category: 'green', version: '1', rmse: 1.25 }]);
  await ask(trip);
  expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n');
  expect(await (await fetch(`${base}/metrics`)).text()).toMatch(
    /taxiway_predictions_total\{category="green",service="predict"\} 1/,
  );
  expect((await fetch(`${base}/api/nothing`)).status).toBe(404);
  expect((await fetch(`${base}/nothing`)).status).toBe(404);
});
