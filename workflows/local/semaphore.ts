// At most so many at the same time; the others wait in the order in which they came.

export type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

/** No limit where `count` is undefined. */
export function createSemaphore(count: number | undefined): Semaphore {
  if (count === undefined) return (work) => work();
  const queue: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  };
}
