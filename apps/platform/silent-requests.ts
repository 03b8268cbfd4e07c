// Ends requests of Google's clients that hear nothing: the clients have no time-out of their own, and their HTTP library takes away that of others
// when an answer begins.
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Every request of this process to a host from now on. It fails with ETIMEDOUT once nothing has come for so long. */
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
