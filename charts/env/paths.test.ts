import { expect, test } from 'vitest';
import { backEnds } from '../../apps/contract/names.ts';
import { findPathProblems } from './paths.ts';

test('the paths of the site do not overlap', () => {
  expect(findPathProblems(backEnds)).toEqual([]);
});

test('each overlap and each path that is none is named', () => {
  expect(
    findPathProblems({ a: { path: '/a/' }, b: { path: '/a/b/' }, c: { path: 'c' }, d: { path: '/oauth2/' }, e: { path: '/a/' } }),
  ).toEqual([
    'apps/contract/names.ts: backEnds.b.path: "/a/b/" overlaps "/a/" of a; give it another',
    'apps/contract/names.ts: backEnds.c.path: got "c"; expected lower-case words between slashes, such as /docs/',
    'apps/contract/names.ts: backEnds.d.path: "/oauth2/" overlaps "/oauth2/" of the load balancer\'s own; give it another',
    'apps/contract/names.ts: backEnds.e.path: "/a/" overlaps "/a/" of a; give it another',
    'apps/contract/names.ts: backEnds.e.path: "/a/" overlaps "/a/b/" of b; give it another',
  ]);
});
