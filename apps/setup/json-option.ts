// Flags that hold JSON: parsed, checked, and refused with the place in it that is wrong.
import { z } from 'zod';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** A namespace: a DNS label. */
export const namespace = z
  .string()
  .max(63)
  .regex(new RegExp(`^${label}$`), { error: 'expected a namespace: a-z, 0-9 and "-"' });

/** The name of an object. */
export const name = z
  .string()
  .max(253)
  .regex(new RegExp(`^${label}(\\.${label})*$`), { error: 'expected a name of Kubernetes: a-z, 0-9, "-" and "."' });

export const labels = z.record(z.string(), z.string());

/** A flag whose text is JSON of a schema. */
export const jsonOption = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((text, context): z.output<Schema> => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `expected JSON: ${(error as Error).message}` });
      return z.NEVER;
    }
    const checked = schema.safeParse(value);
    if (checked.success) return checked.data;
    const [first] = checked.error.issues;
    context.addIssue({ code: 'custom', message: `at ${first?.path.join('.') || 'the top'}: ${first?.message}` });
    return z.NEVER;
  });
