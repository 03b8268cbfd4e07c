// JSON that another step or a user has written: read and checked, or refused in one line.
import type { z } from 'zod';
import { UsageError } from './errors.ts';
import { readObject } from './objects.ts';
import { toLine } from './one-line.ts';

export interface JsonFile<Schema extends z.ZodType> {
  /** A path or URI. */
  readonly uri: string;
  readonly schema: Schema;
  /** Such as "a list of schema groups". */
  readonly what: string;
  /** How the user gets a good one. */
  readonly next: string;
}

/** The checked content of a JSON file. Throws UsageError where there is none, or it is no JSON or of another shape. */
export async function readJsonFile<Schema extends z.ZodType>({
  uri,
  schema,
  what,
  next,
}: JsonFile<Schema>): Promise<z.output<Schema>> {
  const refuse = (why: string) => new UsageError(`${toLine(uri)}: ${why}; ${next}`);
  const text = await readObject(uri);
  if (text === undefined) throw refuse(`no such file, expected ${what}`);
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw refuse(`expected ${what}, got text that is not JSON (${toLine((error as Error).message)})`);
  }
  const checked = schema.safeParse(json);
  if (!checked.success) throw refuse(`expected ${what}: ${toProblems(checked.error)}`);
  return checked.data;
}

/** What is wrong with a value, in one line: the first three problems and where they are. */
export function toProblems({ issues }: z.ZodError): string {
  const problems = issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${message}`);
  return toLine([...problems, ...(issues.length > 3 ? [`and ${issues.length - 3} more`] : [])].join('; '));
}
