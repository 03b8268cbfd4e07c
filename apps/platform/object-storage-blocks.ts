// Cuts a stream into blocks of one length, as uploads in parts want them.

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
