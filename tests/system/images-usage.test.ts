// `npm run images` where it can't build: no engine, one that does not answer, names and flags that are wrong; and tools of clusters, which no test can run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyForImages, type ImagesCopy } from '../fixtures/images-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'images-usage-'));
/** What is built is written down beside the program: not beside the user's own. */
let copy: ImagesCopy;
beforeAll(async () => {
  copy = await copyForImages();
});
afterAll(async () => {
  await copy.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder for PATH with scripts of these names. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return bin;
}

function images(bin: string, ...args: readonly string[]) {
  symlinkSync('/bin/sh', join(bin, 'sh'));
  const script = join(copy.root, 'start', 'images.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    env: { PATH: bin, HOME: folder },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('without docker and podman it says what to install', () => {
  expect(images(programs({}))).toEqual({
    status: 2,
    stdout: '',
    stderr: 'npm run images: found neither docker nor podman; install one of them (Debian: apt install docker.io, or podman)\n',
  });
});

test('an engine that does not answer is a reason to try again', () => {
  const bin = programs({ docker: 'echo "Cannot connect to the Docker daemon" >&2; exit 1' });
  expect(images(bin)).toEqual({
    status: 75,
    stdout: '',
    stderr:
      'npm run images: docker does not answer: Cannot connect to the Docker daemon; start it, then run the same command again\n',
  });
});

test.each([
  [['nothing'], /"nothing" has no image; expected some of backup, .*, validate$/],
  [['--push'], /argument missing/],
  [['--load', 'swarm'], /--load "swarm": .*kind/],
  [['--registry', 'https://x/y'], /--registry "https:\/\/x\/y": expected host\/path without a slash at the end/],
  [
    ['--registry', 'a.example/x', '--push', 'b.example/x'],
    /--registry a\.example\/x and --push b\.example\/x differ; give one of them$/,
  ],
])('%j is refused', (args, expected) => {
  const { status, stderr } = images(programs({ docker: 'exit 1' }), ...args);
  expect([status, stderr.trimEnd()]).toEqual([2, expect.stringMatching(expected)]);
});

/** Answers as an engine without images does, and takes every build. */
const docker = `echo "$*" >>"$HOME/docker.log"
case "$1 $2" in 'network inspect') exit 0 ;; esac`;

test('a cluster gets the images by its own tool', () => {
  const kind = 'echo "$*" >"$HOME/kind.log"';
  const { status, stderr } = images(programs({ docker, kind }), 'finish', 'docs', '--registry', 'r.example/x', '--load', 'kind');
  expect([stderr, status]).toEqual(['', 0]);
  const content = expect.stringMatching(/^r\.example\/x\/(docs|finish):0\.1\.0-[0-9a-f]{12}$/);
  const [loads, what, ...names] = readFileSync(join(folder, 'kind.log'), 'utf8').trim().split(' ');
  expect([loads, what]).toEqual(['load', 'docker-image']);
  expect(names).toEqual(['r.example/x/docs:0.1.0', content, 'r.example/x/finish:0.1.0', content]);
  expect(JSON.parse(readFileSync(join(copy.root, '.taxiway', 'images', 'names.json'), 'utf8'))).toEqual({
    docs: names[1],
    finish: names[3],
  });
  // An engine with a network of its own builds there.
  expect(readFileSync(join(folder, 'docker.log'), 'utf8')).not.toContain('--network host');
});

test.each([
  ['is missing', {}, /--load kind: found no kind; install it, or leave --load out$/],
  [
    'refuses',
    { kind: 'echo "no nodes found" >&2; exit 1' },
    /kind load docker-image failed: no nodes found; see whether its cluster runs$/,
  ],
])('a tool that %s is named', (_, tools, expected) => {
  const { status, stderr } = images(programs({ docker, ...tools }), 'finish', '--load', 'kind');
  expect([status, stderr.trimEnd()]).toEqual([2, expect.stringMatching(expected)]);
});
