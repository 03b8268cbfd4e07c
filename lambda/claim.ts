// Which version of an object the cluster has heard of last, in a Lease: compared and set by the API server, kept when workflows are long gone.
import { partOf } from '../apps/contract/names.ts';
import { TemporaryError } from '../apps/platform/errors.ts';
import type { Cluster } from './cluster.ts';
import { compareSequencers, type ObjectCreated } from './events.ts';
import { digestOf, toAnnotations } from './workflow.ts';

/** `ours`: its workflow is still to be made; `duplicate`: it was; `older`: a later version has come. */
export type Claim = 'ours' | 'duplicate' | 'older';

const leaseKind = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' } as const;
const sequencerAnnotation = `${partOf}/sequencer`;
const submittedAnnotation = `${partOf}/submitted`;

interface Lease {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

const nameOf = ({ bucket, key }: ObjectCreated) => `${partOf}-object-${digestOf(bucket, key)}`;

function toLease(
  object: ObjectCreated,
  workflow: string,
  { submitted, resourceVersion }: { submitted: boolean; resourceVersion?: string | undefined },
) {
  return {
    apiVersion: `${leaseKind.group}/${leaseKind.version}`,
    kind: 'Lease',
    metadata: {
      name: nameOf(object),
      labels: { 'app.kubernetes.io/part-of': partOf },
      annotations: { ...toAnnotations(object), [submittedAnnotation]: String(submitted) },
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    spec: { holderIdentity: workflow },
  };
}

/** Puts the object's version down where it is the latest. Throws Refusal; TemporaryError where others change it at the same time, again and again. */
export async function claim(cluster: Cluster, object: ObjectCreated, workflow: string): Promise<Claim> {
  for (let round = 0; round < 5; round++) {
    const found = await cluster.find<Lease>(leaseKind, nameOf(object));
    const { annotations = {}, resourceVersion } = found?.metadata ?? {};
    const order = found === undefined ? 1 : compareSequencers(object.sequencer, annotations[sequencerAnnotation] ?? '');
    if (order < 0) return 'older';
    if (order === 0) return annotations[submittedAnnotation] === 'true' ? 'duplicate' : 'ours';
    const lease = toLease(object, workflow, { submitted: false, resourceVersion });
    const isSet = found === undefined ? await cluster.create(leaseKind, lease) : await cluster.replace(leaseKind, lease);
    if (isSet) return 'ours';
  }
  throw new TemporaryError(`lease ${nameOf(object)}: others change it all the time`);
}

/** Puts down that the version's workflow is there, unless a later version has come. */
export async function confirm(cluster: Cluster, object: ObjectCreated, workflow: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const found = await cluster.find<Lease>(leaseKind, nameOf(object));
    const { annotations = {}, resourceVersion } = found?.metadata ?? {};
    if (compareSequencers(object.sequencer, annotations[sequencerAnnotation] ?? '') !== 0) return;
    if (await cluster.replace(leaseKind, toLease(object, workflow, { submitted: true, resourceVersion }))) return;
  }
  throw new TemporaryError(`lease ${nameOf(object)}: others change it all the time`);
}
