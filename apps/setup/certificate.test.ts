import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { makeCertificate } from './certificate.ts';

const hosts = ['taxiway.localhost', '*.taxiway.localhost', '127.0.0.1', '::1'];

test('it names the hosts, belongs to its key, and holds for so many days', async () => {
  const { certificate, key } = await makeCertificate({ hosts, days: 825 });
  const read = new X509Certificate(certificate);
  expect(read.subject).toBe('CN=taxiway.localhost');
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(read.verify(read.publicKey)).toBe(true);
  expect([read.ca, read.serialNumber.length, read.keyUsage]).toEqual([false, 32, ['1.3.6.1.5.5.7.3.1']]);
  expect(['taxiway.localhost', 'a.taxiway.localhost', 'example.com'].map((host) => read.checkHost(host) !== undefined)).toEqual([
    true,
    true,
    false,
  ]);
  expect(['127.0.0.1', '::1', '10.0.0.1'].map((address) => read.checkIP(address) !== undefined)).toEqual([true, true, false]);
  expect(read.validToDate.getTime() - read.validFromDate.getTime()).toBe(825 * 86_400_000);
  expect(read.validFromDate.getTime()).toBeLessThan(Date.now() - 3_000_000);
});

test('a long host name and each pair of its own', async () => {
  const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.localhost`;
  const [one, other] = await Promise.all([1, 2].map(() => makeCertificate({ hosts: [host], days: 1 })));
  expect(new X509Certificate(one?.certificate ?? '').checkHost(host)).toBe(host);
  expect(one?.key).not.toBe(other?.key);
});

test('a client that trusts it reaches a server that shows it, and one that does not refuses', async () => {
  const { certificate, key } = await makeCertificate({ hosts, days: 30 });
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (ca?: string) =>
    new Promise<string>((resolve) => {
      const sent = request({ host: '127.0.0.1', port, servername: 'taxiway.localhost', ...(ca && { ca }) }, (answer) => {
        answer.resume();
        resolve(String(answer.statusCode));
      });
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
      sent.end();
    });
  expect([await ask(certificate), await ask()]).toEqual(['200', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
  server.closeAllConnections();
  server.close();
});
