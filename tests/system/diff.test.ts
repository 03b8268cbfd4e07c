// `npm run diff` in a repository of its own: what a commit changes in contracts, and whether their versions say so.
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../fixtures/npm-start.ts';

let folder: string;
let clone: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: clone, encoding: 'utf8' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-diff-'));
  clone = join(folder, 'clone');
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', 'apps', 'charts', 'dist', 'workflows', 'package.json'],
    {
      cwd: repository,
      encoding: 'utf8',
    },
  );
  for (const path of listed.split('\0').filter((name) => name !== '')) await cp(join(repository, path), join(clone, path));
  await symlink(join(repository, 'node_modules'), join(clone, 'node_modules'));
  git('init', '--quiet', '--initial-branch=main');
  await writeFile(join(clone, '.gitignore'), 'node_modules\n');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Before');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const diff = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'charts/diff/main.ts'), ...args], {
    cwd: clone,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

async function replace(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(clone, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(clone, file), text.replace(from, to));
}

test('nothing, then what breaks without a version, then with one', async () => {
  expect(diff('main')).toEqual({ status: 0, stdout: 'Nothing changes in the clusters against `main`.\n', stderr: '' });

  await replace(
    'apps/contract/green.ts',
    "name: 'ehail_fee', type: 'double', unit: 'USD'",
    "name: 'ehail_fee', type: 'double', unit: 'EUR'",
  );
  await replace('apps/contract/yellow.ts', "title: 'Yellow taxi'", "title: 'Yellow cab'");
  const broken = diff('main');
  expect(broken.status).toBe(1);
  expect(broken.stderr).toBe(
    "npm run diff: green: version 1.0.0 → 1.0.0 is too low for what changes; set version: '2.0.0' or higher in apps/contract/green.ts\n",
  );
  expect(broken.stdout).toContain(
    [
      '## Contracts',
      '',
      "- **green** 1.0.0: set version: '2.0.0' or higher in apps/contract/green.ts",
      '  - **breaks**: column ehail_fee: unit USD → EUR',
      '- **yellow** 1.0.0',
      '  - compatible: title: Yellow taxi → Yellow cab',
      '',
      'Nothing changes in the clusters',
    ].join('\n'),
  );
  const json = diff('main', '--json');
  expect([json.status, JSON.parse(json.stdout).contracts[0]]).toEqual([
    1,
    expect.objectContaining({ category: 'green', needs: '2.0.0' }),
  ]);

  await replace('apps/contract/green.ts', "version: '1.0.0'", "version: '2.0.0'");
  const raised = diff('main');
  expect([raised.status, raised.stderr]).toEqual([0, '']);
  expect(raised.stdout).toContain('- **green** 1.0.0 → 2.0.0\n  - **breaks**: column ehail_fee: unit USD → EUR');
});

test('a commit without contracts, one with another shape, and no commit', async () => {
  git('checkout', '--quiet', '--force', 'main');
  git('rm', '--quiet', '-r', '--cached', 'apps/contract/generated');
  git('commit', '--quiet', '--message', 'Without');
  git('tag', 'without');
  expect(diff('without').stdout).toBe(
    'The contracts are not compared: `without` has none in Git yet.\n\nNothing changes in the clusters against `without`.\n',
  );
  await writeFile(join(clone, 'apps/contract/generated/green.json'), '{ "category": "green" }');
  git('add', 'apps/contract/generated/green.json');
  git('commit', '--quiet', '--message', 'Other');
  const { status, stderr } = diff('HEAD');
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^npm run diff: HEAD:apps\/contract\/generated\/green\.json: no contract that this release can read: .*\n$/,
  );
  expect(diff('nowhere')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('nowhere: no such commit, branch or tag here'),
  });
});
