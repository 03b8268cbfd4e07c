import { ApiException } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { toRefusal } from './kubernetes-refusal.ts';

const answer = (status: number, body: unknown, headers = {}) => toRefusal('asking', new ApiException(status, '', body, headers));
const status = (reason: string, message: string, details?: object) => ({ kind: 'Status', reason, message, details });

test.each<[code: number, body: unknown, exitCode: number, passes: boolean, says: string]>([
  [401, undefined, 2, false, 'does not accept the sign-in'],
  [403, status('Forbidden', 'pods is forbidden'), 2, false, 'not allowed: pods is forbidden; the Role'],
  [403, status('Forbidden', 'admission webhook "w" denied the request: no'), 2, false, 'refused: admission webhook'],
  [403, status('Forbidden', 'exceeded quota: pipeline'), 75, false, 'exceeded quota'],
  [404, '404 page not found\n', 2, false, 'knows no such kind'],
  [
    404,
    status('NotFound', 'namespaces "n" not found', { name: 'n', kind: 'namespaces' }),
    2,
    false,
    'knows no such kind or namespace',
  ],
  [409, status('Conflict', 'changed'), 75, false, 'says 409: changed'],
  [400, JSON.stringify(status('BadRequest', 'unknown\n field')), 2, false, 'says 400: unknown field'],
  [422, status('Invalid', 'x'.repeat(9999)), 2, false, 'says 422: xxx'],
  [429, status('TooManyRequests', 'slow'), 75, true, 'says 429'],
  [500, status('InternalError', 'failed calling webhook "w"'), 75, true, 'failed calling webhook'],
  [503, '<html>', 75, true, 'says 503'],
])('%i %j ends with exit code %i', (code, body, exitCode, passes, says) => {
  const refusal = answer(code, body);
  expect(refusal).toMatchObject({ status: code, exitCode, passes, isAbsent: false });
  expect(refusal?.message).toContain(says);
  expect(refusal?.message).toMatch(/^asking: .{1,700}$/);
});

test('only a missing object is absent: not its kind, not its namespace', () => {
  expect(answer(404, status('NotFound', 'workflows "w" not found', { name: 'w', kind: 'workflows' }))?.isAbsent).toBe(true);
});

test('the server may say how long to wait; nonsense is nothing', () => {
  expect(answer(429, '', { 'retry-after': '7' })?.retryAfterSeconds).toBe(7);
  expect(answer(429, '', { 'retry-after': 'Wed, 21 Oct' })?.retryAfterSeconds).toBe(0);
});

test('no answer is temporary, and a bug stays a bug', () => {
  const lost = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
  expect(toRefusal('asking', lost)).toMatchObject({
    message: "asking: can't reach the API server: ECONNRESET",
    exitCode: 75,
    passes: true,
  });
  expect(toRefusal('asking', new DOMException('x', 'TimeoutError'))).toMatchObject({ exitCode: 75, passes: true });
  expect(toRefusal('asking', new TypeError('x is undefined'))).toBeUndefined();
});

test('a certificate that is not to be trusted is no matter of time', () => {
  const cause = Object.assign(new Error(), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  const refusal = toRefusal('asking', new TypeError('fetch failed', { cause }));
  expect(refusal).toMatchObject({ status: 0, exitCode: 2, passes: false });
  expect(refusal?.message).toBe(
    "asking: the API server's certificate is not to be trusted: UNABLE_TO_VERIFY_LEAF_SIGNATURE; check the cluster's address and authority",
  );
});
