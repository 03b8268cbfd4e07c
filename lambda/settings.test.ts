import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const good = {
  SOURCE_BUCKET: 'taxiway-source',
  PROJECT: 'taxiway-test',
  LOCATION: 'europe-west10',
  CLUSTER: 'taxiway',
  NAMESPACE: 'pipeline',
  WORKFLOW_TEMPLATE: 'batch',
  SECRET_ID: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:taxiway/gke-a1b2c3',
};
const messageOf = (environment: Record<string, string>) => {
  try {
    readSettings(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing is wrong with it');
};

test('settings are read, and what is not set has its default', () => {
  expect(readSettings(good)).toEqual({
    bucket: 'taxiway-source',
    project: 'taxiway-test',
    location: 'europe-west10',
    cluster: 'taxiway',
    namespace: 'pipeline',
    template: 'batch',
    credentials: { secret: good.SECRET_ID },
    dnsEndpoint: false,
    nodePool: undefined,
    containerApi: 'https://container.googleapis.com',
  });
});

test('empty variables count as not set, as stacks leave them', () => {
  const { SECRET_ID: _, ...rest } = good;
  const account = { type: 'external_account', audience: 'x' };
  const given = { ...rest, SECRET_ID: '', GOOGLE_CREDENTIALS: JSON.stringify(account), NODE_POOL: '', NODE_POOL_SIZE: '' };
  expect(readSettings(given)).toMatchObject({ credentials: { account }, nodePool: undefined });
});

test('a pool and its size belong together', () => {
  expect(readSettings({ ...good, NODE_POOL: 'batch', NODE_POOL_SIZE: '3' }).nodePool).toEqual({ name: 'batch', size: 3 });
  expect(messageOf({ ...good, NODE_POOL: 'batch' })).toBe('settings: NODE_POOL, NODE_POOL_SIZE: expected both or none');
});

test('all mistakes come at once, with what was got', () => {
  expect(
    messageOf({
      PROJECT: 'X',
      LOCATION: 'Berlin',
      CLUSTER: 'a_b',
      NAMESPACE: 'n',
      WORKFLOW_TEMPLATE: 'w',
      CONTAINER_API: 'http://x',
    }),
  ).toBe(
    [
      "settings: SOURCE_BUCKET: expected a bucket's name, got nothing",
      'PROJECT: expected a Google Cloud project\'s id, got "X"',
      'LOCATION: expected a region or zone such as europe-west1, got "Berlin"',
      'CLUSTER: expected lower-case letters, digits and "-", got "a_b"',
      'CONTAINER_API: expected an https:// address, got "http://x"',
      'GOOGLE_CREDENTIALS, SECRET_ID: expected one of the two',
    ].join('; '),
  );
});

test.each(['{', '7', '{"type":"service_account","private_key":"hunter2"}'])(
  'credentials %s are none, and not repeated',
  (json) => {
    const { SECRET_ID: _, ...rest } = good;
    const message = messageOf({ ...rest, GOOGLE_CREDENTIALS: json });
    expect(message).toMatch(/^settings: GOOGLE_CREDENTIALS: expected JSON with "type": "external_account"/);
    expect(message).not.toContain('hunter2');
  },
);
