// What becomes of a parameter's value on the way through the real controller: passed on, expanded, or refused.
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { text } from '../../workflows/expressions.ts';
import { findArgo } from '../fixtures/argo-controller.ts';
import { type Lab, startLab } from '../fixtures/argo-lab.ts';
import { createFixture, probeStep as probe } from '../fixtures/fixture-repository.ts';
import { runPodHere } from '../fixtures/run-pod-here.ts';

const found = findArgo();

describe.skipIf(found === undefined)('the controller', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(found as NonNullable<typeof found>);
  });
  afterAll(() => lab?.stop());

  /** The workflow, and what a step got that was given the value alone and inside a text. */
  async function run(parameters: Record<string, string>) {
    const fixture = await createFixture(({ text: value }) => [probe('echo', { value, inside: text`file:///x/${value}/` })]);
    const name = await lab.submit(`fixture${await lab.install(dirname(fixture.yamlPath))}`, parameters, runPodHere(fixture));
    const workflow = await lab.wait(name);
    const [call] = await fixture.readCalls();
    const got = (flag: string) => call?.argv[call.argv.indexOf(flag) + 1];
    const runHere = () => fixture.run({ parameters });
    return {
      workflow,
      phase: workflow.status.phase,
      message: workflow.status.message,
      value: got('--value'),
      inside: got('--inside'),
      runHere,
    };
  }

  const passed = [
    '"; rm -rf / #',
    '$(id)`id`',
    "it's",
    'a\nb\r\n\tc',
    '',
    ' ',
    '\\',
    '\\u0041',
    '%s',
    'null',
    '{"a":"b"}',
    '}} {',
    '–\u202e<script>&amp;\u2028',
    '\u{1f600}',
    'x'.repeat(60_000),
  ];
  test('passes on quotes, shell text, newlines, unicode and 60 KB as they are', async () => {
    const values = passed.map((value) => ({ value }));
    const fixture = await createFixture(({ text: answer }) => [probe('echo', { value: answer })]);
    const template = `fixture${await lab.install(dirname(fixture.yamlPath))}`;
    const names = await Promise.all(values.map(({ value }) => lab.submit(template, { text: value }, runPodHere(fixture))));
    for (const name of names) expect((await lab.wait(name)).status.phase).toBe('Succeeded');
    const got = (await fixture.readCalls())
      .filter(({ event }) => event === 'start')
      .map(({ argv }) => argv[argv.indexOf('--value') + 1]);
    expect(got.sort()).toEqual(passed.toSorted());
  });

  test.each([
    ['{{inputs.parameters.category}}', 'yellow'],
    ['{{=1+1}}', '2'],
    ['{{workflow.parameters.category}}', 'yellow'],
  ])('expands %s, so that the local runner refuses it', async (value, expanded) => {
    const { phase, runHere, ...got } = await run({ text: value });
    expect([phase, got.value, got.inside]).toEqual(['Succeeded', expanded, `file:///x/${expanded}/`]);
    await expect(runHere()).rejects.toThrow('parameter "text" holds "{{"');
  });

  test.each(['\u0007', '\u001b[0m', '\u007f', '\u{e0001}'])(
    'fails over %j, so that the local runner refuses it',
    async (value) => {
      const { phase, message, runHere } = await run({ text: value });
      expect([phase, message]).toEqual(['Failed', expect.stringContaining('the result was invalid JSON')]);
      await expect(runHere()).rejects.toThrow('parameter "text" holds the character U+');
    },
  );

  test("runs with a value that the template's enum does not have: only the local runner and the programs refuse it", async () => {
    const { phase, runHere } = await run({ category: 'yelow' });
    expect(phase).toBe('Succeeded');
    await expect(runHere()).rejects.toThrow('parameter "category" is "yelow"');
  });

  test('takes no notice of a parameter that the template does not have', async () => {
    const { phase, runHere } = await run({ categry: 'green' });
    expect(phase).toBe('Succeeded');
    await expect(runHere()).rejects.toThrow('no parameter "categry"');
  });

  test('has no room for arguments of more than 128 KiB', async () => {
    const { phase, workflow } = await run({ text: 'x'.repeat(70_000) });
    expect([phase, JSON.stringify(workflow.status.nodes)]).toEqual(['Error', expect.stringContaining('cannot create resource')]);
  });

  test('labels a run by its category', async () => {
    const { workflow } = await run({ category: 'green' });
    expect(workflow.metadata.labels).toMatchObject({ 'taxiway/category': 'green' });
  });

  test.each(['a b', 'é', 'x'.repeat(64)])('runs nothing for the category %j, which is no label', async (category) => {
    const { phase, message, value } = await run({ category });
    expect([phase, message, value]).toEqual(['Error', expect.stringContaining('invalid label value'), undefined]);
  });
});
