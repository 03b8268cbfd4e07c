import { expect, test } from 'vitest';
import type { Kind } from '../expressions.ts';
import { accepts, findBeginningProblem, findLiteralProblem } from './kinds.ts';

const literals: Readonly<Record<Kind, { readonly fit: readonly string[]; readonly not: readonly string[] }>> = {
  text: { fit: ['', 'x', '{"a":1}'], not: [] },
  path: { fit: ['/x', 'http://mlflow:5000'], not: [] },
  uri: { fit: ['s3://b/', 'file:///x'], not: ['', '/x', 's3:/b', '3s://b'] },
  category: { fit: ['yellow', 'green'], not: ['', 'Yellow', 'yelow'] },
  month: { fit: ['2024-12-01'], not: ['2024-13-01', '2024-12-02', '2024-12', '24-12-01'] },
  time: { fit: ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.5+02:00'], not: ['2024-01-01', '2024-01-01 00:00:00Z'] },
  number: { fit: ['90', '-1.5', '0'], not: ['', '1e3', '.5', 'ninety', '9O', '1 '] },
  boolean: { fit: ['true', 'false'], not: ['tru', 'True', '1'] },
  json: { fit: ['[]', '"x"', '1'], not: ['', 'x', '{a:1}'] },
};

test.each(Object.entries(literals))('%s', (kind, { fit, not }) => {
  for (const literal of fit) expect([literal, findLiteralProblem(literal, kind as Kind)]).toEqual([literal, undefined]);
  for (const literal of not) expect(findLiteralProblem(literal, kind as Kind)).toContain(JSON.stringify(literal));
});

test('a text that goes on is judged by its beginning', () => {
  expect(findBeginningProblem('s3://b/', 'uri')).toBeUndefined();
  expect(findBeginningProblem('/b/', 'uri')).toBe('"/b/…" is not a URI such as s3://bucket/file');
  expect(findBeginningProblem('x', 'text')).toBeUndefined();
});

test('a long literal is shown by its beginning', () => {
  expect(findLiteralProblem('x'.repeat(65_536), 'number')).toBe(`"${'x'.repeat(80)}…" is not a number`);
});

test('text takes what is one line, other kinds take their own', () => {
  const given = ['text', 'uri', 'category', 'number', 'json', 'list', undefined] as const;
  expect(given.filter((one) => accepts('text', one))).toEqual(['text', 'uri', 'category', 'number', undefined]);
  expect(given.filter((one) => accepts('json', one))).toEqual(['json', 'list', undefined]);
  expect(given.filter((one) => accepts('uri', one))).toEqual(['uri', undefined]);
});
