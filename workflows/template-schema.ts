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
/** A variable whose value is a Secret's. The local runner has none: a step sees the variable of whoever runs it. */
const fromSecret = z.strictObject({
  name: z.string(),
  valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }),
});

const argument = z.strictObject({ name: z.string(), value: z.string() });
/** What says where a pod runs and as whom: one machine has one place, so there is nothing to honour. */
const place = z.unknown().optional();
const labels = z.record(z.string(), z.string()).optional();
const synchronization = z.strictObject({ mutexes: z.array(z.strictObject({ name: z.string() })).min(1) }).optional();
const seconds = z.coerce.number().positive().optional();

const task = z
  .strictObject({
    name,
    template: z.string().optional(),
    templateRef: z.strictObject({ name: z.string(), template: z.string() }).optional(),
    dependencies: z.array(z.string()).optional(),
    depends: z.string().optional(),
    when: z.string().optional(),
    withParam: z.string().optional(),
    arguments: z.strictObject({ parameters: z.array(argument) }).optional(),
  })
  .refine((one) => (one.template === undefined) !== (one.templateRef === undefined), 'expected either template or templateRef')
  .refine((one) => one.depends === undefined || one.dependencies === undefined, 'depends and dependencies exclude each other');

const container = z.strictObject({
  image: z.string(),
  command: z.array(z.string()).length(2),
  args: z.array(z.string()).optional(),
  env: z.array(z.union([z.strictObject({ name: z.string(), value: z.string() }), fromSecret])).optional(),
  volumeMounts: z
    .array(
      z.strictObject({ name: z.string(), mountPath: z.string().regex(/^\/[^/]/, 'expected an absolute path'), readOnly: place }),
    )
    .optional(),
  resources: place,
  securityContext: place,
  imagePullPolicy: place,
  terminationMessagePolicy: place,
});

const retryStrategy = z.strictObject({
  limit: z.coerce.number().int().nonnegative(),
  expression: z.literal(retryExpression, `the local runner knows one expression: ${retryExpression}`),
  backoff: z.strictObject({ duration, factor: z.coerce.number().min(1).optional() }).optional(),
});

const output = z.strictObject({
  name: z.string(),
  valueFrom: z.union([z.strictObject({ path: z.string() }), z.strictObject({ parameter: z.string() })]),
});

const template = z
  .strictObject({
    name: z.string(),
    inputs: z
      .strictObject({ parameters: z.array(z.strictObject({ name: z.string(), value: z.string().optional() })) })
      .optional(),
    outputs: z.strictObject({ parameters: z.array(output) }).optional(),
    synchronization,
    parallelism: z.int().positive().optional(),
    dag: z
      .strictObject({
        failFast: z.literal(false, 'the local runner knows graphs that go on after a failure: failFast: false'),
        tasks: z.array(task).min(1),
      })
      .optional(),
    retryStrategy: retryStrategy.optional(),
    activeDeadlineSeconds: seconds,
    metadata: z.strictObject({ labels, annotations: labels }).optional(),
    nodeSelector: place,
    tolerations: place,
    serviceAccountName: place,
    container: container.optional(),
  })
  .refine((one) => (one.dag === undefined) !== (one.container === undefined), 'expected either dag or container');

const parameter = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  value: z.string().optional(),
  enum: z.array(z.string()).optional(),
});

export const workflowTemplate = z.strictObject({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('WorkflowTemplate'),
  metadata: z.strictObject({ name, namespace: place, labels, annotations: labels }),
  spec: z.strictObject({
    entrypoint: z.string(),
    onExit: z.string().optional(),
    arguments: z.strictObject({ parameters: z.array(parameter) }).optional(),
    activeDeadlineSeconds: seconds,
    synchronization,
    /** Labels for whoever searches the archive. */
    workflowMetadata: place,
    podMetadata: place,
    podGC: place,
    ttlStrategy: place,
    volumes: z.array(z.looseObject({ name: z.string() })).optional(),
    templates: z.array(template).min(1),
  }),
});

export type WorkflowTemplate = z.output<typeof workflowTemplate>;
/** By name. */
export type Templates = ReadonlyMap<string, WorkflowTemplate>;
export type Template = WorkflowTemplate['spec']['templates'][number];
export type Task = z.output<typeof task>;
export type Container = z.output<typeof container>;
export type RetryStrategy = z.output<typeof retryStrategy>;
