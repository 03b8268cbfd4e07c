import { expect, test } from 'vitest';
import { withArticle } from './with-article.ts';

test.each(['a trip', 'an observation', 'a user', 'a unit', 'an umbrella', 'an hour', 'a house', 'an Event'])('%s', (text) => {
  expect(withArticle(text.replace(/^an? /, ''))).toBe(text);
});
