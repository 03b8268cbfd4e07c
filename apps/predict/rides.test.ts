// The service for a data set that is not of taxis.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type PredictServer, startPredictServer } from '../../tests/fixtures/predict-server.ts';
import { rideTimes, toModelFile } from '../../tests/fixtures/ride-times.ts';
import type { Answer } from './answer.ts';
import type { Problem } from './request.ts';

let server: PredictServer;
beforeAll(async () => {
  server = await startPredictServer([rideTimes]);
  const splits = [
    ['rider', 1.5, 0, 4],
    ['electric', 0.5, 0, -3],
    ['distance', 1, 0, 10],
  ] as const;
  await server.crown(rideTimes, toModelFile(rideTimes, 12.34, splits));
});
afterAll(() => server.stop());

const ride = {
  category: 'ridetimes',
  start_dock: 'JC1',
  end_dock: 'JC3',
  started_at: '2024-05-31T08:30',
  member: 'casual',
  electric: true,
  charged: '2024-05-30',
  speed: 12.5,
  gears: 3,
};
async function ask(body: object): Promise<Answer & { errors: Problem[] }> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await fetch(`${server.origin}/api/predict`, init)).json()) as Answer & { errors: Problem[] };
}

test('the answer has the target by its name, as its unit is read, and what was estimated', async () => {
  expect(await ask(ride)).toEqual({
    minutes: 13.3,
    unit: 'minutes',
    model: { category: 'ridetimes', version: '1', rmse: 1.25 },
    features: {
      weekday: 6,
      hour: 8,
      charged: 30,
      rider: 2,
      electric: 1,
      speed: 12.5,
      gears: 3,
      distance: 0.42,
      from_x: -74.043,
      crow: expect.closeTo(336.7, 0),
    },
    distance: 0.42,
    distance_estimated: true,
  });
  for (const empty of [null, '', undefined])
    expect(await ask({ ...ride, end_dock: 'JC1', distance: empty })).toMatchObject({ distance: 0.2 });
  expect(await ask({ ...ride, member: 'member', distance: 1.5 })).toMatchObject({
    minutes: 19.3,
    distance: 1.5,
    distance_estimated: false,
  });
});

test.each<[object, Record<string, string>]>([
  [
    { start_dock: 'JC9', end_dock: 'JC33' },
    {
      start_dock: 'stand JC9 (Workshop) has no place on the map, so nothing can be predicted; choose another stand',
      end_dock: 'must be the id of a stand (did you mean "JC3"?)',
    },
  ],
  [
    { member: 'annual', electric: 'maybe' },
    { member: 'must be one of member, casual', electric: 'must be one of true, false' },
  ],
  [{ member: 'casul' }, { member: 'must be one of member, casual (did you mean "casual"?)' }],
  [
    { started_at: '2024-02-30T08:30', charged: '2019-12-31' },
    {
      started_at: 'must be a date and time such as 2024-05-31T08:30 (New York time)',
      charged: 'must be a date such as 2024-05-31, from 2020-01-01 until 2099-12-31',
    },
  ],
  // The bounds of the speed are those of a rule.
  [
    { speed: 60, gears: 2.5 },
    { speed: 'must be at least 0 and below 60 kilometres an hour', gears: 'must be a whole number' },
  ],
  [
    { gears: 0, distance: 0 },
    { gears: 'must be 1 to 24', distance: 'must be above 0 kilometres' },
  ],
  [
    { member: '', started_at: undefined },
    { started_at: 'is missing; write it as 2024-05-31T08:30', member: 'is missing' },
  ],
  [
    { member: ['casual'], electric: ['true'], started_at: 7, charged: {}, start_dock: null },
    {
      start_dock: 'must be the id of a stand',
      started_at: 'must be a date and time such as 2024-05-31T08:30 (New York time)',
      member: 'must be one of member, casual',
      electric: 'must be one of true, false',
      charged: 'must be a date such as 2024-05-31, from 2020-01-01 until 2099-12-31',
    },
  ],
])('%j is refused with every problem', async (change, problems) => {
  const { errors } = await ask({ ...ride, ...change });
  expect(Object.fromEntries(errors.map(({ field, message }) => [field, message]))).toEqual(problems);
});

test('the rows of its dimension are listed by its own words', async () => {
  const rows = (await (await fetch(`${server.origin}/api/stands`)).json()) as object[];
  expect(rows).toHaveLength(5);
  expect(rows[0]).toEqual({ id: 'JC1', area: 'Downtown', name: 'Grove St', predictable: true });
  expect(rows[4]).toMatchObject({ id: 'JC9', predictable: false });
  for (const path of ['zones', 'constructor', '__proto__', 'bicycle_stands'])
    expect(await (await fetch(`${server.origin}/api/${path}`)).text()).toContain(
      'there are POST /api/predict, GET /api/models, GET /api/stands',
    );
});

test('a model of something else is refused', async () => {
  const other = await startPredictServer([rideTimes]);
  onTestFinished(other.stop);
  await other.crown(rideTimes, toModelFile(rideTimes, 1, []), { target: 'hours' });
  const answer = await fetch(`${other.origin}/?category=ridetimes`);
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('No model serves yet')]);
});

test('a form begins with what its address says, where that can be chosen, and else with the defaults', async () => {
  const page = async (query: string) => (await fetch(`${server.origin}/?${query}`)).text();
  const chosen = (text: string) => [...text.matchAll(/<option value="([^"]*)" selected/g)].map(([, value]) => value);
  expect(chosen(await page(''))).toEqual(['JC3', 'member', 'false']);
  expect(chosen(await page('start_dock=JC4&member=casual&electric=perhaps'))).toEqual(['JC4', 'JC3', 'casual', 'false']);
  expect(await page('gears=%22%3E%3Cb%3E')).toContain('value="&quot;&gt;&lt;b&gt;"');
  for (const query of ['category=yellow', 'category=', 'category=ridetimes&category=ridetimes'])
    expect([query, (await fetch(`${server.origin}/?${query}`)).status]).toEqual([query, 404]);
});
