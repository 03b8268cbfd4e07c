// Runs a graph: whatever has its dependencies done runs at once; after a failure nothing new starts, what runs may finish.

export interface Node {
  readonly name: string;
  readonly dependencies: readonly string[];
}

/**
 * Calls `start` for each node once everything that it depends on succeeded; `start` answers whether the node did.
 * Names in `done` succeeded before. Resolves when nothing runs any more.
 */
export async function runGraph<N extends Node>(
  nodes: readonly N[],
  done: Iterable<string>,
  start: (node: N) => Promise<boolean>,
): Promise<void> {
  const succeeded = new Set(done);
  const running = new Map<string, Promise<void>>();
  const waiting = new Set(nodes.filter(({ name }) => !succeeded.has(name)));
  let failed = false;
  for (;;) {
    for (const node of failed ? [] : waiting) {
      if (!node.dependencies.every((name) => succeeded.has(name))) continue;
      waiting.delete(node);
      const ended = start(node).then((success) => {
        running.delete(node.name);
        if (success) succeeded.add(node.name);
        else failed = true;
      });
      running.set(node.name, ended);
    }
    if (running.size === 0) return;
    await Promise.race(running.values());
  }
}
