// The StorageClass of a disk.
import type { ClusterEnvironment } from '../env/environment.ts';

/** Nothing where the cluster's default is wanted: the API server fills it in. */
export const toStorageClass = ({ storageClass }: Pick<ClusterEnvironment, 'storageClass'>) =>
  storageClass === null ? {} : { storageClassName: storageClass };
