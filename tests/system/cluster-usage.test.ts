// `npm run cluster` where it must not or can't install: one line each that says what to do, and nothing is changed. On a real API server, whose
// nodes are objects alone; a Kubernetes that is too old is a stand-in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { becomes } from '../fixtures/becomes.ts';
import { collectOutput } from '../fixtures/child-output.ts';
import { compileCache } from '../fixtures/compile-cache.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { type Cluster, findKubernetes, lambdaToken, startCluster } from '../fixtures/kube-cluster.ts';
import { writeKubeConfig } from '../fixtures/kube-controllers.ts';
import { repository } from '../fixtures/npm-start.ts';

const folder = await mkdtemp(join(tmpdir(), 'cluster-usage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function install(kubeConfig: string | undefined, ...args: readonly string[]) {
  const child = spawn(process.execPath, [join(repository, 'start', 'cluster.ts'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...compileCache, HOME: folder, KUBECONFIG: kubeConfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return collectOutput(child);
}

/** A kubeconfig of somebody at a server of this test. */
async function toConfig(server: string, isUnsafe = true): Promise<string> {
  const path = join(folder, 'config');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    clusters: [{ name: 'c', cluster: { server, ...(isUnsafe && { 'insecure-skip-tls-verify': true }) } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(path, stringify(config));
  return path;
}

const says = (text: RegExp, code = 2) => ({
  code,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`^npm run cluster: ${text.source}.*\\n$`)),
});

test('no cluster: what to start or choose', async () => {
  expect(await install(undefined)).toEqual(says(/no cluster: kubectl has no current context; start one/));
});

test('a KUBECONFIG that is not there', async () => {
  expect(await install(join(folder, 'none'))).toEqual(says(/KUBECONFIG: can't read it: ENOENT/));
});

test('nobody answers there: try again', async () => {
  const config = await toConfig(`http://127.0.0.1:${await findFreePort()}`);
  expect(await install(config)).toEqual(says(/asking the cluster for its version: .*ECONNREFUSED/, 75));
});

test('--down where nobody answers does not say that it is done', async () => {
  const config = await toConfig(`http://127.0.0.1:${await findFreePort()}`);
  expect(await install(config, '--down', '--yes')).toEqual(says(/.*ECONNREFUSED/, 75));
});

test('an address without encryption', async () => {
  expect(await install(await toConfig('http://127.0.0.1:8001', false))).toEqual(
    says(/KUBECONFIG: http:\/\/127\.0\.0\.1:8001 is not encrypted; give an address that begins with https:\/\//),
  );
});

test('a cluster elsewhere is asked about first', async () => {
  expect(await install(await toConfig('https://192.0.2.1:6443'))).toEqual(
    says(/c \(https:\/\/192\.0\.2\.1:6443\) is not on this machine\. Install Taxiway in it\? Nobody answers here; say --yes/),
  );
});

test('a Kubernetes that is too old', async () => {
  const server = createServer((_, answer) =>
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ major: '1', minor: '27+', gitVersion: 'v1.27.9' })),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = await toConfig(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const ended = await install(config);
  server.close();
  expect(ended).toEqual(says(/the cluster runs Kubernetes v1\.27\.9; expected 1\.28 or newer/));
});

test('a number of months that is none', async () => {
  expect(await install(await toConfig('http://127.0.0.1:1'), '--months', 'two')).toMatchObject({ code: 2 });
});

const tools = findKubernetes();

describe.skipIf(tools === undefined)('a real API server', () => {
  let cluster: Cluster;
  let config: string;
  const make = async (path: string, body: object) => {
    const { status, body: answer } = await cluster.ask('POST', path, body);
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  };
  beforeAll(async () => {
    cluster = await startCluster(tools as string);
    config = await writeKubeConfig(cluster, { token: 'test', name: 'admin' });
  });
  afterAll(() => cluster?.stop());

  test('who may not make everything', async () => {
    const user = await writeKubeConfig(cluster, { token: lambdaToken, name: 'user' });
    expect(await install(user)).toEqual(
      says(/you may not make namespaces, roles and definitions here; ask for the role cluster-admin/),
    );
  });

  test('no node, no StorageClass, a namespace of somebody else: all in one line', async () => {
    await make('/api/v1/namespaces', { metadata: { name: 'taxiway' } });
    expect(await install(config)).toEqual(
      says(/no node is ready.*; no default StorageClass: .*; namespace taxiway belongs to somebody else/),
    );
    expect((await cluster.ask('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions')).body.items).toEqual([]);
  });

  test('nodes of another architecture than the images', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
    await make('/api/v1/nodes', { metadata: { name: 'other' } });
    const status = { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { architecture: other } };
    await cluster.ask('PATCH', '/api/v1/nodes/other/status', { status }, 'application/merge-patch+json');
    expect(await install(config)).toEqual(
      says(
        new RegExp(
          `nodes are ${other}, and images that are built on this machine are .*: run npm run images and npm run cluster on a machine that is ${other}`,
        ),
      ),
    );
  });

  test('a port of the nodes that another Service has', async () => {
    const ports = [{ name: 'https', port: 443, nodePort: 30_443 }];
    await make('/api/v1/namespaces/default/services', { metadata: { name: 'web' }, spec: { type: 'NodePort', ports } });
    expect(await install(config)).toEqual(
      says(/.*port 30443 of the nodes is taken by Service default\/web: choose another in charts\/env\/solo\.ts \(entrance\)/),
    );
  });

  describe('what is somebody else’s', () => {
    const workflows = '/apis/argoproj.io/v1alpha1/namespaces';
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const definition = 'workflows.argoproj.io';
    const down = () => install(config, '--down', '--yes');
    const label = (isOurs: boolean) =>
      cluster.ask(
        'PATCH',
        `${definitions}/${definition}`,
        { metadata: { labels: { 'app.kubernetes.io/part-of': isOurs ? 'taxiway' : null } } },
        'application/merge-patch+json',
      );
    const names = async (path: string) =>
      (await cluster.ask('GET', path)).body.items?.map((one: { metadata: { name: string } }) => one.metadata.name);
    beforeAll(async () => {
      await make('/api/v1/namespaces', { metadata: { name: 'taxiway-pipeline' } });
      await make(definitions, {
        metadata: { name: definition },
        spec: {
          ...{ group: 'argoproj.io', scope: 'Namespaced', names: { kind: 'Workflow', plural: 'workflows' } },
          versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      });
      await becomes(() => names(`${workflows}/taxiway-pipeline/workflows`), [], 30);
      await make(`${workflows}/taxiway-pipeline/workflows`, {
        ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'theirs' } },
      });
    });

    test('an object outside of namespaces is not taken over', async () => {
      expect(await install(config)).toEqual(
        says(/.*CustomResourceDefinition workflows\.argoproj\.io belongs to somebody else .*use another cluster/),
      );
    });

    test('--down leaves what runs in a namespace that is not ours', async () => {
      expect(await down()).toMatchObject({ code: 0 });
      expect(await names(`${workflows}/taxiway-pipeline/workflows`)).toEqual(['theirs']);
      expect(await names(definitions)).toEqual([definition]);
    });

    test('--down leaves a definition of ours that others use, and says where', async () => {
      await label(true);
      expect(await down()).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(
          `left CustomResourceDefinition ${definition}: namespace taxiway-pipeline has objects of it`,
        ),
      });
      expect(await names(definitions)).toEqual([definition]);
      await cluster.ask('DELETE', `${workflows}/taxiway-pipeline/workflows/theirs`);
      expect(await down()).toMatchObject({ code: 0 });
      expect(await names(definitions)).toEqual([]);
    });
  });
});
