// The table of Secrets against the manifests: who reads what, and that each ExternalSecret is made once.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nameOf, podsOf, readManifests, type Value } from '../tests/fixtures/manifests.ts';
import { labelKeys } from './constructs/metadata.ts';
import { type SecretFacts, secrets } from './secrets.ts';

const manifests = await readManifests(join(import.meta.dirname, '..', 'dist'));
const table: Readonly<Record<string, SecretFacts>> = secrets;

test('each Secret that a pod reads is in the table, with its key and this reader', () => {
  const read = podsOf(manifests).flatMap(({ manifest, labels, spec, containers }) => {
    const workload = labels[labelKeys.name] ?? '';
    const variables = containers.flatMap((one) =>
      ((one.env ?? []) as Value[]).flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef] : [])),
    );
    const volumes = ((spec.volumes ?? []) as Value[]).flatMap(({ secret }) => (secret ? [{ name: secret.secretName }] : []));
    return [...variables, ...volumes].map(({ name, key }) => ({ where: nameOf(manifest), workload, name, key }));
  });
  expect(read.length).toBeGreaterThan(0);
  const wrong = read.filter(({ workload, name, key }) => {
    const facts = table[name];
    return !facts?.readers.some((one) => one === workload) || (key !== undefined && !facts.keys.includes(key));
  });
  expect(wrong).toEqual([]);
});
