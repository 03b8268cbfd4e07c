// The real argo-server as its manifest starts it, with its account's rights: it gives Prometheus its metrics without a token.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Argo, findArgo, startArgo } from '../fixtures/argo-controller.ts';
import { findTool } from '../fixtures/find-tool.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { requestToken, writeKubeConfig } from '../fixtures/kube-controllers.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { endProcess } from '../fixtures/prometheus-server.ts';
import { patience } from '../fixtures/until.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const found = findArgo();
const server = findTool('argo', { variable: 'ARGO', how: "Argo's releases have its CLI, which is the server too" });

describe.skipIf(!found || !server)('argo-server', () => {
  let argo: Argo;
  let child: ChildProcess;
  let port: number;
  beforeAll(async () => {
    argo = await startArgo(found as NonNullable<typeof found>, 'dev');
    const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
    const deployment: Value = manifests.find(
      ({ environment, value }) => environment === 'dev' && value.kind === 'Deployment' && value.metadata.name === 'argo-server',
    )?.value;
    const { namespace } = deployment.metadata;
    const [container] = deployment.spec.template.spec.containers;
    port = await findFreePort();
    const token = await requestToken(argo.cluster, namespace, deployment.spec.template.spec.serviceAccountName);
    const kubeConfig = await writeKubeConfig(argo.cluster, { token, name: 'server' });
    const variables = Object.fromEntries((container.env as Value[]).map(({ name, value }) => [name, value]));
    const place = ['--port', String(port), `--kubeconfig=${kubeConfig}`, `--namespace=${namespace}`];
    child = spawn(server as string, [...container.args, ...place], {
      env: { PATH: '/usr/bin:/bin', HOME: argo.cluster.folder, ...variables },
      stdio: 'ignore',
    });
    await waitForPort(port);
  }, 120_000);
  afterAll(async () => {
    if (child) await endProcess(child);
    await argo?.stop();
  });

  test('answers are counted by method and code', async () => {
    const url = `http://127.0.0.1:${port}`;
    // Its gateway answers 503 until it is connected to itself.
    await expect
      .poll(async () => (await fetch(`${url}/api/v1/workflows/${argo.namespace}`)).status, { timeout: patience })
      .toBe(200);
    expect((await fetch(`${url}/api/v1/workflows/${argo.namespace}/none`)).status).toBe(404);
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    const handled = (method: string, code: string) =>
      [...text.matchAll(/^grpc_server_handled_total\{(.*)\} (\d+)$/gm)].find(
        ([, labels = '']) => labels.includes(`grpc_method="${method}"`) && labels.includes(`grpc_code="${code}"`),
      )?.[2];
    expect(handled('ListWorkflows', 'OK')).toBe('1');
    expect(handled('GetWorkflow', 'NotFound')).toBe('1');
  });
});
