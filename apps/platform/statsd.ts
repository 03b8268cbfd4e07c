// Counts and gauges to whoever takes StatsD: one datagram, never waited for long, never a reason to fail.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { log } from './log.ts';

export interface Sample {
  /** Dots separate what becomes labels; other characters than letters, digits, `_` and `-` become `_` there. */
  readonly name: readonly string[];
  readonly value: number;
  readonly type: 'counter' | 'gauge';
}

/** Sends samples to `address`, `host:port` or `[IPv6]:port`; sends nothing where it is undefined. Logs the samples that could not be sent. */
export async function sendSamples(samples: readonly Sample[], address: string | undefined): Promise<void> {
  if (address === undefined || samples.length === 0) return;
  try {
    await send(samples.map(toLine).join('\n'), address);
  } catch (error) {
    log('metrics not sent', { to: address, why: (error as Error).message });
  }
}

async function send(text: string, address: string): Promise<void> {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error('expected host:port, or [IPv6]:port');
  const { address: ip, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.send(text, Number(port), ip, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}

const toLine = ({ name, value, type }: Sample): string =>
  `${name.map((part) => part.replace(/[^\w-]/g, '_')).join('.')}:${value}|${type === 'counter' ? 'c' : 'g'}`;
