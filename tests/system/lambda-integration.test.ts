// `npm run test:lambda`: the stack deployed, an object put, and the event that comes out of the queue fed to the built zip, which starts a workflow.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply } from '../fixtures/apply-manifests.ts';
import { type Argo, findArgo, startArgo } from '../fixtures/argo-controller.ts';
import { toNodes } from '../fixtures/argo-lab.ts';
import { lambdaToken } from '../fixtures/kube-cluster.ts';
import { makeCertificates } from '../fixtures/lambda-certificates.ts';
import { type DeployedLambda, deployLambda, sourceBucket } from '../fixtures/lambda-deployed.ts';
import { answerGoogle, type GoogleState, newGoogleState, place } from '../fixtures/lambda-google.ts';
import { answerKubernetes, newKubernetesState } from '../fixtures/lambda-kubernetes.ts';
import { openStandIn, type StandIn } from '../fixtures/lambda-server.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { findMoto } from '../fixtures/moto-server.ts';
import { repository } from '../fixtures/npm-start.ts';
import { runPodHere } from '../fixtures/run-pod-here.ts';
import { type Kubelet, startKubelet } from '../fixtures/stand-in-kubelet.ts';
import { until } from '../fixtures/until.ts';

const python = await findMoto();
const found = python === undefined ? undefined : findArgo();
const key = 'in/yellow_tripdata_2024-01.parquet';
const email = 'taxiway-lambda@taxiway-dev.iam.gserviceaccount.com';
/** The metrics of an invocation. */
const countsOf = (lines: readonly Value[]): Value => lines.find(({ _aws }) => _aws !== undefined);
const outcomesOf = (lines: readonly Value[]) => lines.filter(({ level }) => level !== undefined).map(({ message }) => message);
const bodyOf = ([message]: readonly Value[]): Value => JSON.parse(message.body);

/** Google on loopback, and a folder with the authority that vouches for it. With `token` every sign-in that it takes gives this one. */
async function startGoogle(state: GoogleState, token?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-google-'));
  const certificates = makeCertificates('public');
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, certificates.authority);
  const google = await openStandIn(certificates.server, (asked) => {
    const answer = answerGoogle(state, asked);
    if (token === undefined || !asked.path.endsWith('/token') || answer.status !== 200) return answer;
    state.tokens.add(token);
    return { ...answer, body: { ...(answer.body as object), access_token: token } };
  });
  return {
    certificates,
    origin: google.origin,
    env: { CONTAINER_API: google.origin, NODE_EXTRA_CA_CERTS: authority },
    stop: async () => {
      await google.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const facts = { Project: place.project, Location: place.location, Cluster: place.cluster };

describe.skipIf(python === undefined)('with a key in Secrets Manager and a cluster by its DNS name', () => {
  const kubernetes = newKubernetesState('pipeline');
  const state = newGoogleState();
  let google: Awaited<ReturnType<typeof startGoogle>>;
  let cluster: StandIn;
  let deployed: DeployedLambda;

  beforeAll(async () => {
    google = await startGoogle(state);
    cluster = await openStandIn(google.certificates.server, (asked) => answerKubernetes(kubernetes, asked));
    state.dnsEndpoint = new URL(cluster.origin).host;
    kubernetes.isTokenValid = (token) => state.tokens.has(token);
    kubernetes.objects.workflowtemplates.set('batch', { metadata: { name: 'batch' } });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    state.keys.set(email, publicKey);
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    deployed = await deployLambda(python as string, {
      parameters: { ...facts, Namespace: 'pipeline' },
      secret: JSON.stringify({ client_email: email, private_key: pem, token_uri: `${google.origin}/token` }),
      env: google.env,
    });
    await deployed.notify('EventBridge');
  });
  afterAll(async () => {
    await deployed?.stop();
    await cluster?.stop();
    await google?.stop();
  });

  test('the function that is deployed is the zip, with the settings of the template', () => {
    const { configuration, mapping, zipDigest, stack } = deployed;
    expect(configuration).toMatchObject({
      CodeSha256: zipDigest,
      Runtime: 'nodejs24.x',
      Timeout: 120,
      MemorySize: 1024,
    });
    expect(mapping).toMatchObject({ BatchSize: 10, EventSourceArn: stack.outputs.QueueArn });
    // Of the others moto makes nothing by CloudFormation.
    expect(Object.keys(stack.resources)).toEqual(
      expect.arrayContaining(['Queue', 'DeadLetters', 'ObjectCreated', 'Function', 'Messages']),
    );
  });

  test('an object that is put starts one workflow, and the same message again starts none', async () => {
    await deployed.put(key);
    const first = await deployed.poll();
    expect(bodyOf(first.messages)).toMatchObject({ source: 'aws.s3', 'detail-type': 'Object Created' });
    expect([first.error, first.response]).toEqual([undefined, { batchItemFailures: [] }]);
    expect(countsOf(first.lines)).toMatchObject({ Started: 1, WorkflowTemplate: 'batch' });
    expect(await deployed.count('Queue')).toBe(0);
    const [workflow] = [...kubernetes.objects.workflows.values()] as Value[];
    expect(workflow.spec.workflowTemplateRef).toEqual({ name: 'batch' });
    expect(Object.fromEntries(workflow.spec.arguments.parameters.map(({ name, value }: Value) => [name, value]))).toEqual({
      uri: `s3://${sourceBucket}/${key}`,
      filename: 'yellow_tripdata_2024-01.parquet',
      run_date: '2024-01-01',
      category: 'yellow',
    });
    const again = await deployed.lambda.invoke({ Records: first.messages });
    expect(outcomesOf(again.lines)).toEqual(['Duplicate']);
    expect(kubernetes.objects.workflows.size).toBe(1);
  });

  test("a bucket's own notification is taken as well, in moto's spelling of the key", async () => {
    await deployed.notify('Queue');
    // S3 sends one to see whether it may.
    const greeted = await deployed.poll();
    expect([outcomesOf(greeted.lines), bodyOf(greeted.messages).Event]).toEqual([['Ignored'], 's3:TestEvent']);
    await deployed.put('in/green_tripdata_2024-02.parquet');
    const { messages } = await deployed.poll();
    const body = bodyOf(messages);
    expect(body.Records[0].s3.object.key).toBe('in%2Fgreen_tripdata_2024-02.parquet');
    // Which moto leaves out, and S3 does not.
    body.Records[0].s3.object.sequencer = '0055AED6DCD90281E5';
    const { lines } = await deployed.lambda.invoke({ Records: [{ ...messages[0], body: JSON.stringify(body) }] });
    expect(outcomesOf(lines)).toEqual(['Started']);
    expect(kubernetes.made.at(-1)).toMatch(/^green-2024-02-/);
    await deployed.notify('EventBridge');
  });

  test('what the cluster refuses comes again, and at last waits among the dead letters', async () => {
    cluster.faults.push({ on: /^POST .*workflows$/, how: { status: 403, body: { kind: 'Status', message: 'no' } }, times: 99 });
    await deployed.put('in/yellow_tripdata_2024-03.parquet');
    const received: Value[] = [];
    while ((await deployed.count('DeadLetters')) === 0) {
      const { messages, response, lines } = await deployed.poll();
      if (messages.length === 0) continue;
      received.push(...messages);
      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: messages[0]?.messageId }] });
      expect(countsOf(lines)).toMatchObject({ Failed: 1 });
      await deployed.letGo(messages[0]);
    }
    // Moto gives the last of the five to nobody.
    expect(received.length).toBeGreaterThanOrEqual(4);
    expect(await deployed.count('Queue')).toBe(0);
    cluster.faults.length = 0;
    const redriven = await deployed.lambda.invoke({ Records: received.slice(0, 1) });
    expect(outcomesOf(redriven.lines)).toEqual(['Started']);
  });

  test('a file that is no month starts nothing and is not delivered again', async () => {
    const before = kubernetes.objects.workflows.size;
    await deployed.put('in/readme.txt');
    const { lines, response } = await deployed.poll();
    expect([outcomesOf(lines), response]).toEqual([['Ignored'], { batchItemFailures: [] }]);
    expect(kubernetes.objects.workflows.size).toBe(before);
  });
});

describe.skipIf(python === undefined || found === undefined)(
  "with the role's own tokens, a real API server and the real controller",
  () => {
    const state = newGoogleState();
    let google: Awaited<ReturnType<typeof startGoogle>>;
    let argo: Argo;
    let kubelet: Kubelet;
    let folder: string;
    let deployed: DeployedLambda;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'taxiway-pods-'));
      [google, argo] = await Promise.all([startGoogle(state, lambdaToken), startArgo(found as NonNullable<typeof found>, 'dev')]);
      const { cluster, namespace } = argo;
      kubelet = await startKubelet(cluster, namespace, (pod, main) => runPodHere({ repository, state: folder })(pod, main));
      await apply(cluster, await readExpectingTemplate());
      state.endpoint = new URL(cluster.url).host;
      state.authority = await readFile(join(cluster.folder, 'certificates', 'apiserver.crt'), 'utf8');
      deployed = await deployLambda(python as string, {
        parameters: {
          ...facts,
          Namespace: namespace,
          WorkflowTemplate: 'lambda-integration-test',
          DnsEndpoint: 'false',
          GoogleCredentials: JSON.stringify(toCredentials(google.origin, state.audience)),
        },
        env: google.env,
      });
      state.accessKeys.add(deployed.moto.env.AWS_ACCESS_KEY_ID as string);
      await deployed.notify('EventBridge');
    });
    afterAll(async () => {
      await deployed?.stop();
      await kubelet?.stop();
      await argo?.stop();
      await google?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** The committed template, with what is expected as defaults: the lambda hands over four parameters and no more. */
    async function readExpectingTemplate(): Promise<Value> {
      const expected: Record<string, string> = {
        expected_category: 'yellow',
        expected_uri: `s3://${sourceBucket}/${key}`,
        expected_filename: 'yellow_tripdata_2024-01.parquet',
        expected_run_date: '2024-01-01',
      };
      const manifests = await readManifests(join(repository, 'dist'));
      const { value } = manifests.find(
        ({ environment, value: { kind, metadata } }) =>
          environment === 'dev' && kind === 'WorkflowTemplate' && metadata.name === 'lambda-integration-test',
      ) as { value: Value };
      const template = structuredClone(value);
      for (const parameter of template.spec.arguments.parameters)
        if (parameter.name in expected) parameter.value = expected[parameter.name];
      return template;
    }

    /** Puts an object, works on its message, and waits for the end of its workflow. */
    async function run(name: string) {
      await deployed.put(name);
      const { lines, error } = await deployed.poll();
      expect([error, outcomesOf(lines)], JSON.stringify(lines)).toEqual([undefined, ['Started']]);
      const { workflow } = lines.find(({ message }) => message === 'Started') as Value;
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${argo.namespace}/workflows/${workflow}`;
      let body: Value = {};
      await until(
        async () => {
          ({ body } = await argo.cluster.ask('GET', path));
          return ['Succeeded', 'Failed', 'Error'].includes(body.status?.phase);
        },
        () => `the end of ${workflow}`,
      );
      return body;
    }

    test('lambda-integration-test finds the four parameters as they should be', async () => {
      const workflow = await run(key);
      expect(workflow.status.phase, JSON.stringify(toNodes(workflow), undefined, 1)).toBe('Succeeded');
      expect(workflow.metadata.annotations).toMatchObject({ 'taxiway/bucket': sourceBucket, 'taxiway/key': key });
    });

    test('and fails over a file that it does not expect', async () => {
      const workflow = await run('in/green_tripdata_2024-02.parquet');
      expect(workflow.status.phase).toBe('Failed');
      expect(JSON.stringify(toNodes(workflow))).toContain('category');
    });
  },
);

/** As `gcloud iam workload-identity-pools create-cred-config --aws` writes it, but for Google's address. */
const toCredentials = (origin: string, audience: string) => ({
  universe_domain: 'googleapis.com',
  type: 'external_account',
  audience,
  subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
  token_url: `${origin}/v1/token`,
  credential_source: {
    environment_id: 'aws1',
    region_url: 'http://169.254.169.254/latest/meta-data/placement/availability-zone',
    url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials',
    regional_cred_verification_url: 'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
  },
});
