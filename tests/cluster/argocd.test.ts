// The real Argo CD follows a Git repository with dist/solo: wave by wave to Synced and Healthy, then a commit, drift by hand, and a revert.
import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { waveOf } from '../../charts/argocd/waves.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { toScript } from '../../charts/prepare/to-script.ts';
import { ownImage } from '../../charts/versions.ts';
import { readNames } from '../../start/image-names.ts';
import { becomes } from '../fixtures/becomes.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { nodeAddress, type SoloCluster, startNode } from '../fixtures/solo-cluster.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const images = inject('nodeImages');
const env = checkEnvironments().solo as NonNullable<ReturnType<typeof checkEnvironments>[string]>;
const { platform, argocd } = env.namespaces;
const syncSeconds = 360;
const nameOf = ({ metadata }: Value): string => metadata.name;
const madeAt = ({ metadata }: Value): number => Date.parse(metadata.creationTimestamp);

describe.skipIf(images === undefined)('Argo CD', () => {
  let cluster: SoloCluster;
  let folder: string;
  let daemon: ReturnType<typeof spawn>;
  let seconds: number;

  const git = async (...args: readonly string[]) =>
    (
      await promisify(execFile)('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: folder })
    ).stdout.trim();
  /** Every file of dist/ in the repository's work tree. */
  const eachFile = async (change: (text: string) => string) => {
    for (const name of await readdir(join(folder, 'dist'), { recursive: true })) {
      if (!name.endsWith('.yaml')) continue;
      const path = join(folder, 'dist', name);
      await writeFile(path, change(await readFile(path, 'utf8')));
    }
  };
  /** Commits, and tells Argo CD as a webhook of the Git server would. */
  const push = async (message: string) => {
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
    await refresh();
  };
  const refresh = (how: 'normal' | 'hard' = 'normal') =>
    cluster.kubectl('-n', argocd, 'annotate', 'applications', '--all', '--overwrite', `argocd.argoproj.io/refresh=${how}`);
  const applications = () => cluster.list('applications', '-n', argocd);
  /** What is not Synced and Healthy at the commit that is the newest, each with its state. */
  const findUnwell = async () => {
    const revision = await git('rev-parse', 'HEAD');
    return (await applications())
      .filter(
        ({ status }) =>
          status?.sync?.status !== 'Synced' || status.health?.status !== 'Healthy' || status.sync.revision !== revision,
      )
      .map((one) => `${nameOf(one)} ${one.status?.sync?.status} ${one.status?.health?.status}`);
  };
  const settle = (seconds: number) => becomes(findUnwell, [], seconds);

  beforeAll(async () => {
    const { root } = images as NodeImages;
    cluster = await startNode(images as NodeImages);
    await cluster.addArgocd();
    folder = await mkdtemp(join(tmpdir(), 'argocd-git-'));
    const port = await findFreePort();
    await cp(join(root, 'dist', 'solo'), join(folder, 'dist', 'solo'), { recursive: true });
    await eachFile((text) => text.replaceAll(env.repository.url, `git://${nodeAddress}:${port}/`));
    await git('init', '--quiet', '--initial-branch', env.repository.revision);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Everything');
    const serve = ['daemon', '--reuseaddr', '--export-all', `--base-path=${folder}`, `--listen=${nodeAddress}`, `--port=${port}`];
    daemon = spawn('git', [...serve, folder], { stdio: 'ignore' });
    await waitForPort(port, nodeAddress);
    // The images are in the registry already.
    const script = toScript(env, undefined).replace(/^npm run images .*$/m, '');
    const started = performance.now();
    await cluster.run('bash', ['-c', script], { cwd: folder });
    // The root's first; the last wave comes when all others are healthy.
    await becomes(async () => (await applications()).some((one) => nameOf(one) === 'taxiway-trigger'), true, 2 * syncSeconds);
    await settle(syncSeconds);
    seconds = (performance.now() - started) / 1000;
  }, 3_600_000);
  afterAll(async () => {
    daemon?.kill();
    await cluster?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  test('brings up everything, wave by wave, within six minutes', async () => {
    console.log(`everything was Synced and Healthy after ${seconds.toFixed(0)} s`);
    expect(seconds).toBeLessThan(syncSeconds);
    const found = (await applications()).filter((one) => nameOf(one) !== 'taxiway-root');
    const folders = (await readdir(join(folder, 'dist', 'solo'))).filter((name) => !['argocd', 'root'].includes(name));
    expect(found.map(nameOf).sort()).toEqual(folders.map((name) => `taxiway-${name}`).sort());
    // An Application is made when those of the waves before are healthy.
    const madeIn = Map.groupBy(found, (one) => waveOf(nameOf(one).replace('taxiway-', '')));
    const spans = [...madeIn].sort(([one], [other]) => one - other).map(([, some]) => some.map(madeAt).sort((a, b) => a - b));
    expect(spans.length).toBeGreaterThan(5);
    for (const [index, times] of spans.entries())
      if (index > 0) expect(times[0]).toBeGreaterThanOrEqual(spans[index - 1]?.at(-1) as number);
    const pods = (await cluster.list('pods', '-A')).filter(({ status }) => status.phase !== 'Succeeded');
    expect(pods.filter(({ status }) => !status.containerStatuses?.every(({ ready }: Value) => ready)).map(nameOf)).toEqual([]);
  });

  test('stays so, looked at anew with all caches empty', async () => {
    await refresh('hard');
    const asked = async () =>
      (await applications()).filter(({ metadata }) => metadata.annotations?.['argocd.argoproj.io/refresh']);
    await becomes(asked, [], 120);
    expect(await findUnwell()).toEqual([]);
  });

  const hasGrafana = async () => (await applications()).map(nameOf).includes('taxiway-grafana');
  const docsImage = async () =>
    (await cluster.list('deployments', '-n', platform)).find((one) => nameOf(one) === 'docs')?.spec.template.spec.containers[0]
      .image;

  test('a commit with another image and without a component is rolled out, and what is gone is pruned', async () => {
    const names = await readNames(join((images as NodeImages).root, '.taxiway', 'images'));
    await eachFile((text) =>
      text.replaceAll(new RegExp(`${RegExp.escape(ownImage(env.registry, 'docs'))}$`, 'gm'), names.docs as string),
    );
    await rm(join(folder, 'dist', 'solo', 'grafana'), { recursive: true });
    const path = join(folder, 'dist', 'solo', 'argocd', 'argocd.yaml');
    const documents = parseAllDocuments(await readFile(path, 'utf8')).map((one) => one.toJS() as Value);
    await writeFile(
      path,
      documents
        .filter((one) => nameOf(one) !== 'taxiway-grafana')
        .map((one) => stringify(one))
        .join('---\n'),
    );
    await push('Docs in another version, and no Grafana');
    await becomes(docsImage, names.docs, 120);
    await becomes(hasGrafana, false, 120);
    await settle(180);
    const left = (await cluster.kubectl('get', 'deployment,service,configmap,networkpolicy', '-A', '--output', 'name'))
      .split('\n')
      .filter((name) => name.endsWith('/grafana'));
    expect(left).toEqual([]);
  });

  test('what is changed by hand is changed back', async () => {
    await cluster.kubectl('-n', platform, 'scale', 'deployment', 'docs', '--replicas=3');
    await cluster.kubectl('-n', platform, 'delete', 'service', 'predict');
    await cluster.kubectl('-n', platform, 'label', 'deployment', 'predict', 'app.kubernetes.io/part-of=other', '--overwrite');
    const look = async () => {
      const deployments = await cluster.list('deployments', '-n', platform);
      const find = (name: string) => deployments.find((one) => nameOf(one) === name);
      const services = (await cluster.list('services', '-n', platform)).map(nameOf);
      return [
        find('docs')?.spec.replicas,
        find('predict')?.metadata.labels['app.kubernetes.io/part-of'],
        services.includes('predict'),
      ];
    };
    await becomes(look, [1, 'taxiway', true], 120);
    await settle(120);
  });

  test('git revert brings back what was there', async () => {
    await git('revert', '--no-edit', 'HEAD');
    await refresh();
    await becomes(docsImage, ownImage(env.registry, 'docs'), 120);
    await becomes(hasGrafana, true, 120);
    await settle(240);
  });
});
