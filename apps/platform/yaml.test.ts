// What is written is what Kubernetes' own parser reads, by kubectl, which needs no server for this.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findTool } from '../../tests/fixtures/find-tool.ts';
import { toYaml } from './yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'taxiway-yaml-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const kubectl = findTool('kubectl', { variable: 'KUBECTL', how: 'https://kubernetes.io/docs/tasks/tools/' });

const odd = [
  'a\u2028b',
  'x\u2029',
  '\u0085x',
  'a\u007fb',
  'a\ufffeb',
  '\ufeff',
  'line\nb\u2028c',
  '\\\u2028"',
  'a\r\nb',
  '012',
  'y',
  'a \n b',
  '\u0001',
  '\t\n',
  '\n\n\tx\ny',
];
/** Any text that UTF-8 can hold, where the odd characters are common. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...odd, ' ', ': ', '- ', '# ', "'", '"', '\\', '\n', '\t'), fc.string({ unit: 'grapheme' })))
  .map((parts) => parts.join('').toWellFormed());

const toConfigMap = (texts: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  data: Object.fromEntries(texts.map((one, index) => [`key-${index}`, one])),
});

test.skipIf(!kubectl)('property: kubectl reads every text as it was', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 60 }), (some) => {
      const { data, ...rest } = toConfigMap([...odd, ...some]);
      const file = join(folder, 'map.yaml');
      // Inside of another file, as a ConfigMap holds them.
      writeFileSync(file, toYaml([{ ...rest, data: { ...data, inner: toYaml([data]) } }]));
      const { stdout, stderr, status } = spawnSync(
        kubectl as string,
        ['label', '--local', '--filename', file, '-o', 'json', 'a=b'],
        {
          encoding: 'utf8',
        },
      );
      expect([status, stderr]).toEqual([0, '']);
      const { inner, ...read } = JSON.parse(stdout).data;
      expect(read).toEqual(data);
      expect(parse(inner, { version: '1.1' })).toEqual(data);
    }),
    { numRuns: 25 },
  );
});

test('keys, too; and nothing else is escaped', () => {
  expect(toYaml([{ 'a\u2028b': ['ä…🔑', 'c\u0085'] }])).toBe(
    '# Written by npm run synth; do not edit.\n"a\\u2028b":\n  - ä…🔑\n  - "c\\u0085"\n',
  );
});
