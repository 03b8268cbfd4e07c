// A folder that a pod writes beside its read-only root; it goes with the pod.
import { Quantity, type Volume, type VolumeMount } from 'cdk8s-plus-28/lib/imports/k8s.js';

/** The volume, and where a container finds it. */
export function mountScratch(name: string, mountPath: string, sizeLimit: string): { volume: Volume; mount: VolumeMount } {
  return { volume: { name, emptyDir: { sizeLimit: Quantity.fromString(sizeLimit) } }, mount: { name, mountPath } };
}
