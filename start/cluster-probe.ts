// Whether the cluster's network holds to NetworkPolicies: a pod that nothing is allowed tries to reach the API server.
import { setTimeout as sleep } from 'node:timers/promises';
import { call, callIfAny } from '../apps/platform/kubernetes-call.ts';
import { toLabels } from '../charts/constructs/metadata.ts';
import { anyUser, restrictedContainer, restrictedPod } from '../charts/constructs/security.ts';
import { solo } from '../charts/env/solo.ts';
import { type Bundle, documentsOf } from './cluster-bundle.ts';
import type { ClusterConnection } from './cluster-connection.ts';

const name = 'network-probe';
const namespace = solo.namespaces.platform;
const waitSeconds = 120;

/** Exits with 0 once a connection fails. A network may need some seconds to hear of a new pod: 1 only when all tries got through. */
const script = `
const { connect } = require('node:net');
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const isOpen = () => new Promise((resolve) => {
  const socket = connect({ host, port });
  const end = (open) => { socket.destroy(); resolve(open); };
  socket.setTimeout(3000, () => end(false)).on('connect', () => end(true)).on('error', () => end(false));
});
const run = async () => {
  for (let tries = 0; tries < 15; tries++) {
    if (!(await isOpen())) return 0;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return 1;
};
run().then(process.exit);
`;

/** To be called when all is installed. Undefined where the pod came to no end. */
export async function areHeld({ core }: ClusterConnection, bundle: Bundle): Promise<boolean | undefined> {
  const remove = () =>
    callIfAny('removing the network probe', () => core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }));
  await remove();
  await call('starting the network probe', () => core.createNamespacedPod({ namespace, body: toPod(bundle) }));
  try {
    for (const end = Date.now() + waitSeconds * 1000; Date.now() < end; await sleep(1000)) {
      const pod = await callIfAny('reading the network probe', () => core.readNamespacedPod({ name, namespace }));
      if (pod?.status?.phase === 'Succeeded') return true;
      if (pod?.status?.phase === 'Failed') return false;
    }
    return undefined;
  } finally {
    await remove();
  }
}

function toPod(bundle: Bundle) {
  const docs = documentsOf(bundle).find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'docs');
  // An image that has Node, and that the nodes have.
  const { image, imagePullPolicy } = docs?.spec.template.spec.containers[0] ?? {};
  return {
    metadata: { name, namespace, labels: toLabels(name, 'common') },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: restrictedPod(anyUser),
      containers: [
        {
          name,
          image,
          imagePullPolicy,
          command: ['node', '-e', script],
          securityContext: restrictedContainer(),
          resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
        },
      ],
    },
  };
}
