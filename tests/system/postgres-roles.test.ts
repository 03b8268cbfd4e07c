// CloudNativePG's roles and rules of access on a real Postgres: the wall between databases, and a backup by a role that only reads.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresBackup, postgresDatabases, postgresMonitor } from '../../apps/contract/names.ts';
import { bundle } from '../../start/bundle.ts';
import type { Value } from '../fixtures/manifests.ts';
import { toOperatedManifests } from '../fixtures/operated-postgres.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../fixtures/postgres-server.ts';

const programs = findPostgres();
if (programs === undefined) console.warn('postgres-roles: skipped: no initdb of Postgres (Debian: apt-get install postgresql)');

const specsOf = (kind: string): Value[] =>
  toOperatedManifests().flatMap(({ value }) => (value.kind === kind ? [value.spec] : []));
const [{ managed, postgresql }] = specsOf('Cluster');
const roles: Value[] = managed.roles;

describe.skipIf(programs === undefined)('roles and rules of the Cluster', () => {
  let server: PostgresServer;
  /** As the operator writes the file, but for a socket instead of TCP: its own rules, ours, and its last one. */
  const setRules = (rules: readonly string[]) => {
    const lines = ['host all postgres all scram-sha-256', ...rules, 'host all all all scram-sha-256'];
    const text = lines.map((line) => line.replace(/^host (\S+ \S+) all /, 'local $1 ')).join('\n');
    writeFileSync(join(server.folder, 'data', 'pg_hba.conf'), text);
    server.query('SELECT pg_reload_conf()');
    // The postmaster reads the file when it has seen the signal.
    server.query('SELECT pg_sleep(0.3)');
  };
  const logIn = (user: string, database: string) =>
    server.run(['psql', '-XAtqw', '-c', 'SELECT current_user'], { PGUSER: user, PGPASSWORD: user, PGDATABASE: database });
  const opened = (user: string) =>
    ['postgres', 'template1', ...Object.keys(postgresDatabases)].filter((database) => logIn(user, database).code === 0);

  beforeAll(() => {
    server = startPostgres(programs as string);
    for (const { name, inRoles = [] } of roles) {
      server.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
      for (const one of inRoles) server.query(`GRANT ${one} TO ${name}`);
    }
    for (const { name, owner } of specsOf('Database')) server.query(`CREATE DATABASE ${name} OWNER ${owner}`);
    setRules(postgresql.pg_hba);
  });
  afterAll(() => server?.stop());

  test('each role opens its own database alone, and the backup each', () => {
    for (const { database, user } of Object.values(postgresDatabases)) expect(opened(user)).toEqual([database]);
    expect(opened(postgresMonitor)).toEqual(['postgres']);
    expect(opened(postgresBackup)).toEqual(['postgres', 'template1', ...Object.keys(postgresDatabases)]);
    expect(logIn(postgresDatabases.argo.user, 'mlflow').err).toContain('pg_hba.conf rejects connection');
    expect(server.query("SELECT error FROM pg_hba_file_rules WHERE error <> ''")).toEqual([]);
  });

  test('without the last rule the wall is open, which is what the operator makes by itself', () => {
    setRules(postgresql.pg_hba.slice(0, -1));
    expect(opened(postgresDatabases.argo.user)).toContain('mlflow');
    setRules(postgresql.pg_hba);
    expect(opened(postgresDatabases.argo.user)).toEqual(['argo']);
  });

  test('the backup reads what owners wrote, changes nothing, and is restored with owners and rows', async () => {
    const asArgo = (sql: string) =>
      server.run(['psql', '-XAtqw', '-v', 'ON_ERROR_STOP=1', '-c', sql], {
        PGUSER: 'argo',
        PGPASSWORD: 'argo',
        PGDATABASE: 'argo',
      });
    // In a schema of its own too, with a sequence: all of it must be readable by membership alone.
    const sql = 'CREATE SCHEMA own; CREATE TABLE own.runs (id serial PRIMARY KEY, text text); INSERT INTO own.runs (text)';
    expect(asArgo(`${sql} SELECT repeat(n::text, 100) FROM generate_series(1, 5000) n`)).toMatchObject({ code: 0 });
    writeFileSync(join(server.folder, 'password'), postgresBackup, { mode: 0o644 });
    for (const folder of ['backups', 'scratch']) server.run(['mkdir', folder]);
    const program = join(await bundle('backup', join(server.folder, 'programs')), 'main.js');
    spawnSync('chmod', ['-R', 'a+rX', join(server.folder, 'programs')]);
    const backups = ['--backups', pathToFileURL(join(server.folder, 'backups')).href];
    const run = (task: string, ...more: string[]) =>
      server.run([process.execPath, program, '--task', task, ...backups, ...more], {
        PGUSER: postgresBackup,
        PGPASSWORD_FILE: join(server.folder, 'password'),
      });
    const backup = run('back-up');
    expect(backup.code, backup.err).toBe(0);
    const check = run('check-restore', '--scratch', join(server.folder, 'scratch'));
    expect(check.code, check.err).toBe(0);
    expect(JSON.parse(check.out)).toMatchObject({ databases: 2, hoursOld: 0 });
    const globals = server.run(['sh', '-c', 'cat backups/*/globals.sql']).out;
    expect(globals).toContain('GRANT pg_read_all_data TO backup');
    expect(globals).not.toMatch(/PASSWORD '/);

    const write = server.run(['psql', '-Xqw', '-c', 'DELETE FROM own.runs'], {
      PGUSER: postgresBackup,
      PGPASSWORD: postgresBackup,
      PGDATABASE: 'argo',
    });
    expect([write.code, write.err]).toEqual([1, expect.stringContaining('permission denied')]);
    expect(server.query('SELECT count(*) FROM own.runs', 'argo')).toEqual(['5000']);
  });
});
