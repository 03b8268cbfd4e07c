import { expect, test } from 'vitest';
import { championVersion, jsonList, jsonObject, label, name, uid, workflowName } from './flags.ts';

const hostile = ['', '{{workflow.name}}', '"; rm -rf /', 'a\nb', '../secrets', 'a/b', '-a', 'a-', 'A B', 'x'.repeat(65_536)];
test.each(Object.entries({ label, name, workflowName, championVersion, uid }))('%s refuses what is no name', (_, schema) => {
  expect(hostile.filter((text) => schema.safeParse(text).success && !(schema === championVersion && text === 'a-'))).toEqual([]);
});

test('names as Kubernetes makes them are taken', () => {
  expect(label.parse('taxiway-pipeline')).toBe('taxiway-pipeline');
  expect(name.parse('e'.repeat(56))).toHaveLength(56);
  expect([name.safeParse('e'.repeat(57)).success, name.safeParse('1-etl').success]).toEqual([false, false]);
  expect(workflowName.parse('batch-2024.01-x7k2p')).toBe('batch-2024.01-x7k2p');
  expect(championVersion.parse('yellow-12')).toBe('yellow-12');
  expect(uid.parse('0f8fad5b-d9cb-469f-a165-70867728950e')).toHaveLength(36);
});

test('JSON flags: their kind, their size, and a reason in one line', () => {
  const explain = (schema: typeof jsonObject | typeof jsonList, text: string) => schema.safeParse(text).error?.issues[0]?.message;
  expect(jsonObject.parse('{"type":"Python"}')).toEqual({ type: 'Python' });
  expect(jsonList.parse('["--month","; rm -rf /"]')).toEqual(['--month', '; rm -rf /']);
  expect(explain(jsonObject, '{')).toMatch(/^expected JSON: /);
  expect(explain(jsonObject, '[]')).toBe('expected a JSON object');
  expect(explain(jsonObject, '{"arguments":[]}')).toBe('expected no "arguments" in it: they have a flag of their own');
  expect(explain(jsonList, '["a",1]')).toMatch(/^Invalid input: expected string/);
  expect(explain(jsonList, '"a"')).toBe('expected a JSON list of texts');
  expect(explain(jsonList, `["${'a'.repeat(65_536)}"]`)).toBe('expected at most 32768 characters');
});
