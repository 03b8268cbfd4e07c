import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from './errors.ts';
import { baseName, joinUri, toPath } from './uri.ts';

test('a name below a folder comes back, whatever is in it', () => {
  const name = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => !/[/\0\\]|^\.{1,2}$/.test(text) && text.isWellFormed());
  fc.assert(
    fc.property(name, (text) => {
      const uri = joinUri('file:///a/b/', text);
      expect(baseName(uri)).toBe(text);
      expect(toPath(uri)).toBe(`/a/b/${text}`);
    }),
  );
});

test.each(['s3://bucket/key', 'http://host/x', 'gs://bucket/key'])('%s is not read here', (uri) => {
  expect(() => toPath(uri)).toThrow('reads file:// URIs and paths');
});

test.each(['file:///a%00b', 'a\0b', 'file://host/x', 'file:///%zz', 'file:///a%2Fb'])('%j is no path', (uri) => {
  expect(() => toPath(uri)).toThrow(UsageError);
});

test('a name that can not be decoded is refused', () => {
  expect(() => baseName('file:///a/%zz')).toThrow(new UsageError('file:///a/%zz: not a usable URI: URI malformed'));
});
