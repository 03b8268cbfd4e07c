// Gates over every document of dist/, and for each gate a manifest that it refuses.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEnvironments } from '../../charts/environments.ts';
import { secrets } from '../../charts/secrets.ts';
import {
  findFloatingImages,
  findHomeless,
  findRepeated,
  findSecrets,
  findUnlabelled,
  findUnprobed,
  findUnrestricted,
  findUnsized,
  type Gate,
} from '../fixtures/manifest-gates.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { findLostBindings, findLostSelectors, findWideRules, toPodReferenceGate } from '../fixtures/reference-gates.ts';
import { sampleManifests } from '../fixtures/sample-service.ts';

const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
/** Secrets that no object of dist/ makes appear: they stand already, or a program makes them. */
const existing = new Set(
  Object.values(checkEnvironments()).flatMap(({ name: environment, secrets: { mode }, namespaces }) =>
    mode === 'external'
      ? []
      : Object.entries(secrets).map(([name, { namespace }]) => `${environment} ${namespaces[namespace]}/${name}`),
  ),
);

/** How each gate is broken: the kind, its change, and what the gate says then. */
const gates: readonly [name: string, gate: Gate, kind: string, spoil: (value: Value) => void, says: string][] = [
  [
    'unique',
    findRepeated,
    'Service',
    (one) => Object.assign(one, { kind: 'ServiceAccount', apiVersion: 'v1' }),
    'ServiceAccount taxiway/docs: twice',
  ],
  [
    'labelled',
    findUnlabelled,
    'Deployment',
    ({ metadata }) => delete metadata.labels['app.kubernetes.io/name'],
    'no label app.kubernetes.io/name',
  ],
  [
    'pods labelled',
    findUnlabelled,
    'Deployment',
    ({ spec }) => delete spec.template.metadata.labels['app.kubernetes.io/part-of'],
    'pod: no label app.kubernetes.io/part-of',
  ],
  ['in a namespace', findHomeless, 'Service', ({ metadata }) => delete metadata.namespace, 'no namespace'],
  [
    'in a namespace that is made',
    findHomeless,
    'Service',
    ({ metadata }) => Object.assign(metadata, { namespace: 'default' }),
    'no namespace default',
  ],
  [
    'pinned',
    findFloatingImages,
    'Deployment',
    (one) => Object.assign(containerOf(one), { image: 'nginx:latest' }),
    'image nginx:latest has no exact version',
  ],
  [
    'pinned, with a tag',
    findFloatingImages,
    'Deployment',
    (one) => Object.assign(containerOf(one), { image: 'host:5000/nginx' }),
    'has no exact version',
  ],
  ['sized', findUnsized, 'Deployment', (one) => delete containerOf(one).resources.limits.memory, 'no limits.memory'],
  ['probed', findUnprobed, 'Deployment', (one) => delete containerOf(one).livenessProbe, 'no livenessProbe'],
  ['restricted', findUnrestricted, 'Deployment', (one) => delete containerOf(one).securityContext, 'may escalate privileges'],
  [
    'restricted, no root',
    findUnrestricted,
    'Deployment',
    ({ spec }) => Object.assign(spec.template.spec.securityContext, { runAsUser: 0 }),
    'runs as root',
  ],
  [
    'restricted, no host',
    findUnrestricted,
    'Deployment',
    ({ spec }) => Object.assign(spec.template.spec, { hostNetwork: true }),
    'hostNetwork is set',
  ],
  ['no Secret with values', findSecrets, 'ConfigMap', (one) => Object.assign(one, { kind: 'Secret' }), 'a Secret with values'],
  [
    'no password as variable',
    findSecrets,
    'Deployment',
    (one) => Object.assign(containerOf(one), { env: [{ name: 'DB_PASSWORD', value: 'x' }] }),
    'DB_PASSWORD has a literal value',
  ],
  [
    'no password in a text',
    findSecrets,
    'ConfigMap',
    ({ data }) => Object.assign(data, { a: 'postgres://me:pass@db/x' }),
    'data.a looks like a secret',
  ],
  [
    'with its ConfigMap',
    toPodReferenceGate(existing),
    'ConfigMap',
    ({ metadata }) => Object.assign(metadata, { name: 'other' }),
    'no ConfigMap docs-config',
  ],
  [
    'with its account',
    toPodReferenceGate(existing),
    'ServiceAccount',
    ({ metadata }) => Object.assign(metadata, { name: 'other' }),
    'no ServiceAccount docs',
  ],
  [
    'with its Secrets',
    toPodReferenceGate(existing),
    'Deployment',
    (one) => Object.assign(containerOf(one), { envFrom: [{ secretRef: { name: 'lost' } }] }),
    'no Secret lost',
  ],
  [
    'with its external Secrets',
    toPodReferenceGate(existing),
    'ExternalSecret',
    ({ spec }) => Object.assign(spec.target, { name: 'other' }),
    'no Secret basic-auth',
  ],
  [
    'with its volumes',
    toPodReferenceGate(existing),
    'Deployment',
    ({ spec }) => delete spec.template.spec.volumes,
    'no volume config',
  ],
  [
    'with its claims',
    toPodReferenceGate(existing),
    'Deployment',
    ({ spec }) => spec.template.spec.volumes.push({ name: 'x', persistentVolumeClaim: { claimName: 'lost' } }),
    'no PersistentVolumeClaim lost',
  ],
  [
    'with its priority',
    toPodReferenceGate(existing),
    'Deployment',
    ({ spec }) => Object.assign(spec.template.spec, { priorityClassName: 'high' }),
    'no PriorityClass high',
  ],
  [
    'selected by its Service',
    findLostSelectors,
    'Service',
    ({ spec }) => Object.assign(spec.selector, { x: 'y' }),
    'its selector finds no pod',
  ],
  [
    'with the port of its Service',
    findLostSelectors,
    'Service',
    ({ spec }) => Object.assign(spec.ports[0], { targetPort: 'web' }),
    'no container opens port web',
  ],
  [
    'selected by its policy',
    findLostSelectors,
    'NetworkPolicy',
    ({ spec }) => Object.assign(spec.podSelector.matchLabels, { x: 'y' }),
    'its selector finds no pod',
  ],
  ['with its role', findLostBindings, 'RoleBinding', ({ roleRef }) => Object.assign(roleRef, { name: 'lost' }), 'no Role lost'],
  [
    'with the subjects of its roles',
    findLostBindings,
    'ClusterRoleBinding',
    ({ subjects }) => Object.assign(subjects[0], { name: 'lost' }),
    'no ServiceAccount taxiway/lost',
  ],
  ['with narrow rules', findWideRules, 'ClusterRole', ({ rules }) => rules[0].verbs.push('*'), 'verbs has "*"'],
];

const containerOf = ({ spec }: Value) => spec.template.spec.containers[0];

test.each(Object.keys(checkEnvironments()))('every object of %s passes each gate', (environment) => {
  const own = manifests.filter((one) => one.environment === environment);
  expect(own.length).toBeGreaterThan(0);
  expect(gates.flatMap(([name, gate]) => gate(own).map((problem) => `${name}: ${problem}`))).toEqual([]);
});

test('local has workflows alone, each object once', () => {
  const own = manifests.filter(({ environment }) => environment === 'local');
  expect([...new Set(own.map(({ value }) => value.kind))]).toEqual(['WorkflowTemplate']);
  expect(findRepeated(own)).toEqual([]);
  expect(findSecrets(own)).toEqual([]);
});

test('the sample passes each gate, or no gate would be seen to fail', () => {
  const sample = sampleManifests();
  expect(gates.flatMap(([, gate]) => gate(sample))).toEqual([]);
});

test.each(gates)('%s: the gate refuses a broken manifest', (_, gate, kind, spoil, says) => {
  const sample = sampleManifests();
  const one = sample.findLast(({ component, value }) => component === 'docs' && value.kind === kind);
  expect(one).toBeDefined();
  spoil(one?.value);
  expect(gate(sample).join('\n')).toContain(says);
});
