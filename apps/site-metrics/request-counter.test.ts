import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { toRequestCounter } from './request-counter.ts';

const read = async (registry: Registry) => {
  const text = await registry.getSingleMetricAsString('taxiway_site_requests_total');
  return Object.fromEntries(
    [...text.matchAll(/back_end="([^"]+)",status="([^"]+)"\} (\d+)/g)].map(([, part, status, value]) => [
      `${part} ${status}`,
      Number(value),
    ]),
  );
};

test('each class of each back end is 0 at first, then counted', async () => {
  const registry = new Registry();
  const count = toRequestCounter(registry);
  const before = await read(registry);
  expect(before['argo 5xx']).toBe(0);
  expect(new Set(Object.values(before))).toEqual(new Set([0]));
  for (const text of ['argo 502 0.003', 'argo 200 12.000', 'argo 204 0.1\n', 'home 101 3600.5'])
    count(`<190>Nov 28 20:30:00 nginx: ${text}`);
  expect(await read(registry)).toEqual({ ...before, 'argo 5xx': 1, 'argo 2xx': 2, 'home 1xx': 1 });
  expect(await registry.metrics()).toContain('taxiway_site_request_seconds_bucket{le="30",back_end="argo"} 3');
});

test.each(['', 'argo 200', ': eve 200 0.1', ': argo 900 0.1', ': argo 200 -', ': argo"} 1 200 0.1', '\u0000'])(
  '%j is left out',
  async (text) => {
    const registry = new Registry();
    const count = toRequestCounter(registry);
    const before = await registry.metrics();
    count(text);
    expect(await registry.metrics()).toBe(before);
  },
);
