// Streams an object's bytes in spite of connections that break, fall silent or send too little.

import type { Readable } from 'node:stream';
import { TemporaryError } from './errors.ts';
import type { ByteRange, StoredObject } from './object-storage.ts';
import { type Patience, pause } from './patience.ts';

/** A body that breaks so often, with less than a mebibyte between, is given up. */
export const patience: Patience = { silenceMilliseconds: 30_000, tries: 4, pauseMilliseconds: 500 };

/** So many bytes between two breaks are progress. */
const progressBytes = 2 ** 20;

export interface Body {
  /** Opens a stream of the bytes from `from` up to, and without, `to`, of one version and no other. */
  readonly open: (range: Required<ByteRange>) => Promise<Readable>;
  /** A client's error as one for the user. */
  readonly explain: (error: unknown) => unknown;
  readonly patience: Patience;
}

/** The bytes of a range. A body that breaks is opened again where it broke. */
export async function* readInTurns(
  { uri, bytes }: StoredObject,
  { from = 0, to = bytes }: ByteRange,
  { open, explain, patience }: Body,
): AsyncIterable<Uint8Array> {
  let position = from;
  let failures = 0;
  let lastFailure = from;
  while (position < to) {
    const start = position;
    try {
      for await (const chunk of await open({ from: position, to })) {
        if (position + chunk.length > to) throw new TemporaryError(`${uri}: its storage sent more bytes than it was asked for`);
        position += chunk.length;
        yield chunk;
      }
      if (position < to) throw new TemporaryError(`${uri}: its storage sent ${position - start} of ${to - start} bytes`);
    } catch (failure) {
      const error = explain(failure);
      if (!(error instanceof TemporaryError)) throw error;
      failures = position - lastFailure >= progressBytes ? 1 : failures + 1;
      lastFailure = position;
      if (failures >= patience.tries) throw error;
      await pause(failures, patience);
    }
  }
}

/** A server that does not know ranges sends all from the beginning. Throws TemporaryError. */
export function checkRange(uri: string, { from, range }: { from: number; range: string | undefined }): void {
  const start = range === undefined ? 0 : Number(/^bytes (\d+)-/.exec(range)?.[1]);
  if (start !== from)
    throw new TemporaryError(`${uri}: its storage sent bytes from ${start} on, it was asked for bytes from ${from} on`);
}

/** All bytes of a stream that is short. */
export async function toBytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
