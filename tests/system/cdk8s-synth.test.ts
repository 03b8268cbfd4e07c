// The other way to synthesize: cdk8s' own command, by cdk8s.yaml.
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDist } from '../../charts/dist-folder.ts';
import { copyChartSources } from '../fixtures/chart-sources.ts';
import { repository } from '../fixtures/npm-start.ts';

test('npx cdk8s synth makes the same files as npm run synth', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-cdk8s-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await copyChartSources(folder);
  const committed = await readDist(join(repository, 'dist'));
  // Over what is there: it must not leave files of charts that are no more.
  await cp(join(repository, 'dist', 'dev', 'docs'), join(folder, 'dist', 'dev', 'removed'), { recursive: true });
  // Its question for a newer version would go to a registry.
  execFileSync('npx', ['--no-install', 'cdk8s', 'synth', '--check-upgrade=false'], { cwd: folder, stdio: 'pipe' });
  const made = await readDist(join(folder, 'dist'));
  expect([...made.keys()]).toEqual([...committed.keys()]);
  for (const [path, text] of made) await expect(text, path).toMatchFileSnapshot(join(repository, 'dist', path));
});
