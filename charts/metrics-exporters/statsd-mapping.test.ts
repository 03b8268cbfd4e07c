// Every metric of the pipeline has its mapping, and nothing else gets through.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { pipelineMetrics } from '../../apps/contract/names.ts';
import { toStatsdMapping } from './statsd-mapping.ts';

const { mappings } = parse(toStatsdMapping()) as { mappings: { match: string; name: string; labels?: Record<string, string> }[] };

test('each metric has as many labels as its StatsD name has parts, the category first', () => {
  expect(mappings.slice(0, -1).map(({ name }) => name)).toEqual(Object.values(pipelineMetrics));
  for (const { match, labels = {} } of mappings.slice(0, -1)) {
    expect(Object.values(labels)).toEqual([...match.matchAll(/\*/g)].map((_, index) => `$${index + 1}`));
    expect(Object.keys(labels)[0]).toBe('category');
  }
});

test('what has no mapping is dropped', () => {
  expect(mappings.at(-1)).toEqual({ match: '.', match_type: 'regex', action: 'drop', name: 'dropped' });
});
