// Streams as uploads want them: cut into blocks of one length, or known to be short.

/** All blocks but the last have `size` bytes; an empty stream has no block. Holds one block. */
export async function* inBlocks(chunks: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Buffer> {
  let block = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const taken = Math.min(size - filled, chunk.length - start);
      block.set(chunk.subarray(start, start + taken), filled);
      filled += taken;
      start += taken;
      if (filled < size) continue;
      yield block;
      block = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Reads at least so many bytes, all where there are fewer: then nothing is left. */
export async function takeStart(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ readonly start: readonly Uint8Array[]; readonly rest: AsyncIterable<Uint8Array> | undefined }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const start: Uint8Array[] = [];
  for (let taken = 0; taken < bytes; ) {
    const next = await iterator.next();
    if (next.done) return { start, rest: undefined };
    start.push(next.value);
    taken += next.value.length;
  }
  return { start, rest: { [Symbol.asyncIterator]: () => iterator } };
}
