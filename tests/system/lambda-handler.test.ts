// The handler against everything that it talks to: what starts a workflow, what is dropped with which metric, what comes again.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fileNameOf } from '../../apps/contract/file-name.ts';
import { categories } from '../../apps/contract/generated/categories.ts';
import { goodKey, toEvent, toMessages } from '../fixtures/lambda-objects.ts';
import { bucket, invoke, namespace, reset, type StandIns, startStandIns, written } from '../fixtures/lambda-stand-ins.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.stop());
beforeEach(() => reset(standIns, goodKey));
const workflows = () => [...standIns.kubernetes.state.objects.workflows.values()];

test('an object starts one workflow with its four parameters, and says whence it comes', async () => {
  const { response, counts, lines } = await invoke(standIns, toMessages([{}]));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(counts).toEqual({ Started: 1 });
  expect(workflows()).toEqual([
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: {
        name: expect.stringMatching(/^yellow-2024-01-[0-9a-f]{20}$/),
        namespace,
        resourceVersion: expect.anything(),
        labels: { 'app.kubernetes.io/part-of': 'taxiway', 'taxiway/origin': 'lambda' },
        annotations: {
          'taxiway/bucket': bucket,
          'taxiway/key': goodKey,
          'taxiway/sequencer': '0055AED6DCD90281E5',
          'taxiway/event-time': '2024-02-01T03:04:05.678Z',
        },
      },
      spec: {
        workflowTemplateRef: { name: 'batch' },
        arguments: {
          parameters: [
            { name: 'uri', value: `s3://${bucket}/${goodKey}` },
            { name: 'filename', value: 'yellow_tripdata_2024-01.parquet' },
            { name: 'run_date', value: '2024-01-01' },
            { name: 'category', value: 'yellow' },
          ],
        },
      },
    },
  ]);
  expect(lines).toMatchObject([
    { level: 'info', message: 'Started', request: 'a-request', key: goodKey, workflow: workflows()[0]?.metadata.name },
  ]);
});

test('a second event of the same version starts nothing; of a later one a second; of an older one nothing', async () => {
  await invoke(standIns, toEvent({ sequencer: 'B0' }));
  expect((await invoke(standIns, toEvent({ sequencer: 'B0' }))).counts).toEqual({ Duplicate: 1 });
  expect((await invoke(standIns, toEvent({ sequencer: 'b00a' }))).counts).toEqual({ Started: 1 });
  expect((await invoke(standIns, toEvent({ sequencer: 'B0' }))).counts).toEqual({ Older: 1 });
  expect(workflows()).toHaveLength(2);
});

test('a warm function signs in once and looks the cluster up once', async () => {
  for (const sequencer of ['1', '2', '3']) await invoke(standIns, toEvent({ sequencer }));
  expect(standIns.google.asked).toEqual(['POST /token', expect.stringMatching(/^GET .*\/clusters\/taxiway$/)]);
  expect(standIns.amazon.count(/^POST \/$/)).toBe(1);
});

const months = Array.from({ length: 12 }, (_, month) => String(month + 1).padStart(2, '0'));
test('1,000 records of 300 objects are done within bounds of time and memory', async () => {
  const names = Object.values(categories).flatMap((dataset) =>
    ['2020', '2021', '2022'].flatMap((year) => months.map((month) => fileNameOf(dataset, `${year}-${month}`))),
  );
  const keys = Array.from({ length: 300 }, (_, index) => `in/${index}/${names[index % names.length]}`);
  for (const key of keys) standIns.amazon.state.objects.set(`${bucket}/${key}`, 4);
  const all = Array.from({ length: 1000 }, (_, index) => ({ key: keys[index % 300] as string, sequencer: '10' }));
  const before = process.memoryUsage().rss;
  const started = Date.now();
  const { counts, response } = await invoke(standIns, toMessages(...all.map((made) => [made])));
  expect(counts).toEqual({ Started: 300, Duplicate: 700 });
  expect(response?.batchItemFailures).toEqual([]);
  expect(Date.now() - started).toBeLessThan(30_000);
  // The servers are in this process, too.
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

const longKey = `${'é'.repeat(495)}/yellow_tripdata_2024-01.parquet`;
test.each<[what: string, event: unknown, reason: string]>([
  ['no Records', {}, 'an event without Records'],
  ['no event', undefined, 'an event without Records'],
  ["S3's test message", { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket }, "S3's test message"],
  ['a foreign event source', toEvent({ source: 'aws:dynamodb' }), 'an event of "aws:dynamodb"'],
  ['another bucket', toEvent({ bucket: 'elsewhere' }), 'it is of another bucket'],
  ['a shell in a key', toEvent({ key: 'in/;$(rm -rf).parquet' }), 'no data set has files of that name'],
  ['a new line in a key', toEvent({ key: 'a\nb/yellow_tripdata_2024-01.parquet' }), 'its key holds what no path may hold'],
  ['.. in a key', toEvent({ key: 'in/../yellow_tripdata_2024-01.parquet' }), 'its key holds what no path may hold'],
  [
    "Argo's expression",
    toEvent({ key: '{{workflow.name}}/yellow_tripdata_2024-01.parquet' }),
    'its key holds what no path may hold',
  ],
  ['a key of 1,025 bytes', toEvent({ key: `bbb${longKey}` }), 'its key is longer than S3 allows'],
  ['no month', toEvent({ key: 'yellow_tripdata.parquet' }), 'no data set has files of that name'],
  ['month 13', toEvent({ key: 'yellow_tripdata_2024-13.parquet' }), 'no data set has files of that name'],
  ['an unknown category', toEvent({ key: 'pink_tripdata_2024-01.parquet' }), 'no data set has files of that name'],
  ['no bytes', toEvent({ size: 0 }), 'it is empty'],
])('%s is dropped, counted as Ignored, and the cluster is left alone', async (_, event, reason) => {
  const { response, counts, lines } = await invoke(standIns, event);
  expect(response).toEqual({ batchItemFailures: [] });
  expect(counts).toEqual({ Ignored: 1 });
  expect(lines).toMatchObject([{ message: 'Ignored', reason }]);
  expect([...standIns.kubernetes.asked, ...standIns.google.asked, ...standIns.amazon.asked]).toEqual([]);
});

test('empty Records are nothing at all', async () => {
  expect(await invoke(standIns, { Records: [] })).toMatchObject({ response: { batchItemFailures: [] }, counts: {}, text: '' });
});

test.each([
  ['1,024 bytes', `${longKey}`.padStart(1024 - Buffer.byteLength(longKey) + longKey.length, 'x')],
  ['a shell in its folder', 'in/;$(rm -rf)/`id`/yellow_tripdata_2024-01.parquet'],
  ['spaces, plus signs and percents', 'a b+c/%2F%20/yellow_tripdata_2024-01.parquet'],
  ['what S3 allows', '!-_.*\'()&$@=;:,?/\\{}^%`[]"<>~#|/yellow_tripdata_2024-01.parquet'],
])('a key with %s starts a workflow, and its URI is one line of harmless characters', async (_, key) => {
  await reset(standIns, key);
  const { counts, lines } = await invoke(standIns, toEvent({ key }));
  expect([counts, lines[0]?.reason]).toEqual([{ Started: 1 }, undefined]);
  const { parameters } = (workflows()[0] as { spec: { arguments: { parameters: { value: string }[] } } }).spec.arguments;
  const [uri] = parameters;
  expect(uri?.value).toMatch(/^s3:\/\/[\w\-./%!~*'()]+$/);
  expect(decodeURIComponent(uri?.value ?? '')).toBe(`s3://${bucket}/${key}`);
});

test.each<[what: string, bytes: number | undefined, reason: string]>([
  ['was deleted since', undefined, 'it was deleted since'],
  ['is empty by now', 0, 'it is empty'],
])('an object that %s is refused, and not asked about again', async (_, bytes, reason) => {
  standIns.amazon.state.objects.clear();
  if (bytes !== undefined) standIns.amazon.state.objects.set(`${bucket}/${goodKey}`, bytes);
  const { response, counts, lines } = await invoke(standIns, toMessages([{}]));
  expect(response).toEqual({ batchItemFailures: [] });
  expect([counts, lines[0]?.reason, workflows()]).toEqual([{ Refused: 1 }, reason, []]);
});

test('only the messages that failed come again, each for itself', async () => {
  const other = 'in/green_tripdata_2024-01.parquet';
  standIns.amazon.state.objects.set(`${bucket}/${other}`, 4);
  standIns.amazon.faults.push({ on: /green/, how: { status: 403 }, times: 1 });
  const event = toMessages([{}], [{ key: 'nonsense' }], [{ key: 'nonsense' }, { key: other }], [{ size: 0 }]);
  const { response, counts } = await invoke(standIns, event);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
  expect(counts).toEqual({ Started: 1, Ignored: 3, Failed: 1 });
  expect((await invoke(standIns, { Records: [event.Records[2]] })).counts).toEqual({ Ignored: 1, Started: 1 });
  expect(workflows()).toHaveLength(2);
});

test('where nobody takes single messages back, the failure is thrown', async () => {
  standIns.amazon.faults.push({ on: /HEAD/, how: { status: 403 }, times: 1 });
  const { response, error } = await invoke(standIns, toEvent({}));
  expect(response).toBeUndefined();
  expect(error?.message).toMatch(/^object in\/yellow.* of taxiway-source: S3 says 403; the function's role must be allowed/);
});

test('with the time as good as over everything comes again, and nothing is asked', async () => {
  const { response, counts, lines } = await invoke(standIns, toMessages([{}], [{}]), { remaining: () => 4_900 });
  expect(response?.batchItemFailures).toHaveLength(2);
  expect(counts).toEqual({ Waiting: 2 });
  expect(lines[0]?.reason).toBe('no time is left for it; the next delivery does it');
  expect(standIns.kubernetes.asked).toEqual([]);
});

test('an API that is silent does not keep the function past its time', async () => {
  standIns.kubernetes.faults.push({ on: /./, how: 'hang', times: 99 });
  const end = Date.now() + 6_000;
  const { counts } = await invoke(standIns, toMessages([{}]), { remaining: () => end - Date.now() });
  expect(counts).toEqual({ Waiting: 1 });
  expect(Date.now()).toBeLessThan(end - 1_000);
});

test('a warm function starts a workflow by each invocation', async () => {
  for (let round = 0; round < 70; round++) await invoke(standIns, toEvent({ sequencer: `1${100 + round}` }));
  expect(workflows()).toHaveLength(70);
});

test('no line of any test held a token, a key or a secret', () => {
  const all = written.join('');
  expect(all.length).toBeGreaterThan(1000);
  expect(all).not.toMatch(/ya29\.|PRIVATE KEY|secret-of-the-access-key|Bearer /);
});
