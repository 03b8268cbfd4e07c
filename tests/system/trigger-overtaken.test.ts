// Two triggers at once: one has listed an object, and another version comes before it has started the workflow.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClusterObjects, type Kind, toClusterObjects } from '../../apps/arrivals/cluster-objects.ts';
import { start } from '../../apps/arrivals/start.ts';
import { connect } from '../../apps/platform/kubernetes-connection.ts';
import type { ObjectStorage, StoredObject } from '../../apps/platform/object-storage.ts';
import { createS3Storage } from '../../apps/platform/object-storage-s3.ts';
import { lookAgain, toArrival, toFollower } from '../../apps/trigger/listed-version.ts';
import { findKubernetes } from '../fixtures/kube-cluster.ts';
import type { Value } from '../fixtures/manifests.ts';
import { findS3Server } from '../fixtures/s3-server.ts';
import { listedOf, namespace, paths, startTriggerLab, type TriggerLab } from '../fixtures/trigger-lab.ts';

const tools = findKubernetes();
const versitygw = findS3Server();
const key = 'in/yellow_tripdata_2024-01.parquet';

describe.skipIf(tools === undefined || versitygw === undefined)(
  'of two processes, the one that listed before an object was overwritten',
  () => {
    let lab: TriggerLab;
    let bucket: string;
    let buckets = 0;
    let storage: ObjectStorage;
    let objects: ClusterObjects;
    beforeAll(async () => {
      lab = await startTriggerLab({ tools: tools as string, versitygw: versitygw as string });
      for (const [name, value] of Object.entries(lab.env)) vi.stubEnv(name, value);
      storage = createS3Storage();
      objects = toClusterObjects(connect().objects, namespace, () => ({}));
    });
    beforeEach(async () => {
      bucket = `source-${++buckets}`;
      await lab.makeBucket(bucket);
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await lab?.stop();
    });

    const list = async (): Promise<StoredObject> => {
      for await (const object of storage.list(`s3://${bucket}/`)) return object;
      throw new Error('nothing is listed');
    };
    const startOne = (object: StoredObject, through = objects) => {
      const arrival = toArrival(object);
      const file = { uri: object.uri, filename: 'x', run_date: '2024-01-01', category: 'yellow' };
      const submission = { arrival, file, namespace, template: 'batch' };
      const lookAtSize = async () => (await lookAgain(storage, object))?.bytes;
      return start(through, { submission, follower: toFollower(storage, object), lookAtSize });
    };

    test('starts nothing, whether the times or the ETags are larger or smaller', async () => {
      for (const bodies of [
        ['a', 'b'],
        ['b', 'a'],
      ] as const) {
        await lab.put(bucket, key, bodies[0]);
        const before = await list();
        await lab.put(bucket, key, bodies[1]);
        const after = await list();
        expect((await startOne(after)).outcome).toBe('Started');
        expect((await startOne(before)).outcome).toBe('Older');
        expect((await startOne(after)).outcome).toBe('Duplicate');
        await lab.delete(bucket, key);
        await sleep(1100);
      }
      expect(await lab.workflows(bucket)).toHaveLength(2);
    });

    /** The start of an older version that is overtaken by a newer one just before one of its requests. */
    const beOvertaken = async (step: 'find' | 'create' | 'replace') => {
      await lab.put(bucket, key, 'first');
      await startOne(await list());
      await lab.put(bucket, key, 'second');
      const before = await list();
      let isOvertaken = false;
      const slow: ClusterObjects = {
        ...objects,
        [step]: async (kind: Kind, what: never) => {
          if (!isOvertaken) {
            isOvertaken = true;
            await lab.put(bucket, key, 'third');
            expect((await startOne(await list())).outcome).toBe('Started');
          }
          return objects[step](kind, what);
        },
      };
      const { outcome } = await startOne(before, slow);
      const leases = (await lab.cluster.ask('GET', paths.leases)).body.items as Value[];
      const lease = leases.find(({ metadata: { annotations } }) => annotations['taxiway/bucket'] === bucket);
      const latest = await list();
      expect([listedOf(lease), lease.metadata.annotations['taxiway/submitted']]).toEqual([toArrival(latest).sequencer, 'true']);
      expect((await startOne(latest)).outcome).toBe('Duplicate');
      return { outcome, workflows: (await lab.workflows(bucket)).length };
    };

    test.each(['find', 'replace'] as const)('starts nothing when the other was faster before its %s', async (step) => {
      expect(await beOvertaken(step)).toEqual({ outcome: 'Older', workflows: 2 });
    });

    test('has its workflow as well once it is being created: that one reads the latest bytes', async () => {
      expect(await beOvertaken('create')).toEqual({ outcome: 'Started', workflows: 3 });
    });
  },
);
