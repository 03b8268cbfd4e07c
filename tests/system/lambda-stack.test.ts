// lambda/template.json and the zip: what is committed is what the sources make, the linters have nothing to say, and no right is wider than it must be.
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleLambda } from '../../lambda/bundle.ts';
import { readSettings } from '../../lambda/settings.ts';
import { findChecker } from '../fixtures/find-checker.ts';
import type { Value } from '../fixtures/manifests.ts';
import { repository } from '../fixtures/npm-start.ts';

const path = join(repository, 'lambda', 'template.json');
const text = await readFile(path, 'utf8');
const cfnLint = await findChecker('cfn-lint');
const template: Value = JSON.parse(text);
const ofType = (type: string): Value[] => Object.values<Value>(template.Resources).filter((one) => one.Type === type);
const only = (type: string): Value => {
  const [found, ...others] = ofType(type);
  expect([type, others]).toEqual([type, []]);
  return found.Properties;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-stack-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the template', () => {
  test('is what the sources make, in another folder, time zone and language too', async () => {
    for (const name of ['apps', 'lambda', 'package.json'])
      await cp(join(repository, name), join(folder, name), { recursive: true });
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    await rm(join(folder, 'lambda', 'template.json'));
    execFileSync(process.execPath, ['lambda/stack-synth.ts'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        TZ: 'Asia/Kathmandu',
        LC_ALL: 'tr_TR.UTF-8',
        TMPDIR: folder,
        AWS_REGION: 'eu-west-3',
        CDK_DEFAULT_ACCOUNT: '1',
      },
    });
    expect(await readFile(join(folder, 'lambda', 'template.json'), 'utf8')).toBe(text);
  });

  test('names no account, no path and nothing of CDK', () => {
    expect(text).not.toMatch(/\d{12}|\/tmp|\/home|cdk|Assets/i);
  });

  test('gives the function variables that it takes, with a key and without', () => {
    const { Variables } = only('AWS::Lambda::Function').Environment;
    const given: Record<string, string> = {
      SourceBucket: 'taxiway-source',
      Project: 'taxiway-prod',
      Location: 'europe-west1',
      Cluster: 'main',
      Namespace: 'taxiway-pipeline',
    };
    const resolve = (more: Record<string, string>) =>
      Object.fromEntries(
        Object.entries<Value>(Variables).map(([name, { Ref }]) => [
          name,
          { ...given, ...more }[Ref as string] ?? template.Parameters[Ref].Default,
        ]),
      );
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:taxiway/gke-AbCdEf';
    expect(readSettings(resolve({ CredentialsArn: arn }))).toMatchObject({
      bucket: 'taxiway-source',
      template: 'batch',
      credentials: { secret: arn },
      dnsEndpoint: true,
      nodePool: undefined,
    });
    const more = { GoogleCredentials: '{"type": "external_account"}', NodePool: 'services', NodePoolSize: '2' };
    expect(readSettings(resolve(more)).nodePool).toEqual({ name: 'services', size: 2 });
    expect(() => readSettings(resolve({}))).toThrow('GOOGLE_CREDENTIALS, SECRET_ID: expected one of the two');
  });

  test('lets the function do what it must, to what is named', () => {
    const [{ PolicyDocument }] = only('AWS::IAM::Role').Policies;
    const statements = PolicyDocument.Statement.map((one: Value) => one['Fn::If']?.[1] ?? one);
    expect(statements.map(({ Action, Resource }: Value) => [Action, Resource === '*'])).toEqual([
      [['s3:GetObject'], false],
      [['s3:ListBucket'], false],
      [['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], false],
      [['logs:CreateLogStream', 'logs:PutLogEvents'], false],
      [['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], true],
      [['secretsmanager:GetSecretValue'], false],
    ]);
  });

  test('keeps a message until the function is done, hands back single ones, and keeps what failed five times', () => {
    const { Timeout, ReservedConcurrentExecutions, Architectures } = only('AWS::Lambda::Function');
    const [dead, queue] = ofType('AWS::SQS::Queue').map(({ Properties }) => Properties);
    expect(queue).toMatchObject({
      VisibilityTimeout: 6 * Timeout,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
    expect(dead.MessageRetentionPeriod).toBeGreaterThan(queue.MessageRetentionPeriod);
    expect(only('AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: ReservedConcurrentExecutions },
    });
    expect(Architectures).toEqual(['arm64']);
  });

  test.skipIf(!cfnLint)('cfn-lint has nothing to say', () => {
    const { stdout, status } = spawnSync(cfnLint as string, [path], { encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 0]);
  });
});

describe('the zip', () => {
  test('is the same twice, the only one in its folder, and below 700 KB', async () => {
    const place = join(folder, 'zip');
    const [first, second] = [await bundleLambda(place), await bundleLambda(join(folder, 'again'))];
    expect((await readFile(first)).equals(await readFile(second))).toBe(true);
    expect(await bundleLambda(place)).toBe(first);
    expect(await readdir(place)).toHaveLength(1);
    expect((await stat(first)).size).toBeLessThan(700_000);
  });

  test.skipIf(spawnSync('python3', ['--version']).status !== 0)('is an archive to others', async () => {
    const zip = await bundleLambda(join(folder, 'zip'));
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, i.date_time[0], oct(i.external_attr >> 16)) for i in z.infolist()])';
    expect(execFileSync('python3', ['-c', script, zip], { encoding: 'utf8' })).toBe("None [('index.js', 1980, '0o100644')]\n");
  });
});
