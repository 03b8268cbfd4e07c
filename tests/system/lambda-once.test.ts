// The promise of the lambda: whatever happens to the events of an object, its last version gets exactly one workflow, and no version two.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countRequest, newInvocation, runAs } from '../fixtures/lambda-kills.ts';
import { toStatus } from '../fixtures/lambda-kubernetes.ts';
import { goodKey, toMessages } from '../fixtures/lambda-objects.ts';
import type { Asked, Fault } from '../fixtures/lambda-server.ts';
import { invoke, reset, type StandIns, startStandIns } from '../fixtures/lambda-stand-ins.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.stop());

/** Of different lengths: shorter ones are filled up with zeros. */
const sequencers = ['0055AED6DCD90281E5', '0055AED6DCD90281E50A', '0055AED6DCD90281E6', '0055AED6DCD90282'];

const fault = fc.record({
  on: fc.constantFrom(/leases/, /^POST .*leases/, /^PUT .*leases/, /^PUT .*leases/, /^POST .*workflows$/, /./),
  how: fc.constantFrom<Fault['how'][]>(
    'reset',
    'done-and-reset',
    'done-and-reset',
    toStatus(409, 'Conflict', 'Operation cannot be fulfilled: the object has been modified'),
    toStatus(500, 'InternalError', 'etcdserver: leader changed'),
    toStatus(504, 'Timeout', 'the server was unable to return a response in the time allotted'),
  ),
  skip: fc.nat(3),
  times: fc.integer({ min: 1, max: 3 }),
});

/** Some invocations at once; each handles messages of some versions, and may be killed after so many requests. */
const batch = fc.array(
  fc.record({
    versions: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
    killedAfter: fc.option(fc.nat(8), { nil: Number.POSITIVE_INFINITY, freq: 2 }),
    /** With little time left, nothing is tried again inside of the invocation. */
    isPatient: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  }),
  { minLength: 1, maxLength: 4 },
);

interface Planned {
  readonly versions: readonly number[];
  readonly killedAfter: number;
  readonly isPatient: boolean;
}

/** Returns the versions whose messages must come again. */
async function deliver({ versions, killedAfter, isPatient }: Planned): Promise<number[]> {
  const invocation = newInvocation(killedAfter);
  const end = Date.now() + 30_000;
  let looks = 0;
  const remaining = () => {
    if (invocation.requestsLeft < 0) return 0;
    return isPatient || looks++ < versions.length ? end - Date.now() : 2_450;
  };
  const event = toMessages(...versions.map((version) => [{ sequencer: sequencers[version] as string }]));
  const ended = await runAs(invocation, () => invoke(standIns, event, { remaining }));
  if (ended === undefined) return [...versions];
  const failed = new Set(ended.response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return versions.filter((_, index) => failed.has(`m${index}`));
}

const workflowOf = (sequencer: string) => standIns.kubernetes.state.made.filter((name) => name === nameOf.get(sequencer)).length;
const nameOf = new Map<string, string>();

test('any interleaving of duplicates, reorderings, kills and failures ends in one workflow for the last version, at most one for each other', async () => {
  for (const sequencer of sequencers) {
    await reset(standIns, goodKey);
    await invoke(standIns, toMessages([{ sequencer }]));
    nameOf.set(sequencer, standIns.kubernetes.state.made[0] as string);
  }
  expect(new Set(nameOf.values()).size).toBe(4);
  const plan = {
    count: fc.integer({ min: 1, max: 4 }),
    rounds: fc.array(batch, { minLength: 1, maxLength: 3 }),
    faults: fc.array(fault, { maxLength: 2 }),
    late: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
    scheduler: fc.scheduler(),
  };
  await fc.assert(
    fc.asyncProperty(fc.record(plan), async ({ count, rounds, faults, late, scheduler }) => {
      const { state, faults: planned } = standIns.kubernetes;
      for (const objects of [state.objects.workflows, state.objects.leases]) objects.clear();
      state.made.length = 0;
      planned.length = 0;
      // Signed in beforehand: a killed process takes what it keeps with it, and all of these are one process.
      await invoke(standIns, toMessages([{ sequencer: '00' }]));
      state.objects.leases.clear();
      state.objects.workflows.clear();
      state.made.length = 0;
      planned.push(...faults.map((one) => ({ ...one })));
      let isOrdered = true;
      const gate = async (asked: Asked) => {
        await countRequest(asked);
        if (isOrdered) await scheduler.schedule(Promise.resolve(), `${asked.method} ${asked.path}`);
      };
      standIns.kubernetes.gate = gate;
      standIns.amazon.gate = gate;
      const sent = (version: number) => version % count;
      // Each version is sent at least once; what went well is not sent again, but by chance.
      const sentOnce = new Set(rounds.flat().flatMap(({ versions }) => versions.map(sent)));
      let again = Array.from({ length: count }, (_, version) => version).filter((version) => !sentOnce.has(version));
      for (const round of rounds) {
        const all = Promise.all(round.map((one) => deliver({ ...one, versions: one.versions.map(sent) })));
        again.push(...(await scheduler.waitFor(all)).flat());
      }
      isOrdered = false;
      planned.length = 0;
      for (let tries = 0; again.length > 0; tries++) {
        expect(tries).toBeLessThan(5);
        again = await deliver({ versions: [...new Set(again)], killedAfter: Number.POSITIVE_INFINITY, isPatient: true });
      }
      const check = () => {
        const times = sequencers.map(workflowOf);
        expect(times.slice(0, count - 1).filter((time) => time > 1)).toEqual([]);
        expect(times[count - 1]).toBe(1);
      };
      check();
      // Their time to live is over, and a duplicate comes late.
      state.objects.workflows.clear();
      await deliver({ versions: [...late.map(sent), count - 1], killedAfter: Number.POSITIVE_INFINITY, isPatient: true });
      check();
    }),
    { numRuns: 150 },
  );
});

test('of two versions that are claimed at the same time, the one that comes second looks again', async () => {
  await reset(standIns, goodKey);
  const [first = '', second = '', third = ''] = sequencers;
  const send = (sequencer: string) => invoke(standIns, toMessages([{ sequencer }]));
  await send(first);
  const both = Promise.withResolvers<void>();
  let arrived = 0;
  standIns.kubernetes.gate = async ({ method, text }) => {
    if (method !== 'PUT') return;
    if (++arrived === 2) both.resolve();
    await both.promise;
    if (text.includes(third)) await sleep(100);
  };
  await Promise.all([send(second), send(third)]);
  standIns.kubernetes.gate = async () => {};
  expect(standIns.kubernetes.state.made).toHaveLength(3);
  standIns.kubernetes.state.objects.workflows.clear();
  await Promise.all([send(second), send(third)]);
  expect(standIns.kubernetes.state.made).toHaveLength(3);
});
