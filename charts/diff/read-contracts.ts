// Contracts as another commit has them.
import { z } from 'zod';
import type { Contract } from '../../apps/contract/derive/contract-json.ts';
import { toNumbers } from '../../apps/contract/version.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { toProblems } from '../../apps/platform/json-file.ts';

export const contractFolder = 'apps/contract/generated/';

/** What is read of a contract without a look whether it is there. */
const contractSchema = z.looseObject({
  category: z.string(),
  version: z.string().refine((version) => toNumbers(version) !== undefined),
  title: z.string(),
  description: z.string(),
  files: z.looseObject({ name: z.string() }),
  columns: z.array(z.looseObject({ name: z.string(), type: z.string(), description: z.string() })),
  time: z.looseObject({ at: z.string(), zone: z.string() }),
  rules: z.array(z.looseObject({ name: z.string(), holds: z.looseObject({ op: z.string() }) })),
  expectations: z.array(z.looseObject({ type: z.string() })).optional(),
  gates: z.array(z.looseObject({ name: z.string() })).optional(),
});

/** Checks the text of a generated contract. Throws UsageError where another version of Taxiway has written another shape. */
export function readContract(path: string, text: string): Contract {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path}: no JSON; compare with a commit in which npm run synth has written it`);
  }
  const checked = contractSchema.safeParse(value);
  if (!checked.success)
    throw new UsageError(
      `${path}: no contract that this release can read: ${toProblems(checked.error)}; compare with a later commit`,
    );
  return checked.data as unknown as Contract;
}
