// Which version of an object the cluster has heard of last, in a Lease: compared and set by the API server, kept when workflows are long gone.
import { objectAnnotations, partOf } from '../contract/names.ts';
import { TemporaryError, UsageError } from '../platform/errors.ts';
import { type Arrival, type Follower, sequencerAnnotations } from './arrival.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { digestOf, toAnnotations } from './workflow.ts';

/** `ours`: its workflow is still to be made; `duplicate`: it was; `older`: a later version has come. */
export type Claim = 'ours' | 'duplicate' | 'older';

const leaseKind = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' } as const;

interface Lease {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

interface Claiming {
  readonly arrival: Arrival;
  readonly workflow: string;
  readonly follower: Follower;
}

const nameOf = ({ bucket, key }: Arrival) => `${partOf}-object-${digestOf(bucket, key)}`;

function toLease(
  { arrival, workflow, follower }: Claiming,
  { submitted, resourceVersion }: { submitted: boolean; resourceVersion?: string | undefined },
) {
  return {
    apiVersion: `${leaseKind.group}/${leaseKind.version}`,
    kind: 'Lease',
    metadata: {
      name: nameOf(arrival),
      labels: { 'app.kubernetes.io/part-of': partOf },
      annotations: { ...toAnnotations(arrival, follower.origin), [objectAnnotations.submitted]: String(submitted) },
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    spec: { holderIdentity: workflow },
  };
}

/**
 * Puts the object's version down where it is the latest. Throws Refusal; TemporaryError where others change it at the same time, again and
 * again; UsageError where another follower has noted a version: which of the two came later, nobody can say.
 */
export async function claim(objects: ClusterObjects, claiming: Claiming): Promise<Claim> {
  const { arrival, follower } = claiming;
  for (let round = 0; round < 5; round++) {
    const found = await objects.find<Lease>(leaseKind, nameOf(arrival));
    const { annotations = {}, resourceVersion } = found?.metadata ?? {};
    refuseOther(arrival, follower, annotations);
    const order = found === undefined ? 1 : await follower.compare(arrival, notedBy(follower, annotations));
    if (order < 0) return 'older';
    if (order === 0) return annotations[objectAnnotations.submitted] === 'true' ? 'duplicate' : 'ours';
    const lease = toLease(claiming, { submitted: false, resourceVersion });
    const isSet = found === undefined ? await objects.create(leaseKind, lease) : await objects.replace(leaseKind, lease);
    if (isSet) return 'ours';
  }
  throw new TemporaryError(`lease ${nameOf(arrival)}: others change it all the time`);
}

/** Puts down that the version's workflow is there, unless a later version has come. */
export async function confirm(objects: ClusterObjects, claiming: Claiming): Promise<void> {
  const { arrival, follower } = claiming;
  for (let round = 0; round < 5; round++) {
    const found = await objects.find<Lease>(leaseKind, nameOf(arrival));
    const { annotations = {}, resourceVersion } = found?.metadata ?? {};
    if ((await follower.compare(arrival, notedBy(follower, annotations))) !== 0) return;
    if (await objects.replace(leaseKind, toLease(claiming, { submitted: true, resourceVersion }))) return;
  }
  throw new TemporaryError(`lease ${nameOf(arrival)}: others change it all the time`);
}

type Annotations = NonNullable<Lease['metadata']['annotations']>;

const notedBy = ({ origin }: Follower, annotations: Annotations) => annotations[sequencerAnnotations[origin]] ?? '';

function refuseOther(arrival: Arrival, { origin }: Follower, annotations: Annotations): void {
  const other = origin === 'lambda' ? 'trigger' : 'lambda';
  if (annotations[sequencerAnnotations[other]] === undefined) return;
  throw new UsageError(
    `lease ${nameOf(arrival)}: the ${other} follows ${arrival.key} of ${arrival.bucket}, and the ${origin} does too; run one of the two, and delete this Lease if it is to be the ${origin}`,
  );
}
