// Runs a graph: whatever has its condition met runs at once; a failure stops what needs it, and nothing else.
import type { Depends, Ending } from '../depends.ts';

export interface Node {
  readonly name: string;
  readonly depends: Depends;
}

/**
 * Calls `start` for each node whose condition holds once all that it names has ended. Returns how each node ended; those that
 * never could start are `Omitted`. Resolves when nothing runs any more.
 */
export async function runGraph<N extends Node>(
  nodes: readonly N[],
  start: (node: N) => Promise<Ending>,
): Promise<ReadonlyMap<string, Ending>> {
  const endings = new Map<string, Ending>();
  const running = new Map<string, Promise<void>>();
  const waiting = new Set(nodes);
  for (;;) {
    let changed = false;
    for (const node of waiting) {
      if (!node.depends.tasks.every((name) => endings.has(name))) continue;
      waiting.delete(node);
      if (node.depends.holds(endings)) {
        const ended = start(node).then((ending) => {
          running.delete(node.name);
          endings.set(node.name, ending);
        });
        running.set(node.name, ended);
      } else {
        endings.set(node.name, 'Omitted');
        changed = true;
      }
    }
    if (changed) continue;
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  for (const { name } of waiting) endings.set(name, 'Omitted');
  return endings;
}
