// The footers of 200 files in Cloud Storage (fake-gcs-server) and of 10,000 simulated ones, 30 ms a request: how long, how many requests and
// bytes a file, how much memory; and once more from the cache.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { yellow } from '../apps/contract/yellow.ts';
import { generateSample } from '../apps/sample/generate.ts';
import { findGcsServer, startGcs } from '../tests/fixtures/gcs-server.ts';
import { type Copies, nameOfCopy, startFarBucket } from './far-bucket.ts';
import type { Figures } from './measure.ts';

const bucket = 'bucket-of-months';
const tool = findGcsServer();
if (tool === undefined) process.exit(1);
const gcs = await startGcs(tool, [bucket]);
const port = Number(new URL(gcs.client.apiEndpoint).port);

async function makeFile(rows: number): Promise<string> {
  const folder = join(tmpdir(), 'taxiway-benchmarks', `footers-${rows}`);
  await generateSample({ category: yellow, destination: `${folder}/`, newest: '2024-01', months: 1, rows, seed: 1 });
  return join(folder, 'yellow_tripdata_2024-01.parquet');
}

const urisOf = (copies: Copies): string[] =>
  Array.from({ length: copies.files }, (_, index) => `gs://${bucket}/${nameOfCopy(copies, index)}`);

async function put(name: string, bytes: Buffer): Promise<void> {
  const url = `http://127.0.0.1:${port}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
  const answer = await fetch(url, { method: 'POST', body: new Uint8Array(bytes) });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  await answer.arrayBuffer();
}

const real: Copies = { folder: 'real', files: 200, path: await makeFile(50_000) };
const simulated: Copies = { folder: 'simulated', files: 10_000, path: await makeFile(2_000) };
const content = await readFile(real.path);
for (let index = 0; index < real.files; index += 1) await put(nameOfCopy(real, index), content);
const far = await startFarBucket(port, simulated);
process.env.STORAGE_EMULATOR_HOST = far.url;

console.log('200 files, the reading and grouping alone');
const { readSchemaGroups } = await import('../apps/plan/schema-groups.ts');
for (let run = 0; run < 6; run += 1) {
  const started = performance.now();
  const cpu = process.cpuUsage();
  await readSchemaGroups(yellow, urisOf(real));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { requests, bytes } = await far.takeTraffic();
  console.log(
    `  ${run === 0 ? 'first ' : ''}${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s CPU, ${(requests / 200).toFixed(2)} requests and ${(bytes / 200 / 1024).toFixed(1)} KiB a file`,
  );
}

const measure = join(import.meta.dirname, 'measure.py');
const main = join(import.meta.dirname, '..', 'apps', 'schema-groups', 'main.ts');
for (const copies of [real, simulated]) {
  const { files, folder } = copies;
  const title = `${files} files (${folder})`;
  const entries = urisOf(copies).map((uri) => ({ uri, name: uri, bytes: 0, state: 'copied', source: uri, sourceVersion: '1' }));
  const at = (name: string) => `gs://${bucket}/runs/${files}/${name}`;
  await put(`runs/${files}/files.json`, Buffer.from(JSON.stringify({ version: 2, files: entries, failed: [] })));
  const flags = ['--category', 'yellow', '--manifest', at('files.json'), '--groups', at('groups.json'), '--docs', at('docs/')];
  for (const run of ['first run', 'from the cache', 'from the cache']) {
    await far.takeTraffic();
    const command = [measure, process.execPath, main, ...flags, '--cache', at('footers.jsonl')];
    const { wall, cpu, peakMb } = JSON.parse(
      execFileSync('python3', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
    ) as Figures;
    const { requests, bytes } = await far.takeTraffic();
    console.log(
      `${title}, the whole step, ${run}: ${wall.toFixed(2)} s, ${cpu.toFixed(2)} s CPU, ${Math.round(peakMb)} MB, ${requests} requests, ${(bytes / files / 1024).toFixed(1)} KiB a file read`,
    );
  }
}
far.stop();
await gcs.stop();
process.exit();
