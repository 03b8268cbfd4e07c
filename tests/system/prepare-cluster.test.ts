// `npm run prepare-cluster`'s script, run by bash with stand-ins for the clouds' programs, which no test can reach.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../fixtures/npm-start.ts';

/** As a person calls it. */
const prepare = (...args: string[]) =>
  spawnSync('npm', ['run', '--silent', 'prepare-cluster', '--', ...args], { cwd: repository, encoding: 'utf8' });
const { stdout: script } = prepare('prod', '--cluster', 'main');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-prepare-'));
  for (const name of ['gcloud', 'aws', 'kubectl', 'helm', 'docker', 'npm'])
    await symlink(join(repository, 'tests', 'fixtures', 'cloud-stand-in.sh'), join(folder, name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const answers = {
  ALERT_URL: 'https://hooks',
  WATCHDOG_URL: 'https://check',
  OIDC_CLIENT_ID: 'id',
  OIDC_CLIENT_SECRET: "se'cret",
  SITE_PASSWORD: 'pass',
};

/** A cloud with nothing in it. */
async function createCloud() {
  const cloud = await mkdtemp(join(folder, 'cloud-'));
  await writeFile(join(folder, 'file.pem'), '-----BEGIN\n');
  const run = (variables: Record<string, string> = {}) =>
    spawnSync('bash', ['-s'], {
      // It writes below the folder that it runs in.
      cwd: cloud,
      input: script,
      encoding: 'utf8',
      env: {
        PATH: `${folder}:/usr/bin:/bin`,
        CLOUD: cloud,
        ...answers,
        TLS_CERTIFICATE: join(folder, 'file.pem'),
        TLS_KEY: join(folder, 'file.pem'),
        ...variables,
      },
    });
  const made = async () => (await readdir(cloud)).filter((name) => name !== 'log').sort();
  return { cloud, run, made, value: (entry: string) => readFile(join(cloud, `value-${entry}`), 'utf8') };
}

test('it runs through, and a second run makes nothing and keeps every value', async () => {
  const { cloud, run, made, value } = await createCloud();
  expect(run()).toMatchObject({ status: 0, stderr: '' });
  const first = await made();
  expect(first.filter((one) => one.startsWith('gcloud-storage-buckets-'))).toHaveLength(5);
  expect(await value('postgres-exporter-password')).toBe(await value('postgres-monitor-password'));
  expect(await value('tls-tls-key')).toBe('-----BEGIN');
  expect(await readFile(join(cloud, '.taxiway', 'lambda-prod.json'), 'utf8')).toContain('external_account');
  const password = await value('postgres-admin-password');
  expect(password).toMatch(/^[0-9a-f]{48}$/);
  await rm(join(cloud, 'log'));
  // What is there is not asked for again.
  expect(run({ ALERT_URL: '', OIDC_CLIENT_SECRET: '', SITE_PASSWORD: '' })).toMatchObject({ status: 0, stderr: '' });
  expect(await made()).toEqual(first);
  expect(await value('postgres-admin-password')).toBe(password);
  expect(await readFile(join(cloud, 'log'), 'utf8')).not.toMatch(/ (create|add) |^npm /m);
});

test('stopped anywhere, the next run does the rest', async () => {
  const untouched = await createCloud();
  untouched.run();
  const whole = await untouched.made();
  for (const after of [12, 102]) {
    const { cloud, run, made } = await createCloud();
    expect(run({ STOP_AFTER: String(after) }).status).not.toBe(0);
    await rm(join(cloud, 'log'));
    expect(run()).toMatchObject({ status: 0 });
    expect(await made()).toEqual(whole);
  }
});

test.each([
  ['OIDC_CLIENT_SECRET', 'hunter2\n'],
  ['ALERT_URL', 'https://hooks\nhttps://other'],
])('%s of two lines or with a line end is refused, as whoever reads it would send something else', async (name, value) => {
  const { cloud, run } = await createCloud();
  const { status, stderr } = run({ [name]: value });
  expect([status, stderr.split('\n').length]).toEqual([1, 2]);
  expect(stderr).toContain(`prepare: ${name} has a line end, a tab, or a space at an end: `);
  expect(stderr).not.toContain(value.split('\n')[0]);
  expect(await readFile(join(cloud, 'log'), 'utf8')).not.toContain(
    `versions add ${name === 'ALERT_URL' ? 'alertmanager' : 'oauth2-proxy-client-secret'}`,
  );
});

test('a value that is missing is asked for by name, and nothing is made of it', async () => {
  const { cloud, run } = await createCloud();
  const { status, stderr } = run({ OIDC_CLIENT_ID: '' });
  expect([status, stderr]).toEqual([
    1,
    "prepare: OIDC_CLIENT_ID is not set: the identity provider's client id; export it and run this again\n",
  ]);
  expect(existsSync(join(cloud, 'value-oauth2-proxy-client-id'))).toBe(false);
});

test('a cluster without what pods need is refused before anything is made', async () => {
  const { run, made } = await createCloud();
  const { status, stderr } = run({ FACTS: 'x LEGACY_DATAPATH' });
  expect(status).toBe(1);
  expect(stderr).toBe(
    'prepare: cluster main: workload pool and data path are "x LEGACY_DATAPATH", expected "taxiway-prod.svc.id.goog ADVANCED_DATAPATH"\n',
  );
  expect(await made()).toEqual([]);
});

test.each([
  ['no environment', ['--cluster', 'main'], '"" is no environment; expected one of dev, prod, solo'],
  ['another environment', ['local', '--cluster', 'main'], '"local" is no environment; expected one of dev, prod, solo'],
  ['no cluster', ['prod'], '--cluster is missing'],
  ['what the shell would read', ['prod', '--cluster', 'a$(b)'], '--cluster "a$(b)": expected the name of a GKE cluster'],
])('%s: exit 2 and nothing to run', (_, args, message) => {
  const { status, stdout, stderr } = prepare(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});
