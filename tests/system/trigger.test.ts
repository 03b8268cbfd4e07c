// apps/trigger on a real S3 and a real API server with its own rights: one workflow for each version of a month's file.

import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findKubernetes } from '../fixtures/kube-cluster.ts';
import type { Value } from '../fixtures/manifests.ts';
import { findS3Server } from '../fixtures/s3-server.ts';
import { listedOf, namespace, paths, rules, startTriggerLab, type Trigger, type TriggerLab } from '../fixtures/trigger-lab.ts';
import { until } from '../fixtures/until.ts';

const tools = findKubernetes();
const versitygw = findS3Server();
const key = 'in/yellow_tripdata_2024-01.parquet';

describe.skipIf(tools === undefined || versitygw === undefined)('the trigger', () => {
  let lab: TriggerLab;
  let bucket: string;
  let buckets = 0;
  const started: Trigger[] = [];
  beforeAll(async () => {
    lab = await startTriggerLab({ tools: tools as string, versitygw: versitygw as string });
  });
  afterAll(() => lab?.stop());
  beforeEach(async () => {
    bucket = `source-${++buckets}`;
    await lab.makeBucket(bucket);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map(({ kill }) => kill()));
    lab.s3.proxy.reset();
  });

  const startProcess = (flags?: readonly string[]) => {
    const trigger = lab.start(bucket, flags);
    started.push(trigger);
    return trigger;
  };
  const expectWorkflows = (count: number) =>
    until(
      async () => (await lab.workflows(bucket)).length === count,
      () => `${count} workflows:\n${started.map(({ log }) => log()).join('\n')}`,
    );

  test('an object starts one workflow with its four parameters, once', async () => {
    await lab.put(bucket, key, 'PAR1');
    const trigger = startProcess();
    await expectWorkflows(1);
    await trigger.rounds();
    const [workflow, ...others] = await lab.workflows(bucket);
    expect(others).toEqual([]);
    expect(workflow?.metadata).toMatchObject({
      name: expect.stringMatching(/^yellow-2024-01-[0-9a-f]{20}$/),
      labels: { 'app.kubernetes.io/part-of': 'taxiway', 'taxiway/origin': 'trigger' },
      annotations: { 'taxiway/bucket': bucket, 'taxiway/key': key, 'taxiway/listed': expect.stringMatching(/^20\S+Z \w{32}$/) },
    });
    expect(workflow?.spec).toEqual({
      workflowTemplateRef: { name: 'batch' },
      arguments: {
        parameters: [
          { name: 'uri', value: `s3://${bucket}/${key}` },
          { name: 'filename', value: 'yellow_tripdata_2024-01.parquet' },
          { name: 'run_date', value: '2024-01-01' },
          { name: 'category', value: 'yellow' },
        ],
      },
    });
    expect(await trigger.ready()).toBe(200);
    const metrics = await (await fetch(new URL('metrics', await trigger.url))).text();
    expect(metrics).toMatch(/taxiway_trigger_objects_total\{outcome="started",service="trigger"\} 1\n/);
    const success = Number(/taxiway_trigger_last_success_timestamp_seconds\{.*\} (\S+)/.exec(metrics)?.[1]);
    expect(Math.abs(Date.now() / 1000 - success)).toBeLessThan(5);
  });

  test('what is no month is named once, and starts nothing', async () => {
    await lab.put(bucket, 'readme.txt', 'x');
    await lab.put(bucket, 'in/green_tripdata_2024-01.parquet', '');
    await lab.put(bucket, 'in/{{workflow.name}}/green_tripdata_2024-01.parquet', 'x');
    const trigger = startProcess();
    await trigger.rounds();
    await trigger.rounds();
    const lines = trigger
      .log()
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\S+ /, ''));
    expect(lines.sort()).toEqual([
      'ignored key=in/green_tripdata_2024-01.parquet reason="it is empty"',
      'ignored key=in/{{workflow.name}}/green_tripdata_2024-01.parquet reason="its key holds what no path may hold"',
      'ignored key=readme.txt reason="no data set has files of that name"',
    ]);
    await lab.put(bucket, 'in/green_tripdata_2024-01.parquet', 'PAR1');
    await expectWorkflows(1);
  });

  test('an overwritten object starts a second workflow, deleted and put again a third, a restart none', async () => {
    const trigger = startProcess();
    await lab.put(bucket, key, 'one');
    await expectWorkflows(1);
    await lab.put(bucket, key, 'two');
    await expectWorkflows(2);
    await lab.delete(bucket, key);
    await trigger.rounds();
    await sleep(1100);
    await lab.put(bucket, key, 'two');
    await expectWorkflows(3);
    // Two versions may be of one second: only their times are in order.
    const times = (await lab.workflows(bucket)).map((one) => listedOf(one).split(' ')[0]);
    expect(times).toEqual(times.toSorted());
    // Of a version whose workflow is not noted yet, the next process looks whether it is there.
    await trigger.rounds();
    await trigger.kill();
    // Their time to live is over: the Lease keeps the truth.
    await lab.removeAll(paths.workflows);
    const second = startProcess();
    await second.rounds();
    expect(await lab.workflows(bucket)).toEqual([]);
    expect(second.log()).toBe('');
  });

  test('what the bucket has now is the latest version, also with an older time', async () => {
    const trigger = startProcess();
    await lab.put(bucket, key, 'new');
    await expectWorkflows(1);
    const path = join(lab.s3.folder, bucket, key);
    await utimes(path, new Date('2020-01-01'), new Date('2020-01-01'));
    await expectWorkflows(2);
    await trigger.rounds();
    expect((await lab.workflows(bucket)).map((one) => listedOf(one).slice(0, 4))).toEqual([
      expect.stringMatching(/^20[2-9]/),
      '2020',
    ]);
  });

  test('without the bucket, the template or a right it says so once, is not ready, and goes on when it is there', async () => {
    const absent = `${bucket}-later`;
    const trigger = lab.start(absent);
    started.push(trigger);
    await trigger.says(/failed reason="s3:\/\/source-\d+-later\/: there is no such bucket/);
    expect(await trigger.ready()).toBe(503);
    await lab.makeBucket(absent);
    await trigger.says('works again');
    expect(await trigger.ready()).toBe(200);
    await lab.cluster.ask('DELETE', `${paths.templates}/batch`);
    for (const month of ['01', '02']) await lab.put(absent, `yellow_tripdata_2024-${month}.parquet`, 'PAR1');
    await trigger.says(`WorkflowTemplate batch is not in namespace ${namespace}`);
    await sleep(1000);
    expect(await trigger.ready()).toBe(503);
    await lab.makeTemplate();
    await trigger.says('works again', 2);
    await lab.makeRole(rules.slice(0, 2));
    await lab.put(absent, 'green_tripdata_2024-02.parquet', 'PAR1');
    await trigger.says(/cannot get resource \S+leases/);
    await sleep(1000);
    expect(await trigger.ready()).toBe(503);
    await lab.makeRole(rules);
    await trigger.says('works again', 3);
    expect((await lab.workflows(absent)).map(({ metadata }) => metadata.name.slice(0, 13)).sort()).toEqual([
      'green-2024-02',
      'yellow-2024-0',
      'yellow-2024-0',
    ]);
    expect(trigger.log().match(/ failed /g)).toHaveLength(3);
  });

  test('while the API server or the bucket is away it says so once, and goes on', async () => {
    const trigger = startProcess();
    await trigger.rounds();
    const away = lab.api.leave(6_000);
    await lab.put(bucket, key, 'PAR1');
    await trigger.says("can't reach the API server");
    expect(await trigger.ready()).toBe(503);
    await away;
    await expectWorkflows(1);
    await trigger.says('works again');
    expect(trigger.log().match(/ failed /g)).toHaveLength(1);
    expect(await trigger.ready()).toBe(200);
  });

  test('where the lambda has noted a version, the object is left to it, and others are not', async () => {
    await lab.put(bucket, key, 'PAR1');
    const first = startProcess();
    await expectWorkflows(1);
    await first.kill();
    const leases = (await lab.cluster.ask('GET', paths.leases)).body.items as Value[];
    const lease = leases.find(({ metadata }) => metadata.annotations['taxiway/bucket'] === bucket);
    const annotations = { 'taxiway/listed': null, 'taxiway/sequencer': '0055AED6DCD90281E5' };
    const path = `${paths.leases}/${lease.metadata.name}`;
    await lab.cluster.ask('PATCH', path, { metadata: { annotations } }, 'application/merge-patch+json');
    await lab.put(bucket, 'in/yellow_tripdata_2024-02.parquet', 'PAR1');
    const trigger = startProcess();
    await expectWorkflows(2);
    await trigger.says(`the lambda follows ${key} of ${bucket}, and the trigger does too`);
    await sleep(600);
    expect([await trigger.ready(), trigger.log().match(/ failed /g)?.length]).toEqual([503, 1]);
  });

  test('SIGTERM ends it at once, while a request waits for its answer', async () => {
    const trigger = startProcess();
    await trigger.rounds();
    lab.s3.proxy.onRequest = () => new Promise(() => {});
    await sleep(400);
    const asked = Date.now();
    trigger.child.kill('SIGTERM');
    const { code, stderr } = await trigger.ended;
    expect([code, stderr], stderr).toEqual([0, expect.stringMatching(/ stopping service=trigger\n$/)]);
    expect(Date.now() - asked).toBeLessThan(2000);
  });

  test('two at once, killed at random while objects change: each version at most once, the last one exactly once, in order', async () => {
    const keys = ['yellow', 'green'].flatMap((category) =>
      ['01', '02', '03'].map((month) => `${category}_tripdata_2024-${month}.parquet`),
    );
    const flags = ['--every', '0.1'];
    const slots = [startProcess(flags), startProcess(flags)];
    const end = Date.now() + 40_000;
    const changes = async () => {
      for (let version = 0; Date.now() < end; version += 1) {
        const changed = keys[Math.floor(Math.random() * keys.length)] as string;
        if (Math.random() < 0.15) await lab.delete(bucket, changed);
        else await lab.put(bucket, changed, `version ${version % 7}`);
        await sleep(Math.random() * 400);
      }
      for (const one of keys) await lab.put(bucket, one, 'the last one');
    };
    const kills = async () => {
      while (Date.now() < end) {
        await sleep(600 + Math.random() * 1500);
        const slot = Math.floor(Math.random() * 2);
        await slots[slot]?.kill();
        slots[slot] = startProcess(flags);
      }
    };
    await Promise.all([changes(), kills()]);
    const listOf = async () =>
      Map.groupBy(await lab.workflows(bucket), ({ metadata }) => metadata.annotations['taxiway/key'] as string);
    await Promise.all(slots.map((trigger) => trigger.rounds()));
    await Promise.all(slots.map((trigger) => trigger.rounds()));
    const all = await listOf();
    let count = 0;
    for (const one of keys) {
      const versions = (all.get(one) ?? []).map(listedOf);
      count += versions.length;
      expect(new Set(versions).size).toBe(versions.length);
      // Times have a millisecond, or a second: within one tick, order is what the bucket showed.
      const ticks = versions.map((version) => version.split(' ')[0]);
      expect(ticks).toEqual(ticks.toSorted());
      const leases = (await lab.cluster.ask('GET', paths.leases)).body.items as Value[];
      const lease = leases.find(
        ({ metadata: { annotations } }) => annotations['taxiway/bucket'] === bucket && annotations['taxiway/key'] === one,
      );
      expect([listedOf(lease), lease.metadata.annotations['taxiway/submitted']]).toEqual([versions.at(-1), 'true']);
    }
    console.log(`${count} workflows, ${started.length} processes`);
    // None comes a second time.
    await lab.removeAll(paths.workflows);
    await Promise.all(slots.map((trigger) => trigger.kill()));
    await startProcess(flags).rounds();
    expect((await listOf()).size).toBe(0);
    expect(started.map(({ log }) => log()).join('')).not.toMatch(/ failed | bug /);
  });
});
