import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { postAlert } from './post-alert.ts';
import { toEnd } from './run-end.ts';

async function serve(status: number) {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    bodies.push({ path: request.url, ...JSON.parse(text)[0] });
    response.writeHead(status).end('no\nroom');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { bodies, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const end = (status: string) => toEnd({ workflow: 'batch', run: 'r', status, failures: '[]', category: 'green' });
const now = new Date('2026-01-01T00:00:00Z');

test('a failure raises an alert, the next success ends the same one', async () => {
  const { bodies, address } = await serve(200);
  expect(await postAlert(address, end('Failed'), now)).toBe(true);
  expect(await postAlert(`${address}/`, end('Succeeded'), now)).toBe(true);
  const [raised, ended] = bodies as { path: string; labels: object; endsAt: string }[];
  expect(raised).toMatchObject({ path: '/api/v2/alerts', endsAt: '2026-01-04T00:00:00.000Z', startsAt: now.toISOString() });
  expect(ended).toMatchObject({ labels: raised?.labels, endsAt: now.toISOString() });
});

test('what may pass is retried, what is refused is not', async () => {
  const busy = await serve(503);
  await expect(postAlert(busy.address, end('Failed'), now)).rejects.toMatchObject({ exitCode: 75 });
  const strict = await serve(400);
  await expect(postAlert(strict.address, end('Failed'), now)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('400: no room'),
  });
  await expect(postAlert('http://127.0.0.1:1', end('Failed'), now)).rejects.toMatchObject({ exitCode: 75 });
});
