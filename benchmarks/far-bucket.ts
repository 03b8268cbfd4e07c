// A bucket far away: a process of its own that passes requests on to a server on this machine, 30 ms late, and counts them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request as send } from 'node:http';
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

/** Stands before the server that listens at a port of this machine. */
export async function startFarBucket(port: number): Promise<FarBucket> {
  const child = fork(import.meta.filename, [`${port}`]);
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

async function serve(port: number): Promise<void> {
  let traffic = { requests: 0, bytes: 0 };
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    traffic.requests += 1;
    const { method, url, headers } = request;
    setTimeout(() => {
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

if (process.argv[1] === import.meta.filename) await serve(Number(process.argv[2]));
