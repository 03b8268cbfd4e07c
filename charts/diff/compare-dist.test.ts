import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compareDist } from './compare-dist.ts';
import { findFieldChanges } from './field-changes.ts';
import { toMarkdown } from './to-markdown.ts';

const dist = (...objects: object[]) => new Map([['prod/x/x.yaml', objects.map((object) => stringify(object)).join('---\n')]]);
const warningsOf = (before: object | undefined, after: object | undefined) =>
  compareDist(dist(...(before ? [before] : [])), dist(...(after ? [after] : []))).flatMap(({ warnings }) => warnings);

const metadata = { name: 'a', namespace: 'shop' };
const deployment = (container: object = {}, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'a' } },
    template: {
      spec: {
        containers: [{ name: 'main', image: 'i:1.0', livenessProbe: {}, securityContext: { runAsNonRoot: true }, ...container }],
      },
    },
    ...spec,
  },
});

test('named items are matched by name, so that a reordered list is no change of its items', () => {
  const before = {
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '1' },
    ],
    ports: [1, 2],
  };
  const after = {
    containers: [
      { name: 'b', image: '2' },
      { name: 'a', image: '1' },
    ],
    ports: [1, 3, 4],
  };
  expect(findFieldChanges(before, after)).toEqual([
    { path: 'containers[name=b].image', before: '1', after: '2' },
    { path: 'ports[1]', before: 2, after: 3 },
    { path: 'ports[2]', before: undefined, after: 4 },
  ]);
});

test('equal objects, and objects in another order or file, are no change', () => {
  const role = { kind: 'Role', metadata, rules: [] };
  expect(compareDist(dist(deployment(), role), dist(role, deployment()))).toEqual([]);
  expect(compareDist(new Map([['prod/x/a.yaml', stringify(role)]]), new Map([['prod/x/b.yaml', stringify(role)]]))).toEqual([]);
});

const role = (...verbs: string[]) => ({
  kind: 'Role',
  metadata,
  rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs }],
});
const binding = (name: string, ...subjects: string[]) => ({
  kind: 'RoleBinding',
  metadata,
  roleRef: { name },
  subjects: subjects.map((subject) => ({ kind: 'ServiceAccount', namespace: 'shop', name: subject })),
});
const claim = (storage: string, storageClassName = 'standard') => ({
  kind: 'PersistentVolumeClaim',
  metadata,
  spec: { storageClassName, resources: { requests: { storage } } },
});

test.each<[string, object | undefined, object | undefined, string[]]>([
  ['a pruned object', role('get'), undefined, ['pruned: Argo CD deletes it']],
  ['a pruned claim', claim('1Gi'), undefined, ['pruned: Argo CD deletes it WITH ITS DATA']],
  [
    'a kept claim',
    { ...claim('1Gi'), metadata: { ...metadata, annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false' } } },
    undefined,
    ['removed here, but it stays in the cluster (Prune=false): delete it by hand where it must go'],
  ],
  [
    'a changed selector',
    deployment(),
    deployment({}, { selector: {} }),
    ['immutable: the API server refuses a changed spec.selector; the object must be deleted and made anew'],
  ],
  [
    'another role of a binding',
    binding('a', 's'),
    binding('b', 's'),
    ['immutable: the API server refuses a changed roleRef; the object must be deleted and made anew'],
  ],
  ['wider rights', role('get'), role('get', 'patch'), ['rights widened: deployments.apps (patch)']],
  ['narrower rights', role('get', 'patch'), role('get'), []],
  ['a new role', undefined, role('get'), ['rights widened: deployments.apps (get)']],
  ['a further subject', binding('a', 's'), binding('a', 's', 't'), ['a now also for: ServiceAccount shop/t']],
  ['a smaller disk', claim('2Gi'), claim('1Gi'), ['storage: 2Gi → 1Gi; a claim can grow, never shrink']],
  [
    'another storage class',
    claim('1Gi'),
    claim('1Gi', 'fast'),
    ['immutable: the API server refuses a changed spec.storageClassName; the object must be deleted and made anew'],
  ],
  ['a lost probe', deployment(), deployment({ livenessProbe: undefined }), ['container main lost its livenessProbe']],
  [
    'a weaker security context',
    deployment(),
    deployment({ securityContext: {} }),
    ['container main: runAsNonRoot is no longer true'],
  ],
  ['a new image', deployment(), deployment({ image: 'i:2.0' }), []],
  ['no replicas', deployment(), deployment({}, { replicas: 0 }), ['replicas: 0, nothing runs']],
  [
    'an opened service',
    { kind: 'Service', metadata, spec: {} },
    { kind: 'Service', metadata, spec: { type: 'LoadBalancer' } },
    ['reachable from outside: Service of type LoadBalancer'],
  ],
])('%s', (_, before, after, warnings) => {
  expect(warningsOf(before, after)).toEqual(warnings);
});

test('Markdown names counts, warnings and fields, each value on a line of its own', () => {
  const changes = compareDist(dist(deployment(), role('get')), dist(deployment({ image: 'i:`2`\n.0' })));
  const text = toMarkdown({ reference: 'main', changes, costs: [] });
  expect(text).toBe(
    [
      'Against `main`: 0 added, 1 removed, 1 changed.',
      '',
      '## Look at these (1)',
      '',
      '- **prod/x** `Role shop/a`: pruned: Argo CD deletes it',
      '',
      '## prod/x',
      '',
      '- ～ `Deployment shop/a`',
      "  - `spec.template.spec.containers[name=main].image`: `i:1.0` → `i:'2' .0`",
      '- − `Role shop/a`',
      '',
    ].join('\n'),
  );
});
