// Signing in, by a key that may be missing, garbled, rotated or of the wrong time, and without any key; whose servers are trusted.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { goodKey, toEvent, toMessages } from '../fixtures/lambda-objects.ts';
import { coldStart, invoke, reset, type StandIns, secret, startStandIns, written } from '../fixtures/lambda-stand-ins.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.stop());
beforeEach(() => reset(standIns, goodKey));
const givenBack = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

const change = (key: object) => JSON.stringify({ ...JSON.parse(standIns.amazon.state.secrets.get(secret) ?? ''), ...key });
test.each<[what: string, text: () => string | undefined, reason: RegExp]>([
  [
    'missing',
    () => undefined,
    /^secret taxiway\/gke: Secrets Manager says 400 ResourceNotFoundException; create it, or mend SECRET_ID$/,
  ],
  ['no JSON', () => 'hunter2 {', /^secret taxiway\/gke: expected a JSON object$/],
  ['no key', () => '{"password":"hunter2"}', /^secret taxiway\/gke: expected a service account's key/],
  [
    'a garbled key',
    () => change({ private_key: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n' }),
    /^sign-in to Google Cloud: .*; check the key/,
  ],
  ["another account's", () => change({ client_email: 'x@y.z' }), /^sign-in to Google Cloud: .*account not found; check the key/],
  [
    'one that sends the key elsewhere in the clear',
    () => change({ token_uri: 'http://127.0.0.1/token' }),
    /token_uri: expected an https/,
  ],
])('a secret that is %s goes back to the queue, and its text is in no line', async (_, text, reason) => {
  const good = standIns.amazon.state.secrets.get(secret) ?? '';
  const bad = text();
  if (bad === undefined) standIns.amazon.state.secrets.delete(secret);
  else standIns.amazon.state.secrets.set(secret, bad);
  const { counts, response, lines, text: said } = await invoke(standIns, toMessages([{}]));
  expect(lines[0]?.reason).toMatch(reason);
  expect(said).not.toContain('hunter2');
  expect([counts, response]).toEqual([{ Failed: 1 }, givenBack]);
  standIns.amazon.state.secrets.set(secret, good);
  expect((await invoke(standIns, toMessages([{}]))).counts).toEqual({ Started: 1 });
});

test('a key that was rotated is read anew, in the same invocation', async () => {
  await invoke(standIns, toEvent({ sequencer: '1' }));
  standIns.rotateKey();
  standIns.google.state.tokens.clear();
  expect((await invoke(standIns, toEvent({ sequencer: '2' }))).counts).toEqual({ Started: 1 });
  expect(standIns.amazon.count(/^POST \/$/)).toBe(2);
});

test('where many objects find the token ended, they sign in once', async () => {
  await invoke(standIns, toEvent({ sequencer: '1' }));
  standIns.google.state.tokens.clear();
  const keys = Array.from({ length: 30 }, (_, index) => `in/${index}/yellow_tripdata_2024-01.parquet`);
  for (const key of keys) standIns.amazon.state.objects.set(`taxiway-source/${key}`, 4);
  expect((await invoke(standIns, toEvent(...keys.map((key) => ({ key }))))).counts).toEqual({ Started: 30 });
  expect(standIns.amazon.count(/^POST \/$/)).toBe(2);
});

test.each([-7200, 7200])('with clocks %i s apart the sign-in fails, and says to look at the clock', async (seconds) => {
  standIns.google.state.clockAheadSeconds = seconds;
  const { counts, response, lines } = await invoke(standIns, toMessages([{}]));
  expect(lines[0]?.reason).toMatch(
    /^sign-in to Google Cloud: .*reasonable timeframe.*; check the key or the workload identity pool, and the clock$/,
  );
  expect([counts, response]).toEqual([{ Failed: 1 }, givenBack]);
});

const account = () => ({
  type: 'external_account',
  audience: standIns.google.state.audience,
  subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
  token_url: `${standIns.google.origin}/v1/token`,
  credential_source: {
    environment_id: 'aws1',
    region_url: 'http://169.254.169.254/latest/meta-data/placement/availability-zone',
    url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials',
    regional_cred_verification_url: 'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
  },
});
const keyless = () => ({ SECRET_ID: '', GOOGLE_CREDENTIALS: JSON.stringify(account()) });

test("the function's own role is exchanged for a token: no key is stored, and no secret is read", async () => {
  expect((await invoke(standIns, toEvent({ sequencer: '1' }), { settings: keyless() })).counts).toEqual({ Started: 1 });
  expect((await invoke(standIns, toEvent({ sequencer: '2' }), { settings: keyless() })).counts).toEqual({ Started: 1 });
  standIns.google.state.tokens.clear();
  expect((await invoke(standIns, toEvent({ sequencer: '3' }), { settings: keyless() })).counts).toEqual({ Started: 1 });
  expect(standIns.google.count(/^POST \/v1\/token$/)).toBe(2);
  expect(standIns.amazon.count(/^POST/)).toBe(0);
});

test('a role that Google does not know goes back to the queue', async () => {
  standIns.google.state.accessKeys.clear();
  const { counts, lines } = await invoke(standIns, toMessages([{}]), { settings: keyless() });
  standIns.google.state.accessKeys.add('AKIATAXIWAYTEST');
  expect(counts).toEqual({ Failed: 1 });
  expect(lines[0]?.reason).toMatch(
    /^sign-in to Google Cloud: .*security token is invalid.*check the key or the workload identity pool/,
  );
});

test("a server that the cluster's authority does not vouch for gets no token, at once; a new authority is looked up", async () => {
  standIns.google.state.authority = standIns.authorities.other.authority;
  const started = Date.now();
  const { counts, response, lines } = await invoke(standIns, toMessages([{}]));
  expect(lines[0]?.reason).toMatch(
    /the API server's certificate is not to be trusted: \w+; check the cluster's address and authority$/,
  );
  expect([counts, response, standIns.kubernetes.asked]).toEqual([{ Failed: 1 }, givenBack, []]);
  expect(Date.now() - started).toBeLessThan(3_000);
  standIns.google.state.authority = standIns.authorities.cluster.authority;
  expect((await invoke(standIns, toMessages([{}]))).counts).toEqual({ Started: 1 });
});

test('by its DNS name the cluster is trusted as any public server; its own authority counts for nothing', async () => {
  const settings = { DNS_ENDPOINT: 'true' };
  const missing = await invoke(standIns, toMessages([{}]), { settings });
  expect(missing.lines[0]?.reason).toMatch(/it has no DNS endpoint; switch it on, or leave DNS_ENDPOINT out$/);
  standIns.google.state.dnsEndpoint = new URL(standIns.kubernetes.origin).host;
  await coldStart();
  const { counts, lines } = await invoke(standIns, toMessages([{}]), { settings });
  expect([counts, standIns.kubernetes.asked]).toEqual([{ Failed: 1 }, []]);
  expect(lines[0]?.reason).toMatch(/certificate is not to be trusted/);
  standIns.google.state.dnsEndpoint = standIns.entrance;
  await coldStart();
  expect((await invoke(standIns, toMessages([{}]), { settings })).counts).toEqual({ Started: 1 });
});

test('a cluster that has moved is found again', async () => {
  await invoke(standIns, toEvent({ sequencer: '1' }));
  const { endpoint } = standIns.google.state;
  await reset(standIns, goodKey);
  standIns.google.state.endpoint = '127.0.0.1:1';
  const end = Date.now() + 6_000;
  expect((await invoke(standIns, toMessages([{}]), { remaining: () => end - Date.now() })).counts).toEqual({ Waiting: 1 });
  standIns.google.state.endpoint = endpoint;
  expect((await invoke(standIns, toMessages([{}]))).counts).toEqual({ Started: 1 });
});

test('no line of any test held a token, a key or a secret', () => {
  expect(written.join('')).not.toMatch(/ya29\.|PRIVATE KEY|secret-of-the-access-key|Bearer /);
});
