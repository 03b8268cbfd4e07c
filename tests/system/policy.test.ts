// The manifests before kube-score and Checkov: no finding but those that policy-exceptions.ts names.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDist } from '../../charts/dist-folder.ts';
import { findChecker } from '../fixtures/find-checker.ts';
import { findTool } from '../fixtures/find-tool.ts';
import { repository } from '../fixtures/npm-start.ts';
import { ownPolicyExceptions, type PolicyException, policyExceptions } from '../fixtures/policy-exceptions.ts';

const dist = join(repository, 'dist');
const kubeScore = findTool('kube-score', {
  variable: 'KUBE_SCORE',
  how: 'go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
});
const checkov = await findChecker('checkov');

/** Images are pinned by exact versions; a digest is known only to whoever reaches the registries, and versions.ts takes one. */
const digests = 'CKV_K8S_43';

/** `<check> <Kind.namespace.name>` of each exception for a tool. */
const excepted = (tool: PolicyException['tool'], environment: string) =>
  [...policyExceptions, ...(environment === 'solo' ? ownPolicyExceptions : [])]
    .filter((one) => one.tool === tool)
    .map(({ check, object }) => `${check} ${object}`);

test('exceptions are few, and each gives its reason', () => {
  for (const some of [policyExceptions, ownPolicyExceptions]) expect(some.length).toBeLessThanOrEqual(15);
  expect([...policyExceptions, ...ownPolicyExceptions].filter(({ reason }) => reason.length < 20)).toEqual([]);
});

describe.each(['dev', 'prod', 'solo'])('%s', (environment) => {
  test.skipIf(!kubeScore)('kube-score finds nothing critical', async () => {
    const files = [...(await readDist(join(dist, environment))).keys()].map((path) => join(dist, environment, path));
    const { stdout } = spawnSync(
      kubeScore as string,
      ['score', '--output-format', 'json', '--kubernetes-version', 'v1.33', ...files],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const objects = JSON.parse(stdout) as {
      type_meta: { kind: string };
      object_meta: { name: string; namespace?: string };
      checks: { check: { id: string }; grade: number; skipped: boolean }[] | null;
    }[];
    const critical = 1;
    const found = objects.flatMap(({ type_meta, object_meta, checks }) =>
      (checks ?? [])
        .filter(({ grade, skipped }) => !skipped && grade === critical)
        .map(({ check }) => `${check.id} ${type_meta.kind}.${object_meta.namespace ?? ''}.${object_meta.name}`),
    );
    expect(found.filter((one) => !excepted('kube-score', environment).includes(one))).toEqual([]);
  });

  test.skipIf(!checkov)('Checkov finds nothing', () => {
    const flags = [
      '--directory',
      join(dist, environment),
      '--framework',
      'kubernetes',
      '--compact',
      '--quiet',
      '--soft-fail',
      '--skip-check',
      digests,
      '--output',
      'json',
    ];
    const report = JSON.parse(
      execFileSync(checkov as string, flags, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    const results: { check_id: string; resource: string }[] =
      (Array.isArray(report) ? report[0] : report).results?.failed_checks ?? [];
    const found = results.map(({ check_id, resource }) => `${check_id} ${resource}`);
    expect(found.filter((one) => !excepted('checkov', environment).includes(one))).toEqual([]);
  });
});
