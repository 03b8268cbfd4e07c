// What the flags may hold: names that Kubernetes takes, JSON of a bounded size.
import { z } from 'zod';

const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
/** Linux takes 128 KiB an argument; a job that needs this much belongs into a file. */
const longest = 32_768;

export const label = z
  .string()
  .max(63, { error: 'expected at most 63 characters' })
  .regex(new RegExp(`^${labelPattern}$`), { error: 'expected a DNS label: a-z, 0-9 and "-"' });

/** The operator names pods and Services `<name>-driver` and `<name>-ui-svc`, which must be DNS labels too. */
export const name = z
  .string()
  .max(56, { error: 'expected at most 56 characters' })
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, { error: 'expected a DNS label that begins with a letter: a-z, 0-9 and "-"' });

/** Also the value of a label. */
export const workflowName = z
  .string()
  .max(63, { error: 'expected at most 63 characters' })
  .regex(new RegExp(`^${labelPattern}(\\.${labelPattern})*$`), { error: 'expected a name of Kubernetes: a-z, 0-9, "-" and "."' });

export const championVersion = z
  .string()
  .max(63, { error: 'expected at most 63 characters' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'expected a version: letters, digits, ".", "_" and "-"' });

export const uid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { error: 'expected the uid of an object' });

const json = z
  .string()
  .max(longest, { error: `expected at most ${longest} characters` })
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `expected JSON: ${(error as Error).message}` });
      return z.NEVER;
    }
  });

export const jsonObject = json
  .pipe(z.record(z.string(), z.unknown(), { error: 'expected a JSON object' }))
  .refine((spec) => !Object.hasOwn(spec, 'arguments'), { error: 'expected no "arguments" in it: they have a flag of their own' });

export const jsonList = json.pipe(z.array(z.string(), { error: 'expected a JSON list of texts' }));
