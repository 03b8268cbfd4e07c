// The scripts of Postgres in the cluster, against a real server: roles and databases.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminPassword, findPostgres, type PostgresServer, startPostgres } from '../fixtures/postgres-server.ts';

const scripts = join(import.meta.dirname, '..', '..', 'charts', 'postgres');
const programs = findPostgres();
if (programs === undefined) console.warn('postgres-init: skipped: no initdb of Postgres (Debian: apt-get install postgresql)');

/** Each is a password that somebody's generator makes, or that a shell or SQL would read as something else. */
const hostile = {
  QUOTES: `a'b"c''d`,
  SHELL: '$HOME`id`$(id)!!*;&|<>',
  BACKSLASH: `\\\\'\\nE'\\x41'`,
  SQL: "x';DROP/**/DATABASE/**/postgres;--",
  PERCENT: '%s%I%L%%',
  DOLLARS: '$$;$body$',
  COLON: `:user:'password':"x"`,
  URI: 'p@ss:w/o?r#d=%40%2F&[::1]',
} as const;

const oddPassword =
  "expected printable ASCII characters without spaces or line ends, which is what all that send it agree on (printf '%s' instead of echo ends no line)";

const toVariables = (passwords: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(passwords).map(([key, value]) => [`${key}_DB_PASSWORD`, value]));

describe.skipIf(programs === undefined)('create-databases.sh', () => {
  let server: PostgresServer;
  beforeAll(() => {
    server = startPostgres(programs as string);
  });
  afterAll(() => server.stop());

  const create = (variables: Readonly<Record<string, string>>, of = server) => {
    const file = join(of.folder, 'create-databases.sh');
    cpSync(join(scripts, 'create-databases.sh'), file);
    return of.run(['bash', file], variables);
  };
  const logIn = (user: string, password: string, database: string) =>
    server.run(['psql', '-XAtqw', '-c', 'SELECT current_user'], { PGUSER: user, PGPASSWORD: password, PGDATABASE: database });
  /** All that the script may touch, verifiers of passwords and versions of rows among it. */
  const readState = () => [
    ...server.query('SELECT xmin, rolname, rolsuper, rolcreatedb, rolcreaterole, rolpassword FROM pg_authid ORDER BY 2'),
    ...server.query('SELECT xmin, datname, datdba::regrole, datacl FROM pg_database ORDER BY 2'),
    ...server.query('SELECT roleid::regrole, member::regrole FROM pg_auth_members ORDER BY 1, 2'),
  ];

  test('a user and a database for each component, whatever its password is', () => {
    const { code, err } = create({ ...toVariables(hostile), POSTGRES_DB: 'ignored' });
    expect([err, code]).toEqual(['', 0]);
    for (const [key, password] of Object.entries(hostile)) {
      const name = key.toLowerCase();
      expect([key, logIn(name, password, name)]).toMatchObject([key, { code: 0, out: `${name}\n` }]);
      expect(logIn(name, `${password}.`, name).code).not.toBe(0);
      expect(logIn(name, '', name).code).not.toBe(0);
    }
    expect(server.query("SELECT count(*) FROM pg_database WHERE datname = 'ignored'")).toEqual(['0']);
  });

  test('a server that starts later is waited for', () => {
    cpSync(join(scripts, 'create-databases.sh'), join(server.folder, 'create-databases.sh'));
    const options = `-c listen_addresses= -c unix_socket_directories=${server.folder} -c fsync=off -c log_statement=all`;
    const { code, err } = server.run(
      [
        'bash',
        '-c',
        `pg_ctl -D data -m fast -w stop >/dev/null
        bash create-databases.sh & script=$!
        sleep 3
        pg_ctl -D data -l log -w -o "$OPTIONS" start >/dev/null 2>&1 </dev/null
        wait $script`,
      ],
      { LATER_DB_PASSWORD: 'x', OPTIONS: options },
    );
    expect([code, err]).toEqual([0, 'create-databases: the server does not answer yet, waiting\n']);
    expect(logIn('later', 'x', 'later').code).toBe(0);
  });

  test.each(['public', 'none'])('a user named %s is refused: Postgres means something else by it', (name) => {
    const { code, err } = create({ ODD_DB_USER: name, ODD_DB_PASSWORD: 'x' });
    expect([code, err]).toEqual([2, `create-databases: ODD_DB_USER: "${name}" is Postgres' own; choose another name\n`]);
  });

  test('each user owns its database alone and has no right beyond it', () => {
    const names = Object.keys(hostile).map((key) => key.toLowerCase());
    const list = names.map((name) => `'${name}'`).join();
    expect(
      server.query(`SELECT count(*) FROM pg_roles WHERE rolname IN (${list}) AND
        (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)`),
    ).toEqual(['0']);
    expect(
      server.query(`SELECT count(*) FROM pg_database WHERE datname IN (${list}) AND datdba::regrole::text = datname`),
    ).toEqual([String(names.length)]);
    expect(
      server.query(`SELECT rolname || ' in ' || datname FROM pg_roles, pg_database
        WHERE rolname IN (${list}) AND datname <> rolname AND datname <> 'template0' AND has_database_privilege(rolname, datname, 'CONNECT')`),
    ).toEqual([]);
    expect(logIn('quotes', hostile.QUOTES, 'shell').err).toContain('permission denied for database "shell"');
    expect(logIn('quotes', hostile.QUOTES, 'postgres').err).toContain('permission denied for database "postgres"');
    expect(logIn('quotes', hostile.QUOTES, 'template1').code).not.toBe(0);
  });

  test('a second run changes nothing, and neither do two at once', () => {
    const before = readState();
    expect(create(toVariables(hostile))).toEqual({ code: 0, out: '', err: '' });
    expect(readState()).toEqual(before);
    const file = join(server.folder, 'create-databases.sh');
    const twice = server.run(['bash', '-c', `bash ${file} & first=$!; bash ${file}; second=$?; wait $first && exit $second`], {
      ...toVariables({ ...hostile, RACE: 'run' }),
    });
    expect([twice.err, twice.code]).toEqual(['', 0]);
    expect(logIn('race', 'run', 'race').code).toBe(0);
  });

  test('a database that is added later, under names of its own, and a password that is changed', () => {
    const later = { LATER_DB: 'My "own" db; \' \\ 数', LATER_DB_USER: `O'Brien "x"`, LATER_DB_PASSWORD: 'one' };
    expect(create(later)).toMatchObject({ code: 0, err: '' });
    expect(logIn(later.LATER_DB_USER, 'one', later.LATER_DB)).toMatchObject({ code: 0, out: `${later.LATER_DB_USER}\n` });
    expect(create({ ...later, LATER_DB_PASSWORD: 'two' }).code).toBe(0);
    expect(logIn(later.LATER_DB_USER, 'one', later.LATER_DB).code).not.toBe(0);
    expect(logIn(later.LATER_DB_USER, 'two', later.LATER_DB).code).toBe(0);
  });

  test('passwords in files, byte for byte', () => {
    for (const [name, text] of Object.entries({ admin: `${adminPassword}\n`, filed: hostile.BACKSLASH, empty: '' }))
      writeFileSync(join(server.folder, `${name}.password`), text, { mode: 0o644 });
    const file = (name: string) => join(server.folder, `${name}.password`);
    const admin = { PGPASSWORD: '', PGPASSWORD_FILE: file('admin') };
    expect(create({ ...admin, FILED_DB_PASSWORD_FILE: file('filed') })).toMatchObject({ code: 0, err: '' });
    expect(logIn('filed', hostile.BACKSLASH, 'filed').code).toBe(0);
    expect(create({ ...admin, A_DB_PASSWORD_FILE: file('empty'), B_DB_PASSWORD_FILE: '/none' })).toEqual({
      code: 2,
      out: '',
      err: [
        "create-databases: B_DB_PASSWORD_FILE: can't read /none",
        'create-databases: A_DB_PASSWORD: missing; it has no default',
        '',
      ].join('\n'),
    });
  });

  test('what somebody widened by hand is narrowed again', () => {
    server.query('ALTER ROLE quotes SUPERUSER CREATEDB');
    server.query('GRANT CONNECT ON DATABASE quotes TO PUBLIC');
    server.query('ALTER DATABASE shell OWNER TO postgres');
    expect(create(toVariables(hostile))).toMatchObject({ code: 0, err: '' });
    expect(server.query("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = 'quotes'")).toEqual(['f']);
    expect(logIn('shell', hostile.SHELL, 'quotes').code).not.toBe(0);
    expect(server.query("SELECT datdba::regrole FROM pg_database WHERE datname = 'shell'")).toEqual(['shell']);
  });

  test('the exporter reads statistics and no data', () => {
    expect(create({ MONITOR_PASSWORD: hostile.QUOTES })).toMatchObject({ code: 0, err: '' });
    expect(create({ MONITOR_PASSWORD: hostile.QUOTES })).toEqual({ code: 0, out: '', err: '' });
    expect(logIn('monitor', hostile.QUOTES, 'postgres').out).toBe('monitor\n');
    expect(
      server.query("SELECT pg_has_role('monitor', 'pg_monitor', 'member'), rolsuper FROM pg_roles WHERE rolname = 'monitor'"),
    ).toEqual(['t|f']);
    expect(logIn('monitor', hostile.QUOTES, 'shell').code).not.toBe(0);
  });

  test.each<[string, Record<string, string>, string]>([
    ['no password', { ARGO_DB: 'argo' }, 'create-databases: ARGO_DB_PASSWORD: missing; it has no default\n'],
    ['an empty password', { ARGO_DB_PASSWORD: '' }, 'create-databases: ARGO_DB_PASSWORD: missing; it has no default\n'],
    ['no password of the exporter', { MONITOR_USER: 'x' }, 'create-databases: MONITOR_PASSWORD: missing; it has no default\n'],
    ...(
      [
        ['two lines', 'first\nsecond'],
        ['a line end, as of echo', 'x\n'],
        ['a line end of Windows', 'x\r\n'],
        ['a tab', 'a\tb'],
        ['a control character', 'a\u0007b'],
        ['U+2028', 'a\u2028b'],
        ['U+2029', 'a\u2029'],
        ['U+0085', 'a\u0085b'],
        ['letters that Postgres normalizes', 'a…½b'],
        ['letters beyond ASCII', 'pässwörd'],
        ['a space', 'a b'],
        ['a space at the end', 'x '],
      ] as const
    ).map(([name, password]): [string, Record<string, string>, string] => [
      `a password with ${name}`,
      { ARGO_DB_PASSWORD: password },
      `create-databases: ARGO_DB_PASSWORD: ${oddPassword}\n`,
    ]),
    [
      'a password of two lines for the exporter',
      { MONITOR_PASSWORD: 'a\nb' },
      `create-databases: MONITOR_PASSWORD: ${oddPassword}\n`,
    ],
    [
      "an administrator's password of two lines, of which the image has taken the first",
      { PGPASSWORD: `${adminPassword}\nb` },
      "create-databases: PGPASSWORD: more than one line, of which Postgres' image has taken the first; choose one line\n",
    ],
    [
      'a long name',
      { A_DB: 'é'.repeat(32), A_DB_PASSWORD: 'x' },
      'create-databases: A_DB: 64 bytes; a name of Postgres has at most 63\n',
    ],
    [
      'one database for two',
      { A_DB_PASSWORD: 'x', B_DB: 'a', B_DB_PASSWORD: 'x' },
      'create-databases: B_DB: "a" is the database of A already\n',
    ],
    [
      'the administrator as user',
      { A_DB_USER: 'postgres', A_DB_PASSWORD: 'x' },
      'create-databases: A_DB_USER: "postgres" is Postgres\' own; choose another name\n',
    ],
    [
      'all that is wrong at once',
      { A_DB: 'a', B_DB_USER: 'b' },
      'create-databases: A_DB_PASSWORD: missing; it has no default\ncreate-databases: B_DB_PASSWORD: missing; it has no default\n',
    ],
  ])('%s is refused by its variable, before anything is made', (_, variables, says) => {
    const before = readState();
    expect(create({ FINE_DB_PASSWORD: 'x', ...variables })).toEqual({ code: 2, out: '', err: says });
    expect(readState()).toEqual(before);
  });

  test('no password shows in the log of a server that logs every statement', () => {
    const log = readFileSync(join(server.folder, 'log'), 'utf8');
    expect(log).toContain('CREATE DATABASE');
    for (const password of [hostile.QUOTES, hostile.SHELL, hostile.URI, adminPassword]) expect(log).not.toContain(password);
    expect(log).not.toMatch(/ROLE \S+ PASSWORD/);
  });

  test('a password is set where the server lets everybody in, as the image may while it starts', () => {
    const open = startPostgres(programs as string, 'trust');
    try {
      expect(create({ A_DB_PASSWORD: 'x' }, open)).toMatchObject({ code: 0, err: '' });
      expect(open.query("SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'a'")).toEqual(['t']);
    } finally {
      open.stop();
    }
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!hasShellcheck)
  console.warn('postgres-init: shellcheck is not there; its test is skipped (Debian: apt-get install shellcheck)');
test.skipIf(!hasShellcheck)('shellcheck has nothing to say', () => {
  const files = readdirSync(scripts).filter((name) => name.endsWith('.sh'));
  const { stdout, status } = spawnSync('shellcheck', files, { cwd: scripts, encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});
