// Many things that wait, a bounded number at a time.

/** The results in the order of the items; at most `most` run at the same time. Rejects with the first error, once those that run have ended. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  most: number,
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await run(items[index] as Item);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}
