// The Workflow of an object: one name for one version of it, whoever makes it and however often.
import { createHash } from 'node:crypto';
import { objectAnnotations, partOf } from '../contract/names.ts';
import { type Arrival, type Follower, sequencerAnnotations } from './arrival.ts';
import type { MonthFile } from './month-file.ts';

export const workflowKind = { group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows' } as const;
export const templateKind = { ...workflowKind, plural: 'workflowtemplates' } as const;

/** Says who made a workflow. The object's facts are annotations, since labels take no such text. */
const originLabel = `${partOf}/origin`;

/** Hexadecimal, the same for the same parts; parts can't run into each other. */
export const digestOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);

/** `yellow-2024-01-<digest>`: a DNS label. The sequencer tells apart what was put under one key, with versions or without. */
export const workflowName = ({ category, run_date: runDate }: MonthFile, { bucket, key, sequencer }: Arrival): string =>
  `${category.replace(/[^a-z0-9]+/g, '-')}-${runDate.slice(0, 7)}-${digestOf(bucket, key, sequencer)}`;

/** Annotations that say which object a thing in the cluster is about. */
export const toAnnotations = (
  { bucket, key, sequencer, version, time }: Arrival,
  origin: Follower['origin'],
): Record<string, string> => ({
  [objectAnnotations.bucket]: bucket,
  [objectAnnotations.key]: key,
  [sequencerAnnotations[origin]]: sequencer,
  ...(version !== undefined && { [`${partOf}/version`]: version }),
  ...(time !== undefined && { [`${partOf}/event-time`]: time }),
});

export interface Submission {
  readonly arrival: Arrival;
  readonly file: MonthFile;
  readonly namespace: string;
  readonly template: string;
}

/** The object to create. */
export const toWorkflow = ({ arrival, file, namespace, template }: Submission, origin: Follower['origin']) => ({
  apiVersion: `${workflowKind.group}/${workflowKind.version}`,
  kind: 'Workflow',
  metadata: {
    name: workflowName(file, arrival),
    namespace,
    labels: { 'app.kubernetes.io/part-of': partOf, [originLabel]: origin },
    annotations: toAnnotations(arrival, origin),
  },
  spec: {
    workflowTemplateRef: { name: template },
    arguments: { parameters: Object.entries(file).map(([name, value]) => ({ name, value })) },
  },
});
