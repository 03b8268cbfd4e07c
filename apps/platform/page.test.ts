import { expect, test } from 'vitest';
import { html } from './html.ts';
import { toBar, toPage, toPercent } from './page.ts';

test('a page escapes its title and marks the current entry of the navigation', () => {
  const page = toPage({ title: '<b>x</b>', body: html`<p>y</p>`, path: '/docs/validation/green/' });
  expect(page).toContain('<title>&lt;b&gt;x&lt;/b&gt; · Taxiway</title>');
  expect(page).toContain('<a href="/docs/" aria-current="page">');
  expect(page.match(/aria-current/g)).toHaveLength(1 + (page.match(/\[aria-current\]/g)?.length ?? 0));
});

test('a page loads nothing from outside and has no inline handlers or style attributes', () => {
  const page = toPage({ title: 'x', body: toBar(50) });
  expect(page).not.toMatch(/\s(?:src|href)="(?:https?:)?\/\//);
  expect(page).not.toMatch(/<[^>]+\s(?:style|on[a-z]+)=/);
});

test.each([
  [0, '0 %'],
  [0.001, '< 0.01 %'],
  [12.345, '12.35 %'],
  [99.999, '> 99.99 %'],
  [100, '100 %'],
])('%s percent is written %s', (percent, text) => expect(toPercent(percent)).toBe(text));
