// The lambda's zip as Lambda runs it: size, load time, a warm invocation against stand-ins on loopback, memory; beside the imports of the reference's handler.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleLambda } from '../lambda/bundle.ts';
import { type AmazonState, accessKey, answerAmazon, region } from '../tests/fixtures/lambda-amazon.ts';
import { makeCertificates } from '../tests/fixtures/lambda-certificates.ts';
import { answerGoogle, newGoogleState, place } from '../tests/fixtures/lambda-google.ts';
import { answerKubernetes, newKubernetesState } from '../tests/fixtures/lambda-kubernetes.ts';
import { goodKey, toMessages } from '../tests/fixtures/lambda-objects.ts';
import { startLambda } from '../tests/fixtures/lambda-runtime.ts';
import { openStandIn } from '../tests/fixtures/lambda-server.ts';

const root = join(import.meta.dirname, '..');
const bucket = 'taxiway-source';
const email = 'lambda@taxiway-test.iam.gserviceaccount.com';
const loads = 9;
const invocations = 300;
const reference = ['google-auth==2.62.2', 'google-cloud-container==2.67.0', 'kubernetes==37.0.2', 'requests==2.34.2'];

const folder = mkdtempSync(join(tmpdir(), 'taxiway-lambda-'));
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
const mb = (bytes: number) => (bytes / 1e6).toFixed(2);

const surroundings = await openSurroundings();
try {
  const zip = await bundleLambda(join(folder, 'zip'));
  const start = () =>
    startLambda({ zip, python: 'python3', handler: 'index.handler', timeoutSeconds: 120, env: surroundings.env });
  const python = createReference();
  const ours: number[][] = [];
  const theirs: number[][] = [];
  for (let run = 0; run <= loads; run++) {
    const lambda = await start();
    const { loadMilliseconds, loadCpuMilliseconds } = await lambda.loaded;
    await lambda.stop();
    const text = execFileSync(python, [join(import.meta.dirname, 'peers', 'lambda_reference.py')], { encoding: 'utf8' });
    if (run === 0) continue;
    ours.push([loadMilliseconds, loadCpuMilliseconds]);
    theirs.push(text.trim().split(' ').map(Number));
  }
  const column = (rows: readonly number[][], index: number) => median(rows.map((row) => row[index] as number));
  console.log(`zip: ${mb(statSync(zip).size)} MB; the reference's packages: ${mb(sizeOfReference(python))} MB zipped`);
  console.log(`load: ${column(ours, 0).toFixed(0)} ms, ${column(ours, 1).toFixed(0)} ms CPU (median of ${loads}, in turn)`);
  console.log(
    `reference's imports: ${column(theirs, 0).toFixed(0)} ms, ${column(theirs, 1).toFixed(0)} ms CPU, ${column(theirs, 2).toFixed(0)} MB`,
  );
  const lambda = await start();
  await lambda.loaded;
  const facts = () => readProcess(lambda.process.pid as number);
  const time = async (sequencer: (index: number) => string) => {
    const before = facts().cpuMilliseconds;
    const asked = surroundings.countRequests();
    const taken: number[] = [];
    for (let index = 0; index < invocations; index++) {
      const from = performance.now();
      const { response } = await lambda.invoke(toMessages([{ bucket, key: goodKey, sequencer: sequencer(index) }]));
      taken.push(performance.now() - from - lambda.settleMilliseconds);
      if (response?.batchItemFailures.length !== 0) throw new Error(JSON.stringify(response));
    }
    const requests = (surroundings.countRequests() - asked) / invocations;
    return `${requests.toFixed(0)} requests, ${median(taken).toFixed(1)} ms, ${((facts().cpuMilliseconds - before) / invocations).toFixed(1)} ms CPU`;
  };
  const toSequencer = (index: number) => (0x1000 + index).toString(16);
  const first = performance.now();
  await lambda.invoke(toMessages([{ bucket, key: goodKey, sequencer: '0001' }]));
  console.log(`first invocation, signing in: ${(performance.now() - first).toFixed(0)} ms; then ${facts().peakMb.toFixed(0)} MB`);
  console.log(`warm, a new object: ${await time(toSequencer)}`);
  console.log(`warm, a duplicate: ${await time(() => toSequencer(invocations - 1))}`);
  console.log(`most memory, after ${2 * invocations} invocations: ${facts().peakMb.toFixed(0)} MB`);
  await lambda.stop();
} finally {
  await surroundings.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function openSurroundings() {
  const state = { google: newGoogleState(), kubernetes: newKubernetesState('pipeline') };
  const amazon: AmazonState = { objects: new Map([[`${bucket}/${goodKey}`, 4]]), secrets: new Map() };
  const certificates = makeCertificates('public');
  const authority = join(folder, 'authority.pem');
  writeFileSync(authority, certificates.authority);
  const open = (answer: Parameters<typeof openStandIn>[1]) => openStandIn(certificates.server, answer);
  const servers = await Promise.all([
    open((asked) => answerGoogle(state.google, asked)),
    open((asked) => answerKubernetes(state.kubernetes, asked)),
    open((asked) => answerAmazon(amazon, asked)),
  ]);
  const [google, kubernetes, cloud] = servers;
  state.google.endpoint = new URL(kubernetes.origin).host;
  state.google.authority = certificates.authority;
  state.kubernetes.isTokenValid = (token) => state.google.tokens.has(token);
  state.kubernetes.objects.workflowtemplates.set('batch', { metadata: { name: 'batch' } });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  state.google.keys.set(email, publicKey);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  amazon.secrets.set('key', JSON.stringify({ client_email: email, private_key: key, token_uri: `${google.origin}/token` }));
  const { project, location, cluster } = place;
  return {
    env: {
      ...{ SOURCE_BUCKET: bucket, PROJECT: project, LOCATION: location, CLUSTER: cluster, NAMESPACE: 'pipeline' },
      ...{ WORKFLOW_TEMPLATE: 'batch', SECRET_ID: 'key', CONTAINER_API: google.origin, NODE_EXTRA_CA_CERTS: authority },
      ...{ AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL: cloud.origin },
    },
    countRequests: () => servers.reduce((sum, { asked }) => sum + asked.length, 0),
    stop: () => Promise.all(servers.map((server) => server.stop())),
  };
}

/** A Python of its own with the packages that the reference's handler loads. */
function createReference(): string {
  const uv = join(root, '.venv', 'uv', 'bin', 'uv');
  const place = join(folder, 'reference');
  mkdirSync(place, { recursive: true });
  execFileSync(uv, ['venv', '--quiet', '--no-project', '--python', 'python3', place]);
  const python = join(place, 'bin', 'python');
  execFileSync(uv, ['pip', 'install', '--quiet', '--compile-bytecode', '--python', python, ...reference]);
  return python;
}

function sizeOfReference(python: string): number {
  const script = `
import io, pathlib, site, sys, zipfile
out = io.BytesIO()
root = pathlib.Path(site.getsitepackages()[0])
with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
    for path in root.rglob('*'):
        if path.is_file() and '__pycache__' not in path.parts:
            archive.write(path, path.relative_to(root))
print(out.tell())`;
  return Number(execFileSync(python, ['-c', script], { encoding: 'utf8' }));
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; ticks are hundredths of a second. */
function readProcess(pid: number): { readonly cpuMilliseconds: number; readonly peakMb: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMilliseconds: 10 * (Number(fields[11]) + Number(fields[12])), peakMb: Number(peak) / 1024 };
}
