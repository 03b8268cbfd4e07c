// A time-out for the requests of Google's clients: they have none, and their HTTP library removes the socket's time-out when an answer begins.
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** From now on, each request of this process to the host fails with ETIMEDOUT after so long without a byte. */
export function endSilentRequests(host: string, silenceMilliseconds: number): void {
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.host !== host) return;
    const end = () =>
      request.destroy(Object.assign(new Error(`nothing came for ${silenceMilliseconds / 1000} s`), { code: 'ETIMEDOUT' }));
    const wait = () => request.setTimeout(silenceMilliseconds);
    request.on('timeout', end);
    request.once('response', () => setImmediate(wait));
    wait();
  });
}
