// The real workflow controller and the local runner on the same workflows: order, retries, skips, lists, outputs.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { step } from '../../workflows/define-workflow.ts';
import { differs, type Text, text } from '../../workflows/expressions.ts';
import { findArgo } from '../fixtures/argo-controller.ts';
import { type Lab, startLab, toNodes } from '../fixtures/argo-lab.ts';
import { createFixture, type Fixture, probeStep as probe, probeProgram } from '../fixtures/fixture-repository.ts';
import { createListFixture, toListParameters } from '../fixtures/list-fixture.ts';
import { type Both, runBoth } from '../fixtures/run-both.ts';

const found = findArgo();

describe.skipIf(found === undefined)('the controller and the local runner agree on', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(found as NonNullable<typeof found>);
  });
  afterAll(() => lab?.stop());

  async function agree(fixture: Fixture, parameters?: Record<string, string>): Promise<Both> {
    const both = await runBoth(lab, fixture, parameters);
    const { argo, local } = both;
    const message = JSON.stringify(toNodes(argo.workflow), undefined, 1);
    expect({ phase: argo.phase, trace: argo.trace }, message).toEqual({ phase: local.phase, trace: local.trace });
    const sorted = (starts: readonly unknown[]) => starts.map((start) => JSON.stringify(start)).sort();
    expect(sorted(argo.starts)).toEqual(sorted(local.starts));
    return both;
  }
  const orderOf = ({ argo }: Both) => argo.starts.map((argv) => argv[1]);

  test('order', async () => {
    const fixture = await createFixture(() => {
      const first = probe('first');
      const left = probe('left', { after: [first], wait: text`300` });
      const right = probe('right', { after: [first], wait: text`300` });
      return [first, left, right, probe('last', { after: [left, right] })];
    });
    const order = orderOf(await agree(fixture));
    expect([order[0], order[3], order.length]).toEqual(['first', 'last', 4]);
  });

  test('retries of exit 75 and of what was killed, and nothing else', async () => {
    const names = ['shaky', 'hopeless', 'outcome', 'usage', 'bug'];
    const fixture = await createFixture(() => names.map((name) => probe(name)));
    await fixture.setCodes('shaky', 75, 137);
    await fixture.setCodes('hopeless', 75, 75, 75);
    await fixture.setCodes('outcome', 1);
    await fixture.setCodes('usage', 2);
    await fixture.setCodes('bug', 70);
    const { argo } = await agree(fixture);
    expect(Object.values(argo.trace).map(({ attempts }) => attempts)).toEqual([1, 3, 1, 3, 1]);
  });

  /** A step that fails beside one that takes its time, each with a step after it. */
  async function createFailure() {
    const fixture = await createFixture(() => {
      const first = probe('first');
      const bad = probe('bad', { after: [first] });
      const slow = probe('slow', { after: [first], wait: text`1500` });
      return [first, bad, slow, probe('late', { after: [slow] }), probe('last', { after: [bad] })];
    });
    await fixture.setCodes('bad', 1);
    return fixture;
  }
  test('what starts after a failure', async () => {
    const { argo } = await agree(await createFailure());
    expect([argo.trace.late?.status, argo.trace.last?.status]).toEqual(['succeeded', 'omitted']);
  });

  const one = (category: Text<'category'>) => ({ left: category, right: 'green' });
  const two = (category: Text<'category'>) => [one(category), differs(category, 'yellow')];
  const conditions = { one, two, unlike: (category: Text<'category'>) => [one(category), differs(category, 'green')] };
  test.each([
    ['one', 'green', 'succeeded'],
    ['one', 'yellow', 'omitted'],
    ['two', 'green', 'succeeded'],
    ['two', 'yellow', 'omitted'],
    ['unlike', 'green', 'omitted'],
  ] as const)('condition %s, that %s meets or not, and what follows the step: %s', async (kind, category, status) => {
    const fixture = await createFixture(({ category }) => {
      const made = step('made', probeProgram({ a: 'text' }), {
        args: { name: text`made`, state: text`/taxiway`, answer: text`${JSON.stringify({ a: 'b' })}` },
        when: conditions[kind](category),
        deadlineMinutes: 1,
      });
      return [probe('first'), made, probe('follows', { after: [made] }), probe('uses', { given: made.outputs.a })];
    });
    const { argo } = await agree(fixture, { category });
    expect(argo.trace.uses?.status).toBe(status);
  });

  test('results of a step that failed', async () => {
    const made = step('made', probeProgram({ a: 'text' }), {
      args: { name: text`made`, state: text`/taxiway`, answer: text`${JSON.stringify({ a: 'b' })}` },
      deadlineMinutes: 1,
    });
    const fixture = await createFixture(() => [made], { results: { a: made.outputs.a } });
    await fixture.setCodes('made', 1);
    await agree(fixture);
  });

  test('a step that writes no result', async () => {
    const fixture = await createFixture(() => [probe('silent')]);
    await writeFile(join(fixture.repository, 'apps', 'probe', 'main.ts'), '');
    const { argo } = await agree(fixture);
    expect([argo.phase, argo.trace.silent]).toEqual(['error', { status: 'error', attempts: 1, exitCode: 0 }]);
  });

  test.each([[[]], [['a']], [['a', 'b', 'c']], [['a.b(1)', "it's", 'é/\u{1f600} {}']]])(
    'a task over the list %j',
    async (tags) => {
      await agree(await createListFixture(), toListParameters(...tags));
    },
  );

  test('a list one after the other', async () => {
    const order = orderOf(await agree(await createListFixture({ parallelism: 1 }), toListParameters('a', 'b', 'c')));
    expect(order).toEqual(['list', 'made-a', 'used-a', 'made-b', 'used-b', 'made-c', 'used-c', 'last']);
  });

  test('an element that fails', async () => {
    const fixture = await createListFixture({ parallelism: 1 });
    await fixture.setCodes('made-b', 1);
    await agree(fixture, toListParameters('a', 'b', 'c'));
  });
});
