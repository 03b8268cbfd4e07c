// What --policies may say: which pods of a namespace may reach the API server.
import { z } from 'zod';
import { jsonOption, labels, name, namespace } from './json-option.ts';

const requirement = z.strictObject({
  key: z.string().min(1),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
});

const policy = z.strictObject({
  name,
  namespace,
  /** As podSelector of a NetworkPolicy. */
  pods: z.strictObject({ matchLabels: labels.optional(), matchExpressions: z.array(requirement).optional() }),
});

export type PolicySpec = z.output<typeof policy>;

export const policiesOption = jsonOption(z.array(policy));
