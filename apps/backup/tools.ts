// Postgres' own programs: what they write, streamed, and what they read.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TemporaryError } from '../platform/errors.ts';

/** What a program writes to its standard output. Ends with a TemporaryError where the program fails: what was written until then is not all. */
export async function* readTool(name: string, args: readonly string[]): AsyncIterable<Buffer> {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = endOf(child, name);
  // Whoever reads gets the error at the end.
  ended.catch(() => undefined);
  try {
    yield* child.stdout;
    await ended;
  } finally {
    child.kill('SIGTERM');
  }
}

/** All that a program writes, as text. */
export async function textOfTool(name: string, args: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readTool(name, args)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Gives a program bytes on its standard input; it may end before it has read all. Throws TemporaryError where it fails. */
export async function feedTool(name: string, args: readonly string[], bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const child = spawn(name, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = endOf(child, name);
  const fed = pipeline(Readable.from(bytes, { objectMode: false }), child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (!['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.code ?? '')) throw error;
  });
  await Promise.all([ended, fed]);
}

async function endOf(child: ChildProcess, name: string): Promise<void> {
  const [code, signal] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw new TemporaryError(`${name} can't be started: ${error.code}; the image of apps/backup has it`);
  });
  if (code !== 0) throw new TemporaryError(`${name} ended with ${code ?? signal} (see above)`);
}
