// The footers of 200 files in Cloud Storage, 30 ms a request: how long, how many requests and bytes a file.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { yellow } from '../apps/contract/yellow.ts';
import { generateSample } from '../apps/sample/generate.ts';
import { findGcsServer, startGcs } from '../tests/fixtures/gcs-server.ts';

const files = 200;
const milliseconds = 30;
const tool = findGcsServer();
if (tool === undefined) process.exit(1);
const gcs = await startGcs(tool, ['bucket-of-months']);
const folder = join(tmpdir(), 'taxiway-benchmarks', 'footers');
await generateSample({ category: yellow, destination: `${folder}/`, newest: '2024-01', months: 1, rows: 50_000, seed: 1 });
const bytes = await readFile(join(folder, 'yellow_tripdata_2024-01.parquet'));
const months = Array.from(
  { length: files },
  (_, index) => `${2000 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`,
);
for (const month of months)
  await gcs.client.bucket('bucket-of-months').file(`yellow_tripdata_${month}.parquet`).save(bytes, { resumable: false });

let requests = 0;
let sent = 0;
const port = Number(new URL(gcs.client.apiEndpoint).port);
const far = createServer((request, response) => {
  requests += 1;
  setTimeout(() => {
    const { method, url, headers } = request;
    request.pipe(
      send({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.on('data', (chunk: Buffer) => {
          sent += chunk.length;
        });
        answer.pipe(response);
      }),
    );
  }, milliseconds);
}).listen(0, '127.0.0.1');
await once(far, 'listening');
process.env.STORAGE_EMULATOR_HOST = `http://127.0.0.1:${(far.address() as AddressInfo).port}`;
const { readSchemaGroups } = await import('../apps/plan/schema-groups.ts');
const uris = months.map((month) => `gs://bucket-of-months/yellow_tripdata_${month}.parquet`);
for (let run = 0; run < 4; run += 1) {
  [requests, sent] = [0, 0];
  const started = performance.now();
  const cpu = process.cpuUsage();
  await readSchemaGroups(yellow, uris);
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${run === 0 ? 'first ' : ''}${((performance.now() - started) / 1000).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s CPU (proxy included), ${(requests / files).toFixed(2)} requests and ${(sent / files / 1024).toFixed(1)} KiB a file`,
  );
}
far.close();
await gcs.stop();
process.exit();
