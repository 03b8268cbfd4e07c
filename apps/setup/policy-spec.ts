// What --policies may say: which pods of a namespace may reach the API server, or be reached by it.
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
  /** `egress`: they reach it. `ingress`: it reaches them, at these ports. */
  direction: z.enum(['egress', 'ingress']).default('egress'),
  ports: z.array(z.int().min(1).max(65_535)).optional(),
});

export type PolicySpec = z.output<typeof policy>;

/** Its own address is where its calls come from. */
const hasPorts = ({ direction, ports }: PolicySpec) => (direction === 'ingress') === (ports !== undefined && ports.length > 0);

export const policiesOption = jsonOption(
  z.array(policy.refine(hasPorts, { error: 'expected ports with direction "ingress", and none with "egress"' })),
);
