// What the charts hand to the program `setup`, by the program's own checks.
import { expect, test } from 'vitest';
import { policiesOption } from '../../apps/setup/policy-spec.ts';
import { secretsOption } from '../../apps/setup/secret-spec.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { solo } from '../env/solo.ts';
import { toPoliciesToMake } from './api-policies.ts';
import { toSecretsToMake } from './random-secrets.ts';

const env: ClusterEnvironment = solo;

test('setup takes every Secret and every policy', () => {
  expect(secretsOption.parse(JSON.stringify(toSecretsToMake(env)))).toHaveLength(toSecretsToMake(env).length);
  expect(policiesOption.parse(JSON.stringify(toPoliciesToMake(env)))).toMatchObject([
    { namespace: 'taxiway', direction: 'egress' },
    { namespace: 'taxiway-monitoring', direction: 'egress' },
    { namespace: 'taxiway-pipeline', direction: 'egress' },
    { name: 'kubernetes-api-to-spark-operator-webhook', direction: 'ingress', ports: [9443] },
  ]);
});
