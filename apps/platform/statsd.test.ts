import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { sendSamples } from './statsd.ts';

test('samples are one datagram, with names that can make no other metric', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const received = once(server, 'message');
  await sendSamples(
    [
      { name: ['taxiway', 'rows', 'green', 'clean'], value: 3, type: 'counter' },
      { name: ['taxiway', 'a.b:1|c\n'], value: 1.5, type: 'gauge' },
    ],
    `127.0.0.1:${server.address().port}`,
  );
  expect(String((await received)[0])).toBe('taxiway.rows.green.clean:3|c\ntaxiway.a_b_1_c_:1.5|g');
});

test('no address, a wrong one, a host that is not there: nothing fails', async () => {
  for (const address of [undefined, 'x', 'host.invalid:9125', '127.0.0.1:99999'])
    await sendSamples([{ name: ['a'], value: 1, type: 'counter' }], address);
});

test('IPv6 is reached, by address and by a name that has no other', async () => {
  const server = createSocket('udp6').bind(0, '::1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const received = once(server, 'message');
  await sendSamples([{ name: ['a'], value: 1, type: 'counter' }], `[::1]:${server.address().port}`);
  expect(String((await received)[0])).toBe('a:1|c');
});
