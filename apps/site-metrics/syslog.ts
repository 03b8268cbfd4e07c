// nginx's log over UDP: lost lines cost a count, and never hold a request up.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { UsageError } from '../platform/errors.ts';

/** Calls `take` with the text of each datagram; returns what ends it. Throws UsageError where the port is taken. */
export async function receiveLines(port: number, take: (line: string) => void): Promise<() => void> {
  const socket = createSocket('udp4', (bytes) => take(bytes.toString('utf8')));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`can't listen on 127.0.0.1:${port} (UDP): ${error.code}; choose another --syslog`);
  });
  return () => socket.close();
}
