// setup: makes what a cluster needs and Git must not hold: Secrets of random values, and NetworkPolicies with the API server's addresses.
// Runs on each installation and sync; killed at any moment and started again, it completes.
//
// Rights of its account, all namespaced:
// - in each namespace of --secrets: secrets `create`; secrets `get`, `patch` with resourceNames: the names there
// - in each namespace of --policies: networkpolicies (networking.k8s.io) `create`, `get`, `patch` with resourceNames: the names there
// - in `default`, with --policies: endpointslices (discovery.k8s.io) `list`; services `get` with resourceNames: kubernetes
import { z } from 'zod';
import { makeFolder } from '../platform/files.ts';
import { connect } from '../platform/kubernetes-connection.ts';
import { runProgram } from '../platform/program.ts';
import { applyPolicies } from './policies.ts';
import { policiesOption } from './policy-spec.ts';
import { secretsOption } from './secret-spec.ts';
import { makeSecrets } from './secrets.ts';

await runProgram({
  name: 'setup',
  description: 'Makes Secrets that are missing, and lets pods reach the API server where it is now.',
  options: {
    secrets: secretsOption
      .optional()
      .describe('JSON list of Secrets: [{"name","namespace","labels","keys":{"password":{"random":"password"}}}]'),
    policies: policiesOption
      .optional()
      .describe('JSON list of NetworkPolicies: [{"name","namespace","pods":{"matchLabels":{}}}]'),
    folders: z.string().optional().describe('comma-separated folders to make on a mounted disk; in place of the others'),
  },
  run: async ({ secrets = [], policies = [], folders }) => {
    if (folders !== undefined) {
      const made = folders.split(',');
      for (const folder of made) await makeFolder(folder);
      return { folders: made.length };
    }
    const connection = connect();
    return {
      secrets: await makeSecrets(connection, secrets),
      policies: await applyPolicies(connection, policies),
    };
  },
});
