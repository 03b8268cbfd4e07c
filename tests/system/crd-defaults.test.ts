// What the real CRDs' defaults would add to dist/. Argo CD compares lists as they are: an item that the API server completes is OutOfSync for ever.
import { existsSync, globSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { repository } from '../fixtures/npm-start.ts';

const folder = process.env.CRDS ?? join(repository, '..', 'shared', 'crds');
const isMissing = !existsSync(folder);
if (isMissing)
  writeSync(2, 'tests that need CRDs are skipped: download those of External Secrets, and set CRDS to their folder\n');

/** Paths that the schema's defaults would add inside of lists. */
function findAdded(schema: Value | undefined, value: unknown, path = '', inList = false): string[] {
  if (schema === undefined || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => findAdded(schema.items, item, `${path}[${index}]`, true));
  return Object.entries<Value>(schema.properties ?? {}).flatMap(([key, of]) =>
    key in value
      ? findAdded(of, (value as Value)[key], `${path}.${key}`, inList)
      : inList && of.default !== undefined
        ? [`${path}.${key}: ${JSON.stringify(of.default)}`]
        : [],
  );
}

test.skipIf(isMissing)('every default inside of a list is said', async () => {
  const schemas = new Map(
    globSync(join(folder, '**', '*.yaml'))
      .flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).map((document): Value => document.toJS()))
      .filter((one) => one?.kind === 'CustomResourceDefinition')
      .flatMap(({ spec }) =>
        spec.versions.map(({ name, schema }: Value) => [`${spec.group}/${name} ${spec.names.kind}`, schema.openAPIV3Schema]),
      ),
  );
  const manifests = await readManifests(join(repository, 'dist'));
  const known = manifests.filter(({ value }) => schemas.has(`${value.apiVersion} ${value.kind}`));
  expect(new Set(known.map(({ value }) => value.kind))).toContain('ExternalSecret');
  const added = known.flatMap(({ path, value }) =>
    findAdded(schemas.get(`${value.apiVersion} ${value.kind}`), value).map((one) => `${path}: ${value.metadata.name}${one}`),
  );
  expect(added).toEqual([]);
});
