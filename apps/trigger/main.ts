// trigger: starts the workflow batch for each month's file of a bucket, where no lambda does.
// Killed at any moment, it goes on where it was: the cluster's Leases say which versions have their workflow.
//
// Rights of its account, all in --namespace, the same as the lambda's:
// - workflowtemplates (argoproj.io) `get`; workflows (argoproj.io) `create`, `get`; leases (coordination.k8s.io) `create`, `get`, `update`
// In the bucket: s3:ListBucket, s3:GetObject.
import { z } from 'zod';
import { toClusterObjects } from '../arrivals/cluster-objects.ts';
import { categories } from '../contract/generated/categories.ts';
import { workflows } from '../contract/names.ts';
import { connect } from '../platform/kubernetes-connection.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { runProgram } from '../platform/program.ts';
import { serve } from '../platform/web-server.ts';
import { follow, newState } from './follow.ts';
import { addMetrics } from './metrics.ts';
import { Rounds } from './rounds.ts';
import { sourceOption } from './source-option.ts';

/** A round that fails is tried again by the next one. */
const patienceSeconds = 3;

await runProgram({
  name: 'trigger',
  description: "Starts a workflow for each version of a month's file in a bucket of S3.",
  options: {
    source: sourceOption.describe('URI of the source bucket, or of a folder in it: s3://bucket/folder/'),
    namespace: z.string().min(1).describe('namespace of the workflows'),
    template: z.string().min(1).default(workflows.batch).describe('name of the WorkflowTemplate'),
    every: z.coerce.number().min(0.1).max(3600).default(10).describe('seconds between two looks at the bucket'),
    host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
    port: z.coerce.number().int().min(0).max(65535).default(8083).describe('port to listen on; 0 takes any that is free'),
  },
  run: async ({ source, namespace, template, every, host, port }) => {
    const objects = toClusterObjects(connect().objects, namespace, () => ({ patienceSeconds }));
    const datasets = Object.values(categories);
    const rounds = new Rounds({ source, namespace, template, datasets, objects, storage: openStorage(source) });
    const state = newState();
    const served = serve({
      name: 'trigger',
      host,
      port,
      isReady: async () => state.isReady,
      addRoutes: (_app, registry) => addMetrics(registry, state),
    });
    await Promise.race([served, follow(rounds, state, every)]);
    return undefined;
  },
});
// What is under way may be lost at any moment; nobody needs to wait for it.
process.exit();
