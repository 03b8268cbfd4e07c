// A port of a pod, reached from this machine through the API server.
import { type AddressInfo, createServer } from 'node:net';
import { partOf, type WorkloadName } from '../apps/contract/names.ts';
import { TemporaryError } from '../apps/platform/errors.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import { solo } from '../charts/env/solo.ts';
import type { ClusterConnection } from './cluster-connection.ts';

/** Lets `use` connect to the workload's `port` at 127.0.0.1:`localPort`. Throws TemporaryError where none of its pods runs. */
export async function withForward<Result>(
  { core, forward }: ClusterConnection,
  { workload, port }: { readonly workload: WorkloadName; readonly port: number },
  use: (localPort: number) => Promise<Result>,
): Promise<Result> {
  const { platform } = solo.namespaces;
  const labelSelector = `app.kubernetes.io/name=${workload},app.kubernetes.io/part-of=${partOf}`;
  const { items } = await call('listing pods', () => core.listNamespacedPod({ namespace: platform, labelSelector }));
  const pod = items.find(({ status }) => status?.phase === 'Running')?.metadata?.name;
  if (pod === undefined) throw new TemporaryError(`no pod of ${workload} runs in ${platform}; run npm run cluster again`);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    forward.portForward(platform, pod, [port], socket, null, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}
