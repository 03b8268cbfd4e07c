// The checks of an environment at the real limits of Google, Amazon and Kubernetes: the longest and shortest that are allowed, and one beyond.
import { expect, test } from 'vitest';
import { dev } from './dev.ts';
import { findProblems } from './environment.ts';

const a = (length: number) => 'a'.repeat(length);

/** The environment with one value at a path. */
function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(dev) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() as string;
  const owner = keys.reduce((one, key) => one[key] as Record<string, unknown>, copy);
  owner[last] = value;
  return copy;
}

const isAllowed = (path: string, value: unknown): boolean =>
  !findProblems('x', withValue(path, value)).some((line) => line.startsWith(`x: ${path}`));

test.each<[path: string, allowed: readonly unknown[], refused: readonly unknown[]]>([
  [
    'google.region',
    ['europe-west1', 'europe-west10', 'europe-west12', 'northamerica-northeast2', 'me-central2'],
    ['west1', 'europe-west', ''],
  ],
  ['google.zone', ['europe-west1-b', 'europe-west1-f'], ['europe-west1', 'europe-west1-1']],
  ['google.project', [`${a(5)}1`, a(30)], [a(5), a(31), '1aaaaa', 'aaaaa-']],
  [
    'google.amazon.region',
    ['us-east-1', 'eu-central-1', 'us-gov-west-1', 'ap-southeast-5', 'eusc-de-east-1'],
    ['us-east', 'east-1', 'US-EAST-1'],
  ],
  [
    'google.amazon.role',
    ['arn:aws:iam::123456789012:role/x', 'arn:aws-eusc:iam::123456789012:role/path/x', 'arn:aws-us-gov:iam::123456789012:role/x'],
    ['arn:aws:iam::12345678901:role/x', 'arn:aws:iam::123456789012:user/x'],
  ],
  [
    'buckets.source',
    ['abc', a(63), 'a.b-c', '1ab'],
    ['ab', a(64), 'a_bc', 'a..b', '192.168.0.1', 'xn--abc', 'abc-s3alias', '-abc', 'Abc'],
  ],
  ['buckets.docs', ['abc', a(63), 'a_b-c', '1ab'], ['ab', a(64), 'goog-x', 'my-google-x', '-abc', 'Abc']],
  ['namespaces.platform', ['a', a(63), '1a'], [a(64), 'a_b', 'A', '-a', '']],
  [
    'storageClass',
    ['standard', 'premium.rwo', `${a(63)}.${a(63)}.${a(63)}.${a(61)}`],
    [`${a(63)}.${a(63)}.${a(63)}.${a(62)}`, 'A', 'a_b'],
  ],
  ['google.identities.step', [a(6), a(30)], [a(5), a(31), '1aaaaa']],
  ['google.lambda.account', [a(6), a(30)], [a(5), a(31)]],
  [
    'domain',
    ['a.b', `${a(63)}.com`, `${a(63)}.${a(63)}.${a(63)}.${a(61)}`],
    ['a', `${a(64)}.com`, `${a(63)}.${a(63)}.${a(63)}.${a(62)}`, 'https://a.b', 'a.b/c', 'a..b'],
  ],
  ['entrance', [{ kind: 'node-port', http: 30_000, https: 32_767 }], [{ kind: 'node-port', http: 29_999, https: 30_000 }]],
  ['apiServer', [['10.0.0.0/28'], ['255.255.255.255/32', '0.0.0.0/0']], [['10.0.0.256/28'], ['10.0.0.0/33'], ['10.0.0.0'], []]],
  ['apiServerPort', [1, 443, 6443, 65_535], [0, 65_536, '443']],
  [
    'repository.url',
    ['https://git.example.com/a/b.git', 'git@github.com:a/b.git', 'ssh://git@git.example.com:2222/a/b.git'],
    ['http://git.example.com/a', 'git.example.com/a', 'git@github.com', 'https://user:word@git.example.com/a.git', 'file:///a'],
  ],
  ['secrets.store', ['google-secret-manager', 'a.b'], ['A', 'a_b']],
])('%s', (path, allowed, refused) => {
  expect(allowed.filter((value) => !isAllowed(path, value))).toEqual([]);
  expect(refused.filter((value) => isAllowed(path, value))).toEqual([]);
});

test('a zone of a region with two digits', () => {
  expect(
    findProblems('x', {
      ...dev,
      google: { ...dev.google, region: 'europe-west12', zone: 'europe-west12-c', warehouseLocation: 'EU' },
    }),
  ).toEqual([]);
});
