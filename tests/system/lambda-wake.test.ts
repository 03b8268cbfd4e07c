// A node pool that sleeps: woken once, whoever asks; never made smaller; waited for as long as there is time.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { goodKey, toEvent, toMessages } from '../fixtures/lambda-objects.ts';
import { type Invoked, invoke, reset, type StandIns, startStandIns } from '../fixtures/lambda-stand-ins.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.stop());
const keys = Array.from({ length: 20 }, (_, index) => `in/${index}/yellow_tripdata_2024-01.parquet`);
beforeEach(async () => {
  await reset(standIns, goodKey, ...keys);
  standIns.google.state.pools.set('batch', { size: 0 });
});

const settings = { NODE_POOL: 'batch', NODE_POOL_SIZE: '3' };
const wake = (event: unknown, more: Invoked = {}) => invoke(standIns, event, { settings, ...more });
const within = (seconds: number) => {
  const end = Date.now() + seconds * 1000;
  return () => end - Date.now();
};
/** Its nodes are there after some time, and take pods some time later. */
const playNodes = (thereAfter: number, readyAfter: number) => {
  standIns.google.state.onResize = (nodes, end) => {
    const made = Array.from({ length: nodes }, () => ({ pool: 'batch', ready: false }));
    setTimeout(() => standIns.kubernetes.state.nodes.push(...made), thereAfter);
    setTimeout(() => {
      for (const node of made) node.ready = true;
      end();
    }, readyAfter);
  };
};
const setPhase = (phase: string) => {
  const { workflows } = standIns.kubernetes.state.objects;
  for (const [name, workflow] of workflows) workflows.set(name, { ...workflow, status: { phase } });
};

test('many invocations at once ask for the nodes once, and wait until one takes pods', async () => {
  playNodes(1_000, 3_000);
  const ended = await Promise.all(keys.map((key) => wake(toEvent({ key }))));
  expect(standIns.google.state.resizes).toEqual([3]);
  expect(ended.map(({ error }) => error)).toEqual(keys.map(() => undefined));
  expect(standIns.kubernetes.state.made).toHaveLength(20);
  expect(standIns.kubernetes.state.nodes.every(({ ready }) => ready)).toBe(true);
});

test('where the time is short, the workflow is there all the same, and the next delivery finishes', async () => {
  playNodes(20_000, 30_000);
  const first = await wake(toMessages([{}]), { remaining: within(14) });
  expect(first.counts).toEqual({ Started: 1, Waiting: 1 });
  expect(first.response?.batchItemFailures).toEqual([{ itemIdentifier: 'm0' }]);
  expect(first.lines.at(-1)?.reason).toMatch(/^node pool batch wakes up; the next delivery looks/);
  const second = await wake(toMessages([{}]), { remaining: within(8) });
  expect(second.counts).toEqual({ Duplicate: 1, Waiting: 1 });
  standIns.kubernetes.state.nodes.push({ pool: 'batch', ready: true });
  const third = await wake(toMessages([{}]));
  expect([third.counts, third.response]).toEqual([{ Duplicate: 1 }, { batchItemFailures: [] }]);
  expect(standIns.google.state.resizes).toEqual([3]);
  expect(standIns.kubernetes.state.made).toHaveLength(1);
});

test('a pool with nodes is never resized, be they ready or not; other pools count for nothing', async () => {
  standIns.kubernetes.state.nodes.push({ pool: 'batch', ready: false }, { pool: 'system', ready: true });
  expect((await wake(toMessages([{}]), { remaining: within(8) })).counts).toEqual({ Started: 1, Waiting: 1 });
  standIns.kubernetes.state.nodes.push({ pool: 'batch', ready: true });
  expect((await wake(toMessages([{}]))).counts).toEqual({ Duplicate: 1 });
  expect(standIns.google.state.resizes).toEqual([]);
  expect(standIns.google.count(/setSize|operations/)).toBe(0);
});

test('a resize whose answer is lost is not sent again: the nodes are looked at first', async () => {
  playNodes(1_000, 2_000);
  standIns.google.faults.push({ on: /setSize/, how: 'done-and-reset', times: 1 });
  expect((await wake(toMessages([{}]))).counts).toEqual({ Started: 1 });
  expect(standIns.google.count(/setSize/)).toBe(1);
});

test('while the cluster is busy with another change it waits, and asks again', async () => {
  playNodes(500, 1_000);
  const upgrade = { name: 'operation-upgrade', status: 'RUNNING', operationType: 'UPGRADE_MASTER', targetLink: '' };
  standIns.google.state.operations.push(upgrade);
  setTimeout(() => {
    upgrade.status = 'DONE';
  }, 2_000);
  expect((await wake(toMessages([{}]))).counts).toEqual({ Started: 1, Woken: 1 });
  expect([standIns.google.count(/setSize/), standIns.google.state.resizes]).toEqual([2, [3]]);
});

test('a pool that is not there goes back to the queue, and is named', async () => {
  standIns.google.state.pools.clear();
  const { counts, lines } = await wake(toMessages([{}]));
  expect(counts).toEqual({ Started: 1, Failed: 1 });
  expect(lines.at(-1)?.reason).toMatch(/^resizing node pool batch: Google's API says 404 NOT_FOUND/);
});

test.each(['Succeeded', 'Failed', 'Error'])('a late duplicate of a workflow that is %s wakes nothing', async (phase) => {
  standIns.kubernetes.state.nodes.push({ pool: 'batch', ready: true });
  await wake(toMessages([{}]));
  standIns.kubernetes.state.nodes.length = 0;
  setPhase(phase);
  expect((await wake(toMessages([{}]))).counts).toEqual({ Duplicate: 1 });
  standIns.kubernetes.state.objects.workflows.clear();
  expect((await wake(toMessages([{}]))).counts).toEqual({ Duplicate: 1 });
  expect(standIns.google.count(/setSize|operations/)).toBe(0);
});

test('a duplicate of a workflow that nobody has begun wakes the pool', async () => {
  playNodes(500, 1_000);
  await invoke(standIns, toMessages([{}]));
  expect((await wake(toMessages([{}]))).counts).toEqual({ Duplicate: 1, Woken: 1 });
});
