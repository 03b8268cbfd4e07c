// The part of Argo's WorkflowTemplate that the local runner honours. Strict: any other field is an error, never ignored.
import { z } from 'zod';
import { retryExpression } from './expressions.ts';

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'expected lower-case letters, digits and dashes');
const duration = z.union([z.string(), z.number().transform(String)]).transform((written, context) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(written);
  if (!match) {
    context.addIssue(`expected a duration such as 5s or 2m, got "${written}"`);
    return z.NEVER;
  }
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(match[2] ?? 's') as 'ms' | 's' | 'm' | 'h'];
});
const argument = z.strictObject({ name: z.string(), value: z.string() });

const task = z.strictObject({
  name,
  template: z.string(),
  dependencies: z.array(z.string()).optional(),
  depends: z.string().optional(),
  arguments: z.strictObject({ parameters: z.array(argument) }).optional(),
});

const container = z.strictObject({
  image: z.string(),
  command: z.array(z.string()).length(2),
  args: z.array(z.string()).optional(),
  volumeMounts: z
    .array(z.strictObject({ name: z.string(), mountPath: z.string().regex(/^\/[^/]/, 'expected an absolute path') }))
    .optional(),
});

const retryStrategy = z.strictObject({
  limit: z.coerce.number().int().nonnegative(),
  expression: z.literal(retryExpression, `the local runner knows one expression: ${retryExpression}`),
  backoff: z.strictObject({ duration, factor: z.coerce.number().min(1).optional(), maxDuration: duration.optional() }).optional(),
});

const template = z.strictObject({
  name: z.string(),
  dag: z.strictObject({ tasks: z.array(task).min(1) }).optional(),
  inputs: z.strictObject({ parameters: z.array(z.strictObject({ name: z.string(), value: z.string().optional() })) }).optional(),
  outputs: z
    .strictObject({ parameters: z.array(z.strictObject({ name: z.string(), valueFrom: z.strictObject({ path: z.string() }) })) })
    .optional(),
  retryStrategy: retryStrategy.optional(),
  activeDeadlineSeconds: z.coerce.number().positive().optional(),
  container: container.optional(),
});

const parameter = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  value: z.string().optional(),
  enum: z.array(z.string()).optional(),
});

const volume = z.union([
  z.strictObject({ name: z.literal('state'), persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
  z.strictObject({ name: z.literal('tmp'), emptyDir: z.strictObject({}) }),
]);

export const workflowTemplate = z.strictObject({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('WorkflowTemplate'),
  metadata: z.strictObject({
    name,
    annotations: z.strictObject({ 'workflows.argoproj.io/description': z.string().optional() }).optional(),
  }),
  spec: z.strictObject({
    entrypoint: z.string(),
    arguments: z.strictObject({ parameters: z.array(parameter) }).optional(),
    volumes: z.array(volume).optional(),
    templates: z.array(template).min(1),
  }),
});

export type WorkflowTemplate = z.output<typeof workflowTemplate>;
export type Template = WorkflowTemplate['spec']['templates'][number];
export type Task = z.output<typeof task>;
export type Container = z.output<typeof container>;
export type RetryStrategy = z.output<typeof retryStrategy>;
