// What Pod Security "restricted" asks for, and a read-only root on top.

/** Of a pod. `user` is the number that the image runs as. */
export const restrictedPod = (user: number) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  // At each start the kubelet would give the group rights to every file of a disk, and Postgres refuses a data folder that others may write.
  fsGroupChangePolicy: 'OnRootMismatch' as const,
  seccompProfile: { type: 'RuntimeDefault' as const },
});

/** Of each container, init containers too. */
export const restrictedContainer = () => ({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
});

/** The user of images that run as any: above 10,000, where no node has a user of its own. */
export const anyUser = 10_001;
