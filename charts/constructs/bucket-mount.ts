// A bucket as a folder: GKE mounts it with Cloud Storage FUSE, so that programs which read and write files need no client of it.
// https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-setup
import { Quantity, type Volume, type VolumeMount } from 'cdk8s-plus-28/lib/imports/k8s.js';

export interface BucketMountProps {
  /** The name of the volume. */
  readonly name: string;
  readonly bucket: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
  /** The user that the pod runs as: the files are its own. */
  readonly user: number;
}

/** For the pod's annotations: GKE adds the container that speaks to the bucket. */
export const bucketAnnotations: Readonly<Record<string, string>> = {
  'gke-gcsfuse/volumes': 'true',
  'gke-gcsfuse/cpu-limit': '500m',
  'gke-gcsfuse/memory-limit': '256Mi',
  'gke-gcsfuse/ephemeral-storage-limit': '1Gi',
};

/** The volume of a bucket, and where a container finds it. A file appears there whole, when it is closed, or not at all. */
export function mountBucket({ name, bucket, mountPath, readOnly, user }: BucketMountProps): {
  volume: Volume;
  mount: VolumeMount;
} {
  return {
    volume: {
      name,
      csi: {
        driver: 'gcsfuse.csi.storage.gke.io',
        readOnly,
        volumeAttributes: { bucketName: bucket, mountOptions: `implicit-dirs,uid=${user},gid=${user}` },
      },
    },
    mount: { name, mountPath, readOnly },
  };
}

/** A folder that a pod writes beside its read-only root; it goes with the pod. */
export function mountScratch(name: string, mountPath: string, sizeLimit: string): { volume: Volume; mount: VolumeMount } {
  return { volume: { name, emptyDir: { sizeLimit: Quantity.fromString(sizeLimit) } }, mount: { name, mountPath } };
}
