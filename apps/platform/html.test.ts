import { expect, test } from 'vitest';
import { html } from './html.ts';

test('escapes what is interpolated, in text and in attributes', () => {
  const hostile = `"><script>alert('x')</script>&`;
  expect(String(html`<a title="${hostile}">${hostile}</a>`)).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</a>',
  );
});

test('joins arrays, keeps nested markup, leaves null, undefined and booleans out', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  expect(String(html`<ul>${items}</ul>${null}${undefined}${false}${0}`)).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>0');
});

test('control characters become visible', () => {
  expect(String(html`${'a\u0000b\nc'}`)).toBe('a\u{fffd}b\nc');
});

test('an object that looks like markup is text', () => {
  const forged = { markup: '<b>', toString: () => '<b>' } as unknown as string;
  expect(String(html`${forged}`)).toBe('&lt;b&gt;');
});
