// Each API's noes and silences: what is tried again inside of one invocation, and what goes back to the queue, in the end to its dead letters.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toGoogleError } from '../fixtures/lambda-google.ts';
import { toStatus } from '../fixtures/lambda-kubernetes.ts';
import { goodKey, toMessages } from '../fixtures/lambda-objects.ts';
import type { Fault, StandIn } from '../fixtures/lambda-server.ts';
import { invoke, namespace, reset, type StandIns, startStandIns, written } from '../fixtures/lambda-stand-ins.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.stop());
beforeEach(() => reset(standIns, goodKey));
/** Lambda's memory is small: what is only weakly held goes early. */
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const collecting = setInterval(() => collect(), 500);
afterAll(() => clearInterval(collecting));
const made = () => standIns.kubernetes.state.made;
const givenBack = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

type Api = 'google' | 'kubernetes' | 'amazon';
const lease = /^(POST|PUT) .*leases/;
const workflow = /^POST .*workflows$/;
const status = (code: number, reason: string, message: string) => toStatus(code, reason, message);
const slow: Fault['how'] = { status: 500, body: 'oops' };

describe('passes inside of one invocation', () => {
  test.each<[what: string, api: Api, on: RegExp, how: Fault['how']]>([
    ['401 once', 'kubernetes', workflow, status(401, 'Unauthorized', 'Unauthorized')],
    ['409 for a lease', 'kubernetes', lease, status(409, 'Conflict', 'the object has been modified')],
    ['429', 'kubernetes', workflow, { ...status(429, 'TooManyRequests', 'slow'), headers: { 'retry-after': '1' } }],
    ['500', 'kubernetes', lease, status(500, 'InternalError', 'etcdserver: leader changed')],
    ['503 without a body', 'kubernetes', /^GET .*templates/, { status: 503 }],
    ['a cut connection', 'kubernetes', lease, 'reset'],
    ['a lost answer to a claim', 'kubernetes', lease, 'done-and-reset'],
    ["a lost answer to a workflow's creation", 'kubernetes', workflow, 'done-and-reset'],
    ['10 seconds of silence', 'kubernetes', workflow, 'hang'],
    ['401 of the API for clusters', 'google', /clusters/, toGoogleError(401, 'UNAUTHENTICATED', 'no')],
    ['429 of the API for clusters', 'google', /clusters/, toGoogleError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded')],
    ['500 of the API for clusters', 'google', /clusters/, slow],
    ['a page instead of JSON', 'google', /clusters/, { status: 200, body: '<html>' }],
    ['a cut connection of the API for clusters', 'google', /clusters/, 'reset'],
    ['500 for a token', 'google', /token/, slow],
    ['503 for a secret', 'amazon', /^POST/, slow],
    ['a throttled secret', 'amazon', /^POST/, { status: 400, body: { __type: 'ThrottlingException' } }],
    ['503 of S3', 'amazon', /^HEAD/, { status: 503 }],
    ['a cut connection of S3', 'amazon', /^HEAD/, 'reset'],
    ['5 seconds of silence of S3', 'amazon', /^HEAD/, 'hang'],
  ])('%s', async (_, api, on, how) => {
    (standIns[api] as StandIn).faults.push({ on, how, times: 1 });
    const { response, counts, lines } = await invoke(standIns, toMessages([{}]));
    expect([counts, lines.map(({ reason }) => reason)]).toEqual([{ Started: 1 }, [undefined]]);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(made()).toHaveLength(1);
  });
});

describe('goes back to the queue, and the next delivery does it', () => {
  const forbidden = status(403, 'Forbidden', 'workflows.argoproj.io is forbidden: User "x" cannot create');
  test.each<
    [what: string, api: Api, on: RegExp, how: Fault['how'], counts: 'Failed' | 'Waiting', reason: RegExp, seconds?: number]
  >([
    [
      '401 always',
      'kubernetes',
      /./,
      status(401, 'Unauthorized', 'Unauthorized'),
      'Failed',
      /does not accept the sign-in \(401\)/,
    ],
    ['403', 'kubernetes', workflow, forbidden, 'Failed', /^creating workflows yellow\S+: not allowed: .*; the Role/],
    ['403 of a full quota', 'kubernetes', workflow, status(403, 'Forbidden', 'exceeded quota: q'), 'Waiting', /exceeded quota/],
    [
      '404 of a page',
      'kubernetes',
      /templates/,
      { status: 404, body: '404 page not found\n' },
      'Failed',
      /apply the component crds/,
    ],
    ['409 always', 'kubernetes', lease, status(409, 'Conflict', 'no'), 'Waiting', /others change it all the time/],
    ["409 of a quota's counter", 'kubernetes', workflow, status(409, 'Conflict', 'resourcequotas'), 'Waiting', /it is not there/],
    ['422', 'kubernetes', workflow, status(422, 'Invalid', 'is invalid'), 'Failed', /says 422: is invalid/],
    ['500 always', 'kubernetes', workflow, slow, 'Waiting', /says 500/, 5],
    ['silence', 'kubernetes', workflow, 'hang', 'Waiting', /no answer in time/, 5],
    [
      '403 of the API for clusters',
      'google',
      /clusters/,
      toGoogleError(403, 'PERMISSION_DENIED', 'Required "container.clusters.get"'),
      'Failed',
      /says 403 PERMISSION_DENIED: Required "container.clusters.get"/,
    ],
    [
      '404 of the API for clusters',
      'google',
      /clusters/,
      toGoogleError(404, 'NOT_FOUND', 'Not found'),
      'Failed',
      /^cluster taxiway in .* says 404 NOT_FOUND/,
    ],
    ['500 of the API for clusters', 'google', /clusters/, slow, 'Waiting', /says 500 : oops/, 5],
    ['silence of the API for clusters', 'google', /clusters/, 'hang', 'Waiting', /Google's API: no answer in time/, 5],
    [
      '403 for a token',
      'google',
      /token/,
      { status: 403, body: { error: 'access_denied', error_description: 'no' } },
      'Failed',
      /^sign-in to Google Cloud: .*check the key/,
    ],
    ['500 for a token', 'google', /token/, slow, 'Waiting', /^sign-in to Google Cloud: /, 5],
    ['silence for a token', 'google', /token/, 'hang', 'Waiting', /^sign-in to Google Cloud: /, 5],
    [
      'a refused secret',
      'amazon',
      /^POST/,
      { status: 400, body: { __type: 'AccessDeniedException' } },
      'Failed',
      /^secret taxiway\/gke: .*AccessDeniedException; the function's role/,
    ],
    ['silence for a secret', 'amazon', /^POST/, 'hang', 'Waiting', /^secret taxiway\/gke: no answer in time/, 5],
    ['403 of S3', 'amazon', /^HEAD/, { status: 403 }, 'Failed', /S3 says 403/],
    ['503 of S3 always', 'amazon', /^HEAD/, { status: 503 }, 'Waiting', /S3 says 503/],
    ['silence of S3', 'amazon', /^HEAD/, 'hang', 'Waiting', /^object in\S+ of taxiway-source: no answer in time/, 5],
  ])('%s', async (_, api, on, how, outcome, reason, seconds = 20) => {
    const { faults } = standIns[api] as StandIn;
    faults.push({ on, how, times: 99 });
    const end = Date.now() + (seconds + 2) * 1000;
    const first = await invoke(standIns, toMessages([{}]), { remaining: () => end - Date.now() });
    expect(first.lines[0]?.reason).toMatch(reason);
    expect(first.lines[0]?.reason).not.toMatch(/\n/);
    expect([first.counts, first.response]).toEqual([{ [outcome]: 1 }, givenBack]);
    expect(Date.now()).toBeLessThan(end);
    faults.length = 0;
    expect((await invoke(standIns, toMessages([{}]))).counts).toEqual({ Started: 1 });
    expect(made()).toHaveLength(1);
  });
});

test('without the template nothing starts, and the reason says what to do', async () => {
  standIns.kubernetes.state.objects.workflowtemplates.clear();
  const { counts, lines, response } = await invoke(standIns, toMessages([{}]));
  expect([counts, response, made()]).toEqual([{ Failed: 1 }, givenBack, []]);
  expect(lines[0]?.reason).toBe(
    "WorkflowTemplate batch is not in namespace pipeline; sync the component workflows, or correct the template's name",
  );
});

test('without the namespace nothing starts, and the reason names it', async () => {
  standIns.kubernetes.state.namespaces.delete(namespace);
  const { counts, lines, response } = await invoke(standIns, toMessages([{}]));
  expect([counts, response, made()]).toEqual([{ Failed: 1 }, givenBack, []]);
  expect(lines[0]?.reason).toMatch(
    /^creating leases \S+: the API server knows no such kind or namespace \(404 namespaces "pipeline" not found\)/,
  );
});

test('no line of any test held a token, a key or a secret', () => {
  expect(written.join('')).not.toMatch(/ya29\.|PRIVATE KEY|secret-of-the-access-key|Bearer /);
});
