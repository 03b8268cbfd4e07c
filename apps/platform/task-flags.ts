// Programs with several tasks: which flags a task needs, and which it may take.
import { UsageError } from './errors.ts';

/** The flags of a task. Throws one UsageError with all that lack and all that the task does not read. */
export function takeFlags<Flags extends object, Needed extends keyof Flags, Allowed extends keyof Flags = never>(
  task: string,
  flags: Flags,
  needed: readonly Needed[],
  allowed: readonly Allowed[] = [],
): { [Key in Needed]-?: NonNullable<Flags[Key]> } & Pick<Flags, Allowed> {
  const known: readonly (keyof Flags)[] = [...needed, ...allowed];
  const lacking = needed.filter((key) => flags[key] === undefined).map((key) => `${toFlag(key)} is missing`);
  const foreign = Object.keys(flags)
    .filter((key) => flags[key as keyof Flags] !== undefined && !known.includes(key as keyof Flags))
    .map((key) => `${toFlag(key)} is of another task`);
  const problems = [...lacking, ...foreign];
  if (problems.length > 0) throw new UsageError(`--task ${task}: ${problems.join('; ')} (--help lists the options)`);
  return flags as { [Key in Needed]-?: NonNullable<Flags[Key]> } & Pick<Flags, Allowed>;
}

const toFlag = (key: PropertyKey) => `--${String(key).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
