// A bucket far away: a process of its own that passes requests on to fake-gcs-server, 30 ms late, and counts them. One folder it answers for
// itself, with as many copies of a file as are wanted: the real server searches its objects one by one, and ten thousand make it slow.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

const milliseconds = 30;

export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

export interface FarBucket {
  readonly url: string;
  /** What went through since the last call. */
  readonly takeTraffic: () => Promise<Traffic>;
  readonly stop: () => void;
}

export interface Copies {
  readonly folder: string;
  readonly files: number;
  /** Of the file on this machine. */
  readonly path: string;
}

/** The names of the copies: months from 1000-01 on. */
export const nameOfCopy = ({ folder }: Copies, index: number): string =>
  `${folder}/yellow_tripdata_${1000 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}.parquet`;

/** Stands before the server that listens at a port of this machine. */
export async function startFarBucket(port: number, copies: Copies): Promise<FarBucket> {
  const child = fork(import.meta.filename, [`${port}`, JSON.stringify(copies)]);
  const ask = async <Answer>(): Promise<Answer> => ((await once(child, 'message')) as [Answer])[0];
  const url = await ask<string>();
  return {
    url,
    takeTraffic: () => {
      child.send('take');
      return ask<Traffic>();
    },
    stop: () => stop(child),
  };
}

const stop = (child: ChildProcess): void => {
  child.kill();
};

async function serve(port: number, copies: Copies): Promise<void> {
  const answerCopy = await createCopies(copies);
  let traffic = { requests: 0, bytes: 0 };
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    traffic.requests += 1;
    const { method, url, headers } = request;
    setTimeout(() => {
      const own = answerCopy(request, response);
      if (own !== undefined) {
        traffic.bytes += own;
        return;
      }
      const passed = send({ agent, host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.on('data', (chunk: Buffer) => {
          traffic.bytes += chunk.length;
        });
        answer.pipe(response);
      });
      request.pipe(passed);
    }, milliseconds);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', () => {
    process.send?.(traffic);
    traffic = { requests: 0, bytes: 0 };
  });
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Answers what asks for the copies, as Cloud Storage does, and returns the bytes of the answer's body. */
async function createCopies(copies: Copies): Promise<(request: IncomingMessage, response: ServerResponse) => number | undefined> {
  const file = await readFile(copies.path);
  const names = Array.from({ length: copies.files }, (_, index) => nameOfCopy(copies, index));
  const known = new Set(names);
  const updated = new Date(0).toISOString();
  const list = (from: number): Buffer => {
    const page = names.slice(from, from + 1_000);
    const items = page.map((name) => ({ name, size: `${file.length}`, generation: '1', updated }));
    const next = from + page.length < names.length ? { nextPageToken: `${from + page.length}` } : {};
    return Buffer.from(JSON.stringify({ kind: 'storage#objects', items, ...next }));
  };
  return ({ url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://far');
    if (pathname.endsWith('/o') && searchParams.get('prefix') === `${copies.folder}/`) {
      const body = list(Number(searchParams.get('pageToken') ?? 0));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
      return body.length;
    }
    if (!known.has(decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1)))) return undefined;
    const last = Number(/^bytes=-(\d+)$/.exec(headers.range ?? '')?.[1] ?? file.length);
    const body = file.subarray(-last);
    response
      .writeHead(206, {
        'content-length': body.length,
        'content-range': `bytes ${file.length - body.length}-${file.length - 1}/${file.length}`,
        'last-modified': new Date(0).toUTCString(),
        'x-goog-generation': '1',
      })
      .end(body);
    return body.length;
  };
}

if (process.argv[1] === import.meta.filename) await serve(Number(process.argv[2]), JSON.parse(process.argv[3] as string));
