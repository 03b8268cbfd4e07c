// backup's bundle on a real Postgres: into a folder and into Cloud Storage, restored with owners and rows; what is no backup is refused.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../start/bundle.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { findGcsServer, type GcsServer, startGcs } from '../fixtures/gcs-server.ts';
import { adminPassword, findPostgres, type PostgresServer, startPostgres } from '../fixtures/postgres-server.ts';
import { mountSmallDisk } from '../fixtures/small-disk.ts';

const programs = findPostgres();
if (programs === undefined) console.warn('backup: skipped: no initdb of Postgres (Debian: apt-get install postgresql)');
const gcsTool = findGcsServer();
const hard = "a/b='c' \\ postgres://x";

describe.skipIf(programs === undefined)('backup', () => {
  let server: PostgresServer;
  let program: string;
  const backups = () => `${pathToFileURL(join(server.folder, 'backups')).href}/`;
  const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}, user?: number) =>
    server.run([process.execPath, program, ...args], { TMPDIR: server.folder, ...variables }, user);
  const backUp = (to = backups(), variables?: Readonly<Record<string, string>>, user?: number) =>
    run(['--task', 'back-up', '--backups', to], variables, user);
  const check = (from = backups(), variables?: Readonly<Record<string, string>>, user?: number) =>
    run(['--task', 'check-restore', '--backups', from, '--scratch', join(server.folder, 'scratch')], variables, user);
  const stamps = () => readdirSync(join(server.folder, 'backups')).sort();
  const lastLine = (text: string) => text.trim().split('\n').at(-1);

  beforeAll(async () => {
    server = startPostgres(programs as string);
    for (const folder of ['backups', 'scratch']) server.run(['mkdir', folder]);
    program = join(await bundle('backup', join(server.folder, 'programs')), 'main.js');
    spawnSync('chmod', ['-R', 'a+rX', join(server.folder, 'programs')]);
  });
  afterAll(() => server.stop());

  test('a server without databases of ours is no success, and no backup is none', () => {
    const { code, err } = backUp();
    expect([code, lastLine(err)]).toEqual([1, 'backup: the server has no database of ours; expected one at least']);
    expect(check()).toMatchObject({ code: 1, err: expect.stringContaining('no backup in it') });
  });

  test('what is backed up is restored, with owners and rows, and the check leaves nothing', () => {
    server.query('CREATE ROLE argo LOGIN');
    server.query('CREATE DATABASE argo OWNER argo');
    server.query(`CREATE DATABASE "${hard}"`);
    server.query('CREATE TABLE runs AS SELECT n AS id, repeat(n::text, 100) AS text FROM generate_series(1, 5000) n', 'argo');
    server.query('ALTER TABLE runs OWNER TO argo; CREATE INDEX ON runs (id)', 'argo');
    const made = backUp();
    expect(made.code, made.err).toBe(0);
    expect(JSON.parse(made.out)).toMatchObject({ databases: 2, backup: `${backups()}${stamps()[0]}/` });
    const checked = check();
    expect(checked.code, checked.err).toBe(0);
    expect(JSON.parse(checked.out)).toEqual({ backup: stamps()[0], databases: 2, hoursOld: 0 });
    expect(readdirSync(join(server.folder, 'scratch'))).toEqual([]);
    const folder = join(server.folder, 'backups', stamps()[0] ?? '');
    expect(readFileSync(join(folder, 'globals.sql'), 'utf8')).not.toMatch(/PASSWORD '/);
    expect(spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder }).status).toBe(0);
  });

  test('killed at ten random moments: what has its sums is whole, and the next backup is the newest', () => {
    const started = performance.now();
    expect(backUp().code).toBe(0);
    const usual = (performance.now() - started) / 1000;
    for (let index = 0; index < 10; index += 1) {
      const seconds = (usual * (2 + index + Math.random())) / 12;
      const backup = [process.execPath, program, '--task', 'back-up', '--backups', backups()];
      server.run(['timeout', '--signal=KILL', `${seconds}`, ...backup], { TMPDIR: server.folder });
      for (const stamp of stamps()) {
        const folder = join(server.folder, 'backups', stamp);
        if (!readdirSync(folder).includes('SHA256SUMS')) continue;
        const sums = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
        expect([seconds, sums.status, sums.stdout.trim().split('\n').length]).toEqual([seconds, 0, 3]);
      }
    }
    const made = backUp();
    expect(made.code, made.err).toBe(0);
    expect(JSON.parse(check().out)).toMatchObject({ backup: stamps().at(-1), databases: 2 });
    for (const stamp of stamps().slice(1)) rmSync(join(server.folder, 'backups', stamp), { recursive: true });
  }, 120_000);

  test('bytes that have changed, and a dump that breaks off, fail by name', () => {
    const folder = join(server.folder, 'backups', stamps().at(-1) ?? '');
    const dump = readdirSync(folder).find((one) => one.endsWith('.dump')) ?? '';
    const bytes = readFileSync(join(folder, dump));
    writeFileSync(join(folder, dump), bytes.subarray(0, bytes.length - 200));
    expect(check()).toMatchObject({ code: 1, err: expect.stringContaining(`${dump} is not what was written`) });
    // Cut before its sum was taken: the sum holds, the restore does not.
    server.run(['bash', '-c', `cd ${folder} && sha256sum globals.sql *.dump > SHA256SUMS`]);
    expect(check()).toMatchObject({ code: 1, err: expect.stringMatching(/\.dump fails \(see above\)/) });
    expect(readdirSync(join(server.folder, 'scratch'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('a dump that fails leaves no backup, and neither does a server that is not there', () => {
    const broken = join(server.folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'pg_dump'), '#!/bin/sh\nhead -c 100000 /dev/zero\necho broken >&2\nexit 3\n');
    chmodSync(join(broken, 'pg_dump'), 0o755);
    const failed = backUp(backups(), { PATH: `${broken}:${programs}:${process.env.PATH}` });
    expect([failed.code, lastLine(failed.err)]).toEqual([75, 'backup: pg_dump ended with 3 (see above)']);
    const [stamp = ''] = stamps();
    expect(readdirSync(join(server.folder, 'backups', stamp))).toEqual(['globals.sql']);
    rmSync(join(server.folder, 'backups', stamp), { recursive: true });
    const away = backUp(backups(), { PGHOST: join(server.folder, 'nowhere') });
    const place = `${join(server.folder, 'nowhere')}:5432`;
    expect([away.code, lastLine(away.err)]).toEqual([
      75,
      `backup: ${place}: no server of Postgres takes connections; look at its pod`,
    ]);
  });

  test('a bucket that can be reached only after some seconds is waited for', async () => {
    const port = await findFreePort();
    const flags = ['--task', 'check-restore', '--backups', 's3://late/', '--scratch', join(server.folder, 'scratch')];
    const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
    const answer = `require('node:http').createServer((_, to) => to.end('${empty}')).listen(${port})`;
    // Longer than the client's own tries.
    const late = `(sleep 20; exec timeout 12 ${process.execPath} -e "$0") >&- 2>&- & exec "$@"`;
    const made = server.run(['bash', '-c', late, answer, process.execPath, program, ...flags], {
      TMPDIR: server.folder,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
    expect([made.code, lastLine(made.err)]).toEqual([1, 'backup: s3://late/: no backup in it']);
    expect(made.err).toMatch(/waiting for=.*ECONNREFUSED/);
  });

  test('a server that can be reached only after some seconds is waited for', () => {
    const later = join(server.folder, 'later');
    const command = `(sleep 3; ln -s ${server.folder} ${later}) & exec "$@"`;
    const made = server.run(
      ['bash', '-c', command, 'bash', process.execPath, program, '--task', 'back-up', '--backups', backups()],
      { TMPDIR: server.folder, PGHOST: later },
    );
    expect(made.code, made.err).toBe(0);
    const [stamp = ''] = stamps();
    rmSync(join(server.folder, 'backups', stamp), { recursive: true });
  });

  const wrapper = spawnSync('sh', ['-c', 'ls /usr/lib/*/libnss_wrapper.so']).status === 0 && process.getuid?.() === 0;
  if (!wrapper) console.warn('backup: the check by an unknown user is skipped (as root, with apt-get install libnss-wrapper)');
  test.skipIf(!wrapper)('a user without a name, as in the cluster, with the password in a file', () => {
    server.run(['chmod', '-R', 'a+rwX', 'backups', 'scratch']);
    writeFileSync(join(server.folder, 'password'), `${adminPassword}\n`, { mode: 0o644 });
    const variables = { PGPASSWORD: '', PGPASSWORD_FILE: join(server.folder, 'password') };
    const made = backUp(backups(), variables, 10_001);
    expect(made.code, made.err).toBe(0);
    const checked = check(backups(), {}, 10_001);
    expect(checked.code, checked.err).toBe(0);
    for (const stamp of stamps()) rmSync(join(server.folder, 'backups', stamp), { recursive: true });
  });

  test('a folder without its sums is no backup, and an old backup is not good enough', () => {
    expect(backUp().code).toBe(0);
    const [stamp = ''] = stamps();
    mkdirSync(join(server.folder, 'backups', '2999-01-01T000000Z'));
    expect(JSON.parse(check().out)).toMatchObject({ backup: stamp, databases: 2 });
    server.run(['mv', join('backups', stamp), join('backups', '2020-01-01T000000Z')]);
    expect(check().err).toMatch(/2020-01-01T000000Z, the newest backup, is \d+ hours old; expected 26 at most/);
  });

  describe.skipIf(gcsTool === undefined)('in Cloud Storage', () => {
    let gcs: GcsServer;
    beforeAll(async () => {
      gcs = await startGcs(gcsTool as string, ['the-backups']);
    });
    afterAll(() => gcs.stop());

    test('a database of 60 MB that does not compress is dumped, fetched and restored', async () => {
      server.query('CREATE EXTENSION IF NOT EXISTS pgcrypto', 'argo');
      server.query('CREATE TABLE noise AS SELECT gen_random_bytes(1000) AS bytes FROM generate_series(1, 60000)', 'argo');
      // The proxy of the fixture is in this process, which waits for the program.
      const env = { STORAGE_EMULATOR_HOST: gcs.client.apiEndpoint };
      const made = backUp('gs://the-backups/', env);
      expect(made.code, made.err).toBe(0);
      expect(JSON.parse(made.out).bytes).toBeGreaterThan(50_000_000);
      const checked = check('gs://the-backups/', env);
      expect(checked.code, checked.err).toBe(0);
      expect(readdirSync(join(server.folder, 'scratch'))).toEqual([]);
      for (const [megabytes, says] of [
        [40, /needs \d{8} bytes there, \d+ are free; give its disk more room, or name a larger folder by --scratch$/],
        [100, /an empty server needs \d{8} bytes there, \d+ are free; give .* --scratch$/],
        [160, /its disk is full before \S+Z is restored; give it more room, or name a larger folder by --scratch$/],
      ] as const) {
        const disk = await mountSmallDisk(megabytes);
        if (disk === undefined) break;
        const full = run(['--task', 'check-restore', '--backups', 'gs://the-backups/', '--scratch', disk.folder], env);
        expect([full.code, lastLine(full.err)]).toEqual([75, expect.stringMatching(says)]);
        expect(readdirSync(disk.folder)).toEqual([]);
        await disk.stop();
      }
      const [files] = await gcs.client.bucket('the-backups').getFiles();
      expect(files.map(({ name }) => name.split('/')[1]).sort()).toEqual([
        expect.stringMatching(/dump$/),
        expect.stringMatching(/dump$/),
        'SHA256SUMS',
        'globals.sql',
      ]);
    }, 120_000);
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!hasShellcheck) console.warn('backup: shellcheck is not there; its test is skipped (Debian: apt-get install shellcheck)');
test.skipIf(!hasShellcheck)('shellcheck has nothing to say', () => {
  const folder = join(import.meta.dirname, '..', '..', 'apps', 'backup');
  expect(spawnSync('shellcheck', ['restore.sh'], { cwd: folder, encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
});
