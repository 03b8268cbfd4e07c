// Finds the name that somebody probably meant.

/** ` (did you mean "x"?)`, or nothing where no candidate is near. */
export function didYouMean(got: string, candidates: readonly string[]): string {
  const near = candidates
    .map((name) => ({ name, distance: countEdits(got.toLowerCase().slice(0, 100), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined ? '' : ` (did you mean "${near.name}"?)`;
}

/** Levenshtein distance: single-character edits between two words. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
