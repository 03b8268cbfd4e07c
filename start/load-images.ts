// Puts images into the nodes of a cluster on this machine, by the cluster's own tool.
import { UsageError } from '../apps/platform/errors.ts';
import { type RunError, run, toReason } from './engine.ts';

export const loaders = ['kind', 'k3d', 'minikube'] as const;
export type Loader = (typeof loaders)[number];

const commands: Readonly<Record<Loader, readonly string[]>> = {
  kind: ['load', 'docker-image'],
  k3d: ['image', 'import'],
  minikube: ['image', 'load'],
};

/** Throws UsageError where the tool is missing or refuses. */
export async function loadImages(loader: Loader, names: readonly string[]): Promise<void> {
  const command = [loader, ...commands[loader]].join(' ');
  await run(loader, [...commands[loader], ...names]).catch((error: RunError) => {
    if (error.code === 'ENOENT') throw new UsageError(`--load ${loader}: found no ${loader}; install it, or leave --load out`);
    throw new UsageError(`--load ${loader}: ${command} failed: ${toReason(error)}; see whether its cluster runs`);
  });
}
