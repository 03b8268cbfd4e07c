import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { exitCode } from '../../apps/platform/errors.ts';
import {
  type Call,
  createFixture,
  probeStep as probe,
  probeProgram,
  statusesOf as statuses,
} from '../../tests/fixtures/fixture-repository.ts';
import { step } from '../define-workflow.ts';
import { runCreatedAt, runName, text } from '../expressions.ts';
import { createPlainProgress } from './progress.ts';
import { runWorkflow } from './run-workflow.ts';
import { toScreen } from './screen.ts';
import { toExitCode } from './summary.ts';

const hostileJson = '{"a":"b c\\n"}';

test('runs steps in order, two at once where nothing keeps them apart', async () => {
  const fixture = await createFixture(() => {
    const first = probe('first');
    const left = probe('left', { after: [first], wait: text`300` });
    const right = probe('right', { after: [first], wait: text`300` });
    return [first, left, right, probe('last', { after: [left, right] })];
  });
  const summary = await fixture.run({});
  expect(summary.status).toBe('succeeded');
  expect(statuses(summary)).toEqual({ first: 'succeeded', left: 'succeeded', right: 'succeeded', last: 'succeeded' });
  const calls = await fixture.readCalls();
  const at = (name: string, event: string) => calls.findIndex((call) => call.name === name && call.event === event);
  expect(at('first', 'end')).toBeLessThan(Math.min(at('left', 'start'), at('right', 'start')));
  expect(Math.max(at('left', 'start'), at('right', 'start'))).toBeLessThan(Math.min(at('left', 'end'), at('right', 'end')));
  expect(Math.max(at('left', 'end'), at('right', 'end'))).toBeLessThan(at('last', 'start'));
  const written = JSON.parse(await readFile(join(fixture.state, 'runs', summary.run, 'summary.json'), 'utf8'));
  expect(written).toEqual(summary);
  expect(summary.run).toMatch(/^fixture-yellow-\d{8}-\d{6}$/);
});

test('retries exit 75 and what was killed, with a clean scratch folder each time, and nothing else', async () => {
  const fixture = await createFixture(() => [probe('shaky'), probe('outcome'), probe('hopeless')]);
  await fixture.setCodes('shaky', 75, 137);
  await fixture.setCodes('outcome', 1);
  await fixture.setCodes('hopeless', 75, 75, 75);
  const summary = await fixture.run({});
  expect(summary.status).toBe('failed');
  expect(summary.steps).toMatchObject([
    { name: 'shaky', status: 'succeeded', attempts: 3 },
    { name: 'outcome', status: 'failed', exitCode: 1, message: 'outcome: the answer is 1' },
    { name: 'hopeless', status: 'failed', exitCode: 75, attempts: 3, message: 'hopeless: the answer is 75' },
  ]);
  expect((await fixture.readCalls()).filter(({ name, event }) => name === 'outcome' && event === 'start')).toHaveLength(1);
  const log = await readFile(join(fixture.state, summary.steps[0]?.log as string), 'utf8');
  expect(log.match(/^--- shaky, attempt [123], /gm)).toHaveLength(3);
});

test('passes values as they are: shell text, expressions, newlines, mount paths, 64 KB', async () => {
  const hostile = [
    '"; rm -rf / #',
    '{ {workflow.name} }',
    'a\nb\r\n',
    '/taxiway/x',
    'file:///tmp/x',
    '$(id)`id`',
    "it's",
    '',
    '–\u202e<script>',
    'x'.repeat(65_536),
  ];
  const fixture = await createFixture(({ text: value }) => [
    probe('echo', { value, inside: text`file:///taxiway/${value}/`, run: runName, asOf: runCreatedAt }),
  ]);
  for (const value of hostile) {
    const summary = await fixture.run({ parameters: { text: value } });
    expect(summary.status).toBe('succeeded');
    const { argv } = (await fixture.readCalls()).at(-2) as Call;
    expect(argv[argv.indexOf('--value') + 1]).toBe(value);
    const inside = argv[argv.indexOf('--inside') + 1] as string;
    expect(inside.startsWith('file:///') && inside.endsWith(`/.taxiway/${value}/`)).toBe(true);
    expect(inside).toContain('taxiway%2050%25');
    expect(argv[argv.indexOf('--run') + 1]).toBe(summary.run);
    expect(argv[argv.indexOf('--as-of') + 1]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
});

test('an argument that the system refuses fails the step, and the run goes on to say so', async () => {
  const fixture = await createFixture(({ text: value }) => [probe('echo', { value })]);
  const summary = await fixture.run({ parameters: { text: 'x'.repeat(3_000_000) } });
  expect(summary.steps[0]).toMatchObject({ status: 'failed', message: expect.stringContaining('could not start') });
});

test("hands a step's outputs to the next, as they are", async () => {
  const fixture = await createFixture(() => {
    const args = { name: text`first`, state: text`/taxiway`, answer: text`${JSON.stringify({ a: hostileJson })}` };
    const first = step('first', probeProgram({ a: 'text' }), { args, deadlineMinutes: 1 });
    return [first, probe('second', { given: first.outputs.a })];
  });
  const summary = await fixture.run({});
  expect(summary.status).toBe('succeeded');
  const { argv } = (await fixture.readCalls()).at(-2) as Call;
  expect(argv[argv.indexOf('--given') + 1]).toBe(hostileJson);
});

test('the summary carries what etl, validate and retrain report, also where they fail; what is no report is left out', async () => {
  const counts = {
    file: 'x.parquet',
    month: '2024-01',
    read: 3,
    clean: 2,
    triage: 1,
    outsideRetention: 0,
    brokenRules: { '<vendor>': 1 },
  };
  const fixture = await createFixture(() => [
    probe('etl', { answer: text`${JSON.stringify({ files: [counts], more: 1 })}` }),
    probe('validate', { answer: text`{"successPercent":12.5,"failed":["a"]}` }),
    probe('retrain', { answer: text`not json` }),
  ]);
  await fixture.setCodes('validate', 1);
  const failed = await fixture.run({});
  expect(failed).toMatchObject({ status: 'failed', files: [counts], validation: { successPercent: 12.5, failed: ['a'] } });
  expect(failed.model).toBeUndefined();
  const resumed = await fixture.run({ resume: failed.run });
  expect(resumed).toMatchObject({ status: 'succeeded', files: [counts], validation: { successPercent: 12.5, failed: ['a'] } });
});

test('a step that writes no result ends as an error, and the run with it', async () => {
  const fixture = await createFixture(() => [probe('silent')]);
  await writeFile(join(fixture.repository, 'apps', 'probe', 'main.ts'), '');
  const summary = await fixture.run({});
  expect(summary).toMatchObject({
    status: 'error',
    steps: [{ status: 'error', message: 'exited with 0 but wrote no /tmp/result.json' }],
  });
  expect(toExitCode(summary)).toBe(exitCode.bug);
  expect(toScreen(summary, '.taxiway')).toContain('Failed:      silent: exited with 0');
});

test('after a failure all runs that does not need it; a resumed run does the rest with the same clock', async () => {
  const fixture = await createFixture(() => {
    const first = probe('first', { run: runName, asOf: runCreatedAt });
    const bad = probe('bad', { after: [first] });
    const slow = probe('slow', { after: [first], wait: text`300` });
    return [first, bad, slow, probe('late', { after: [slow] }), probe('last', { after: [bad], asOf: runCreatedAt })];
  });
  await fixture.setCodes('bad', 1);
  const failed = await fixture.run({});
  expect(statuses(failed)).toEqual({ first: 'succeeded', bad: 'failed', slow: 'succeeded', late: 'succeeded', last: 'omitted' });
  await writeFile(fixture.yamlPath, 'broken: since');
  const done = await fixture.run({ resume: failed.run });
  expect(done).toMatchObject({ run: failed.run, status: 'succeeded', startedAt: failed.startedAt });
  const starts = (await fixture.readCalls()).filter(({ event }) => event === 'start');
  expect(starts.map(({ name }) => name).sort()).toEqual(['bad', 'bad', 'first', 'last', 'late', 'slow']);
  const clocks = starts.flatMap(({ argv }) => (argv.includes('--as-of') ? [argv[argv.indexOf('--as-of') + 1]] : []));
  expect(new Set(clocks).size).toBe(1);
  const again = await fixture.run({ resume: failed.run });
  expect(again.status).toBe('succeeded');
  expect((await fixture.readCalls()).filter(({ event }) => event === 'start')).toHaveLength(6);
});

test('a step whose result is gone runs again when the run is resumed, and so does what came after it', async () => {
  const fixture = await createFixture(() => {
    const first = probe('first');
    return [first, probe('second', { after: [first] }), probe('beside')];
  });
  const { run } = await fixture.run({});
  await rm(join(fixture.state, 'runs', run, 'first.outputs.json'));
  expect((await fixture.run({ resume: run })).status).toBe('succeeded');
  const starts = (await fixture.readCalls()).filter(({ event }) => event === 'start').map(({ name }) => name);
  expect(starts.slice(3)).toEqual(['first', 'second']);
});

test('stops its steps when told to, and can be resumed', async () => {
  const fixture = await createFixture(() => [probe('endless', { wait: text`60000` }), probe('quick')]);
  const controller = new AbortController();
  const running = fixture.run({}, controller.signal);
  const begun = async () => (await fixture.readCalls()).some(({ name }) => name === 'endless');
  while (!fixture.lines.some((line) => line.startsWith('quick: succeeded')) || !(await begun()))
    await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  const summary = await running;
  expect(summary.status).toBe('stopped');
  expect(statuses(summary)).toEqual({ endless: 'stopped', quick: 'succeeded' });
  const pid = (await fixture.readCalls()).find(({ name }) => name === 'endless')?.pid as number;
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await readdir(join(fixture.state, 'runs', summary.run))).not.toContain('endless.process.json');
  expect(existsSync(join(fixture.state, 'runs', summary.run, 'endless.tmp'))).toBe(false);
});

test('refuses wrong parameters before anything is written', async () => {
  const fixture = await createFixture(() => [probe('one')]);
  await expect(fixture.run({ parameters: { categry: 'yellow' } })).rejects.toThrow(
    'workflow fixture: no parameter "categry" (did you mean "category"?); it has category, text',
  );
  await expect(fixture.run({ parameters: { category: 'yelow' } })).rejects.toThrow(
    'workflow fixture: parameter "category" is "yelow", expected one of yellow, green (did you mean "yellow"?)',
  );
  await expect(fixture.run({ parameters: { text: 'a\0b' } })).rejects.toThrow('parameter "text" holds a NUL character');
  await expect(fixture.run({ parameters: { text: 'a{{workflow.name}}' } })).rejects.toThrow('parameter "text" holds "{{"');
  for (const [text, code] of [
    ['\u001b[0m', '001B'],
    ['\u{e0001}', 'E0001'],
  ] as const)
    await expect(fixture.run({ parameters: { text } })).rejects.toThrow(`parameter "text" holds the character U+${code}`);
  expect(existsSync(join(fixture.state, 'runs'))).toBe(false);
});

test('refuses to resume what is not there', async () => {
  const fixture = await createFixture(() => [probe('one')]);
  await expect(fixture.run({ resume: '../../etc' })).rejects.toThrow('run "../../etc": no such run in');
});

test('two runs of the same second get different names', async () => {
  const fixture = await createFixture(() => [probe('one')]);
  const runs = await Promise.all([fixture.run({}), fixture.run({}), fixture.run({})]);
  expect(new Set(runs.map(({ run }) => run)).size).toBe(3);
  expect(runs.every(({ status }) => status === 'succeeded')).toBe(true);
});

test('a run whose state folder was moved, or copied, goes on in the new place alone', async () => {
  const fixture = await createFixture(({ text: value }) => {
    const first = probe('first', { value });
    return [first, probe('second', { after: [first] })];
  });
  const parameters = { text: `${pathToFileURL(fixture.state).href}/buckets/source/x` };
  await fixture.setCodes('second', 1);
  const { run } = await fixture.run({ parameters });
  const moved = join(fixture.repository, 'moved');
  await cp(fixture.state, moved, { recursive: true });
  const calls = await fixture.readCalls();
  const resume = () =>
    runWorkflow({ state: moved, repository: fixture.repository, progress: createPlainProgress(() => {}), resume: run });
  await writeFile(join(moved, 'second.codes'), '1');
  expect(await resume()).toMatchObject({
    run,
    status: 'failed',
    parameters: { text: `${pathToFileURL(moved).href}/buckets/source/x` },
  });
  const ran = (await readFile(join(moved, 'calls.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .slice(calls.length)
    .map((line) => JSON.parse(line) as Call);
  expect(ran.filter(({ event }) => event === 'start').map(({ name }) => name)).toEqual(['first', 'second']);
  expect(ran[0]?.argv).toContain(`${pathToFileURL(moved).href}/buckets/source/x`);
  // From here on it is a run of this place: what is done is kept.
  expect(statuses(await resume())).toEqual({ first: 'succeeded', second: 'succeeded' });
  const all = (await readFile(join(moved, 'calls.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Call);
  expect(all.filter(({ name, event }) => name === 'first' && event === 'start')).toHaveLength(2);
  expect(await fixture.readCalls()).toEqual(calls);
});
