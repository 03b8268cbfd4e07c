// Postgres by CloudNativePG: what synth makes where an environment chooses it passes what dist/ passes, and lacks nothing.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clusterBuckets, postgresDatabases, postgresMonitor } from '../../apps/contract/names.ts';
import { edges } from '../../charts/edges.ts';
import { images } from '../../charts/versions.ts';
import {
  findFloatingImages,
  findHomeless,
  findRepeated,
  findSecrets,
  findUnlabelled,
  findUnprobed,
  findUnrestricted,
  findUnsized,
} from '../fixtures/manifest-gates.ts';
import { type Manifest, nameOf, podsOf, readManifests, textsOf, type Value } from '../fixtures/manifests.ts';
import { toOperatedManifests } from '../fixtures/operated-postgres.ts';
import { findLostBindings, findLostSelectors, findWideRules, toPodReferenceGate } from '../fixtures/reference-gates.ts';
import { findInvalid } from '../fixtures/strict-schemas.ts';

const manifests = toOperatedManifests();
const find = (kind: string, name: string, among: readonly Manifest[] = manifests): Value =>
  among.find(({ value }) => value.kind === kind && value.metadata.name === name)?.value;
const cluster = find('Cluster', 'postgres');
const roles = new Map<string, Value>(cluster.spec.managed.roles.map((one: Value) => [one.name, one]));

test('every document is valid and passes each gate', async () => {
  expect(await findInvalid(manifests)).toEqual([]);
  const gates = [
    ...[findRepeated, findUnlabelled, findHomeless, findFloatingImages, findUnsized, findUnprobed, findUnrestricted],
    ...[findSecrets, toPodReferenceGate(), findLostSelectors, findLostBindings, findWideRules],
  ];
  expect(gates.flatMap((gate) => gate(manifests))).toEqual([]);
});

test('each database has an owner that signs in with a password of its own', () => {
  const databases = manifests.filter(({ value }) => value.kind === 'Database').map(({ value }) => value.spec);
  expect(databases.map(({ name, owner }) => [name, owner])).toEqual(
    Object.values(postgresDatabases).map(({ database, user }) => [database, user]),
  );
  for (const { owner, cluster: of, databaseReclaimPolicy } of databases) {
    expect(of.name).toBe(cluster.metadata.name);
    expect(databaseReclaimPolicy).toBe('retain');
    expect(roles.get(owner)).toMatchObject({ login: true, ensure: 'present' });
    expect(roles.get(owner)).not.toHaveProperty('inRoles');
  }
  const secrets = [...roles.values()].map(({ passwordSecret }) => passwordSecret.name);
  expect(new Set(secrets).size).toBe(secrets.length);
});

test('nobody is an administrator, and no database is there that nobody asked for', () => {
  for (const role of roles.values())
    for (const right of ['superuser', 'createdb', 'createrole', 'replication', 'bypassrls'])
      expect(role).not.toHaveProperty(right);
  const { bootstrap, enableSuperuserAccess } = cluster.spec;
  expect(enableSuperuserAccess).toBe(false);
  expect(find('Database', 'postgres-argo').spec).toMatchObject({
    name: bootstrap.initdb.database,
    owner: bootstrap.initdb.owner,
  });
  expect(roles.get(bootstrap.initdb.owner).passwordSecret).toEqual(bootstrap.initdb.secret);
});

test("each role's Secret is of the type, with the name and the label that CloudNativePG asks for", () => {
  expect([...roles.keys()]).toEqual(['argo', 'mlflow', postgresMonitor, 'backup']);
  for (const { name, passwordSecret } of roles.values()) {
    const { target, data } = find('ExternalSecret', passwordSecret.name).spec;
    expect(target.template).toMatchObject({
      type: 'kubernetes.io/basic-auth',
      data: { username: name, password: '{{ .password }}' },
      metadata: { labels: { 'cnpg.io/reload': 'true' } },
    });
    expect(data.map(({ secretKey }: Value) => secretKey)).toEqual(['password']);
  }
});

test('nothing of the StatefulSet is left: no disk, administrator or Job of ours', () => {
  const left = manifests.filter(
    ({ component, value }) => component === 'postgres' && ['StatefulSet', 'Job'].includes(value.kind),
  );
  expect(left.map(nameOf)).toEqual([]);
  expect(find('PersistentVolumeClaim', 'postgres-data')).toBeUndefined();
  expect(find('PersistentVolumeClaim', 'prometheus-data')).toBeDefined();
  const texts = manifests.flatMap(({ value }) => textsOf(value).map(([, text]) => text));
  expect(texts.filter((text) => text.includes('postgres-admin') || text.includes('create-databases'))).toEqual([]);
});

test('the Service that clients name is one that the operator makes', () => {
  const { additional, disabledDefaultServices } = cluster.spec.managed.services;
  expect(additional).toMatchObject([{ selectorType: 'rw', serviceTemplate: { metadata: { name: 'postgres' } } }]);
  expect(disabledDefaultServices).toEqual(['ro', 'r']);
  expect(find('Service', 'postgres')).toBeUndefined();
  expect(textsOf(find('Deployment', 'mlflow')).some(([, text]) => /\bpostgres\b/.test(text))).toBe(true);
});

const instances = { 'cnpg.io/cluster': 'postgres' };
const peersOn = (rules: Value[], side: 'from' | 'to', port: number): Value[] =>
  rules.filter(({ ports }) => ports.some((one: Value) => one.port === port)).flatMap((rule) => rule[side]);

test('each client and the operator reach the instances, which reach each other and the API, and nothing else', () => {
  const { podSelector, ingress, egress } = find('NetworkPolicy', 'postgres').spec;
  expect(podSelector.matchLabels).toEqual(instances);
  const clients = edges.filter(({ to }) => to === 'postgres').map(({ from }) => from);
  for (const client of clients) {
    expect(JSON.stringify(peersOn(ingress, 'from', 5432))).toContain(`"app.kubernetes.io/name":"${client}"`);
    const { egress: out } = find('NetworkPolicy', client).spec;
    expect(peersOn(out, 'to', 5432).map((peer) => peer.podSelector.matchLabels)).toContainEqual(instances);
  }
  const operator = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cloudnative-pg' } },
  };
  for (const port of [5432, 8000]) {
    expect(peersOn(ingress, 'from', port)).toContainEqual(operator);
    for (const [rules, side] of [
      [ingress, 'from'],
      [egress, 'to'],
    ] as const)
      expect(peersOn(rules, side, port).map((peer) => peer.podSelector.matchLabels)).toContainEqual(instances);
  }
  expect(peersOn(egress, 'to', 443)).toEqual([{ ipBlock: { cidr: '10.127.0.0/28' } }]);
  expect(ingress).toHaveLength(clients.length + 4);
});

test('the backup goes on, by a role that may read and no more, and so does its check', () => {
  const [backup] = find('CronJob', 'postgres-back-up').spec.jobTemplate.spec.template.spec.containers;
  expect(backup.env).toEqual(
    expect.arrayContaining([
      { name: 'PGUSER', value: 'backup' },
      { name: 'PGPASSWORD_FILE', value: '/secrets/postgres-backup/password' },
    ]),
  );
  expect(roles.get('backup').inRoles).toEqual(['pg_read_all_data']);
  expect(roles.get(postgresMonitor).inRoles).toEqual(['pg_monitor']);
  expect(JSON.stringify(find('CronJob', 'postgres-check-restore'))).toContain(clusterBuckets.backups);
  expect(podsOf(manifests).some(({ manifest }) => manifest.value.metadata.name === 'postgres-check-restore')).toBe(true);
});

test('dumps are made and restored by the version of the server', () => {
  const versionOf = (image: string) => /:(\d+\.\d+)/.exec(image)?.[1];
  expect(cluster.spec.imageName).toBe(images['postgres-instance']);
  expect(versionOf(images['postgres-instance'])).toBe(versionOf(images.postgres));
});

test('Argo CD may make the new kinds, and leaves the Cluster where it is', () => {
  const { namespaceResourceWhitelist } = find('AppProject', 'taxiway').spec;
  for (const kind of ['Cluster', 'Database'])
    expect(namespaceResourceWhitelist).toContainEqual({ group: 'postgresql.cnpg.io', kind });
  expect(cluster.metadata.annotations['argocd.argoproj.io/sync-options']).toBe('Prune=false,Delete=false');
});

test('dist/ has none of it: both environments run the StatefulSet', async () => {
  const committed = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));
  const texts = committed.flatMap(({ value }) => textsOf(value).map(([, text]) => text));
  expect(texts.filter((text) => text.includes('cnpg'))).toEqual([]);
});

test.each<[name: string, kind: string, spoil: (spec: Value) => void, says: string]>([
  [
    'a misspelt setting',
    'Cluster',
    ({ postgresql }) => Object.assign(postgresql, { pg_hbas: [] }),
    'spec.postgresql.pg_hbas: unknown field; did you mean pg_hba?',
  ],
  ['text for a number', 'Cluster', (spec) => Object.assign(spec, { instances: '2' }), 'spec.instances: "2": expected number'],
  ['no number of instances', 'Cluster', (spec) => delete spec.instances, 'spec.instances: missing'],
  [
    'a misspelt field of a role',
    'Cluster',
    ({ managed }) => Object.assign(managed.roles[0], { passwordsSecret: { name: 'x' } }),
    'spec.managed.roles[0].passwordsSecret: unknown field; did you mean passwordSecret?',
  ],
  ['a database without an owner', 'Database', (spec) => delete spec.owner, 'spec.owner: missing'],
  [
    'a policy that there is not',
    'Database',
    (spec) => Object.assign(spec, { databaseReclaimPolicy: 'keep' }),
    '/spec/databaseReclaimPolicy',
  ],
])('%s is refused', async (_, kind, spoil, says) => {
  const own = toOperatedManifests().filter(({ component, value }) => component === 'postgres' && value.kind === kind);
  spoil(own[0]?.value.spec);
  expect((await findInvalid(own)).join('\n')).toContain(says);
});

test('a policy for instances of another Cluster is refused', () => {
  const own = toOperatedManifests();
  find('Cluster', 'postgres', own).metadata.name = 'other';
  expect(findLostSelectors(own).join()).toContain('NetworkPolicy taxiway/postgres: its selector finds no pod');
});
