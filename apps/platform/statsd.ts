// Counts and gauges to whoever takes StatsD: one datagram, never waited for long, never a reason to fail.
import { createSocket } from 'node:dgram';
import { log } from './log.ts';

export interface Sample {
  /** Dots separate what becomes labels; other characters than letters, digits, `_` and `-` become `_` there. */
  readonly name: readonly string[];
  readonly value: number;
  readonly type: 'counter' | 'gauge';
}

/** Sends samples to `address`, `host:port`; sends nothing where it is undefined. What can't be sent is said in the log. */
export async function sendSamples(samples: readonly Sample[], address: string | undefined): Promise<void> {
  if (address === undefined || samples.length === 0) return;
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(address) ?? [];
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.send(samples.map(toLine).join('\n'), Number(port), host, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    log('metrics not sent', { to: address, why: (error as Error).message });
  } finally {
    socket.close();
  }
}

const toLine = ({ name, value, type }: Sample): string =>
  `${name.map((part) => part.replace(/[^\w-]/g, '_')).join('.')}:${value}|${type === 'counter' ? 'c' : 'g'}`;
