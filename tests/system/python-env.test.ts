import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensurePythonEnvironment } from '../../workflows/python-env.ts';

const six = (version: string, hash: string) => `six==${version} --hash=sha256:${hash}\n`;
const wanted = six('1.17.0', '4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274');
const tampered = six('1.17.0', '0'.repeat(64));

async function createRepository(requirements: string) {
  const repository = await realpath(await mkdtemp(join(tmpdir(), 'taxiway python-')));
  onTestFinished(() => rm(repository, { recursive: true, force: true }));
  await mkdir(join(repository, 'apps', 'tiny'), { recursive: true });
  const file = join(repository, 'apps', 'tiny', 'requirements.txt');
  await writeFile(file, requirements);
  const notices: string[] = [];
  return {
    repository,
    file,
    notices,
    ensure: () => ensurePythonEnvironment('tiny', { repository, onNotice: (notice) => notices.push(notice) }),
  };
}

// Installs real packages through the machine's own package index: uv once (a few seconds), then one small package.
test('makes an environment once, renews it when requirements change, repairs a half-built one', {
  timeout: 120_000,
}, async () => {
  const { repository, file, notices, ensure } = await createRepository(wanted);
  const [python, same] = await Promise.all([ensure(), ensure()]);
  expect(same).toBe(python);
  expect(execFileSync(python, ['-c', 'import six; print(six.__version__)'], { encoding: 'utf8' })).toBe('1.17.0\n');
  expect(notices.filter((notice) => notice.startsWith('Installing'))).toEqual([
    "Installing tiny's Python packages (once; it may take a minute)",
  ]);
  expect((await readdir(join(repository, '.venv'))).sort()).toEqual(['tiny', 'uv']);

  notices.length = 0;
  await ensure();
  expect(notices).toEqual([]);

  await writeFile(file, '');
  await ensure();
  expect(() => execFileSync(python, ['-c', 'import six'], { stdio: 'pipe' })).toThrow('No module named');

  await writeFile(file, wanted);
  await rm(join(repository, '.venv', 'tiny', 'taxiway-stamp.json'));
  await ensure();
  expect(execFileSync(python, ['-c', 'import six'], { encoding: 'utf8' })).toBe('');
  expect(notices).toHaveLength(2);

  await writeFile(file, tampered);
  await expect(ensure()).rejects.toThrow(/^python: can't install packages: .*hash/i);
  expect(existsSync(join(repository, '.venv', 'tiny', 'taxiway-stamp.json'))).toBe(false);
});

test('says which file is missing', async () => {
  const { file, ensure } = await createRepository('');
  await rm(file);
  await expect(ensure()).rejects.toThrow(`python: ${file}: no such file; a Python app lists its packages there, with hashes`);
});

test('uv itself is pinned by version and hashes, and no host is named', () => {
  const requirements = readFileSync(join(import.meta.dirname, '..', '..', 'workflows', 'uv-requirements.txt'), 'utf8');
  expect(requirements).toMatch(/^uv==\d+\.\d+\.\d+ \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n)+$/);
});
