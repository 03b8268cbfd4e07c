import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf, originOf, secretsOption, toKeyOrder } from './secret-spec.ts';

const explain = (value: unknown) =>
  secretsOption.safeParse(typeof value === 'string' ? value : JSON.stringify(value)).error?.issues[0]?.message;
const secret = (keys: object, name = 'a') => ({ name, namespace: 'n', keys });
const at = (name: string, key: string) => ({ namespace: 'n', name, key });
const certificate = { hosts: ['x.localhost'], days: 825 };

test('Secrets come after those that they are made of, keys after keys', () => {
  const specs = secretsOption.parse(
    JSON.stringify([
      secret({ htpasswd: { htpasswd: { user: 'admin', of: at('c', 'password') } } }, 'a'),
      secret({ password: { same: at('a', 'htpasswd') } }, 'b'),
      secret({ line: { htpasswd: { user: 'x', of: at('c', 'password') } }, password: { random: 'password' } }, 'c'),
    ]),
  );
  expect(specs.map(idOf)).toEqual(['n/c', 'n/a', 'n/b']);
  expect(toKeyOrder(specs[0] as (typeof specs)[0])?.map(([key]) => key)).toEqual(['password', 'line']);
});

test.each([
  ['{', /^expected JSON: /],
  [{}, /^at the top: /],
  [[secret({ x: {} })], 'at 0.keys.x: expected one of text, random, same, htpasswd, certificate, certificateKey'],
  [[secret({ x: { text: 'a', random: 'password' } })], /^at 0\.keys\.x: expected one of /],
  [[secret({ x: { random: 'pin' } })], /^at 0\.keys\.x\.random: /],
  [[secret({ 'a/b': { text: 'a' } })], /^at 0\.keys\.a\/b: /],
  [[secret({}, 'A')], /^at 0\.name: expected a name of Kubernetes/],
  [[secret({}), secret({})], 'at the top: n/a is there twice'],
  [[secret({ x: { same: at('b', 'y') } })], 'at the top: n/a x: no Secret of the list has n/b y'],
  [[secret({ x: { same: at('a', 'toString') } })], /^at 0\.keys\.x\.same\.key: expected another key/],
  [[secret({ x: { same: at('a', 'x') } })], 'at the top: Secrets are made of each other in a circle'],
  [
    [secret({ x: { same: at('b', 'x') } }), secret({ x: { same: at('a', 'y') } }, 'b')].map((one, index) =>
      index === 0 ? { ...one, keys: { ...one.keys, y: { text: 'a' } } } : one,
    ),
    'at the top: Secrets are made of each other in a circle',
  ],
  [[secret({ x: { certificate } })], 'at the top: n/a x: expected one certificateKey for it, got 0'],
  [[secret({ x: { certificateKey: 'y' }, y: { text: 'a' } })], 'at the top: n/a x: y of this Secret is no certificate'],
  [[secret({ x: { certificate: { hosts: ['a b'], days: 1 } } })], /^at 0\.keys\.x\.certificate\.hosts\.0: expected a host name/],
  [[secret({ x: { htpasswd: { user: 'a:b', of: at('a', 'x') } } })], /^at 0\.keys\.x\.htpasswd\.user: expected a user/],
])('%j is refused', (value, message) => {
  const got = explain(value);
  if (typeof message === 'string') expect(got).toBe(message);
  else expect(got).toMatch(message);
});

test('property: whatever refers to whatever, what is taken is in an order in which it can be made', () => {
  const names = ['a', 'b', 'c'];
  const place = fc.record({ namespace: fc.constant('n'), name: fc.constantFrom(...names), key: fc.constantFrom('x', 'y') });
  const source = fc.oneof(
    fc.constant({ random: 'password' }),
    place.map((same) => ({ same })),
    place.map((of) => ({ htpasswd: { user: 'u', of } })),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ x: source, y: source }), { minLength: 3, maxLength: 3 }), (keys) => {
      const read = secretsOption.safeParse(JSON.stringify(keys.map((one, index) => secret(one, names[index]))));
      if (!read.success) return;
      const made = new Set<string>();
      for (const spec of read.data)
        for (const [key, one] of toKeyOrder(spec) ?? []) {
          const origin = originOf(one);
          if (origin !== undefined) expect(made).toContain(`${idOf(origin)} ${origin.key}`);
          made.add(`${idOf(spec)} ${key}`);
        }
      expect(made.size).toBe(6);
    }),
    { numRuns: 2000 },
  );
});
