import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findFreePort } from '../../tests/fixtures/free-port.ts';
import { nginx } from '../../tests/fixtures/nginx-site.ts';
import { waitForPort } from '../../tests/fixtures/wait-for-port.ts';
import { isHtpasswdOf, toHtpasswd } from './htpasswd.ts';

const password = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

test('property: a line is of its user and password, and of no other', () => {
  fc.assert(
    fc.property(password, password, (one, other) => {
      const line = toHtpasswd('admin', one);
      expect(line).toMatch(/^admin:\{SSHA\}[A-Za-z0-9+/]+=*\n$/);
      expect(isHtpasswdOf(line, 'admin', one)).toBe(true);
      expect(isHtpasswdOf(line, 'ann', one)).toBe(false);
      expect(isHtpasswdOf(line, 'admin', other)).toBe(one === other);
      expect(toHtpasswd('admin', one)).not.toBe(line);
    }),
  );
});

test.each(['', 'admin', 'admin:', 'admin:{SSHA}', 'admin:{SSHA}AAAA', 'admin:$apr1$a$b', 'admin:{PLAIN}x'])(
  '%j is of nobody',
  (line) => {
    expect(isHtpasswdOf(line, 'admin', 'x')).toBe(false);
  },
);

test.skipIf(nginx === undefined)('nginx lets the user in with the password, and nobody else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'htpasswd-'));
  // Workers of a root's nginx are nobody.
  chmodSync(folder, 0o755);
  const passwords = ['Zq8', 'ä:€ "\\{}', 'x'.repeat(32)];
  writeFileSync(join(folder, 'users'), passwords.map((one, index) => toHtpasswd(`user${index}`, one)).join(''));
  const port = await findFreePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; pid ${folder}/pid; error_log stderr; events {}
     http { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
       uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
       server { listen 127.0.0.1:${port}; location / { auth_basic "x"; auth_basic_user_file ${folder}/users; return 200 "in"; } } }`.replace(
      // `return` comes before the sign-in.
      'return 200 "in";',
      'try_files /none =404;',
    ),
  );
  expect(spawnSync(nginx as string, ['-e', 'stderr', '-t', '-c', config]).status).toBe(0);
  const child = spawn(nginx as string, ['-e', 'stderr', '-c', config], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waitForPort(port);
  const ask = async (user: string, text: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:${text}`).toString('base64')}`;
    return (await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization } })).status;
  };
  const good = await Promise.all(passwords.map((one, index) => ask(`user${index}`, one)));
  const bad = await Promise.all([ask('user0', 'x'), ask('user1', passwords[2] as string), ask('nobody', 'Zq8')]);
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
  expect([good, bad]).toEqual([
    [404, 404, 404],
    [401, 401, 401],
  ]);
});
