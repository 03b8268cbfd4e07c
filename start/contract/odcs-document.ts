// The parts of an ODCS document (3.0 and 3.1) that a data set can hold. What is not named here is passed over.
import { z } from 'zod';
import type { Predicate } from '../../apps/contract/predicate.ts';

const customProperties = z.array(z.looseObject({ property: z.string(), value: z.unknown().optional() })).optional();

const text = z.string();
const bounds = z.object({ atLeast: z.number(), below: z.number().optional(), atMost: z.number().optional() });

/** A rule of ours in a document. */
export const predicateSchema: z.ZodType<Predicate> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.enum(['present', 'before-as-of', 'in-month']), column: text }),
    z.strictObject({ op: z.literal('one-of'), column: text, values: z.array(z.union([z.number(), text, z.boolean()])) }),
    z.strictObject({ op: z.literal('between'), column: text, ...bounds.shape }),
    z.strictObject({ op: z.literal('matches'), column: text, pattern: text }),
    z.strictObject({ op: z.enum(['before', 'not-after']), column: text, other: text }),
    z.strictObject({
      ...{ op: z.literal('lasts'), column: text, other: text },
      ...{ atLeast: text.optional(), below: text.optional() },
    }),
    z.strictObject({ op: z.literal('if-present'), column: text, holds: predicateSchema }),
    z.strictObject({ op: z.literal('not'), holds: predicateSchema }),
    z.strictObject({ op: z.enum(['all', 'any']), predicates: z.array(predicateSchema) }),
  ]),
) as z.ZodType<Predicate>;

const quality = z.looseObject({
  type: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  severity: z.string().optional(),
  engine: z.string().optional(),
  implementation: z.unknown().optional(),
  metric: z.string().optional(),
  /** The same before 3.1. */
  rule: z.string().optional(),
  arguments: z.looseObject({ validValues: z.array(z.union([z.number(), z.string()])).optional() }).optional(),
  mustBe: z.unknown().optional(),
  mustBeLessOrEqualTo: z.number().optional(),
  mustBeGreaterOrEqualTo: z.number().optional(),
  mustBeBetween: z.array(z.number()).optional(),
});
export type OdcsQuality = z.output<typeof quality>;

const property = z.looseObject({
  name: z.string(),
  physicalName: z.string().optional(),
  logicalType: z.string().optional(),
  physicalType: z.string().optional(),
  logicalTypeOptions: z.looseObject({}).optional(),
  description: z.string().optional(),
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  classification: z.string().optional(),
  primaryKey: z.boolean().optional(),
  primaryKeyPosition: z.number().optional(),
  partitioned: z.boolean().optional(),
  quality: z.array(quality).optional(),
  customProperties,
});
export type OdcsProperty = z.output<typeof property>;

const table = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  properties: z.array(property).default([]),
  quality: z.array(quality).optional(),
  customProperties,
});
export type OdcsTable = z.output<typeof table>;

const member = z.looseObject({ username: z.string().optional(), name: z.string().optional(), role: z.string().optional() });
export const odcsDocument = z.looseObject({
  apiVersion: z.string().regex(/^v3\./, 'expected version 3 of the standard, as v3.1.0'),
  kind: z.literal('DataContract'),
  version: z.union([z.string(), z.number()]).optional(),
  name: z.string().optional(),
  description: z.looseObject({ purpose: z.string().optional(), usage: z.string().optional() }).optional(),
  schema: z.array(table).min(1, 'expected one table at least'),
  /** A list of members before 3.1. */
  team: z
    .union([z.array(member), z.looseObject({ name: z.string().optional(), members: z.array(member).optional() })])
    .optional(),
  support: z.array(z.looseObject({ url: z.string().optional() })).optional(),
  slaProperties: z
    .array(z.looseObject({ property: z.string(), value: z.unknown().optional(), unit: z.string().optional() }))
    .optional(),
});
export type OdcsDocument = z.output<typeof odcsDocument>;

/** The value of a custom property as that schema has it; undefined where there is none, or another one. */
export function customOf<T>(
  of: { customProperties?: OdcsTable['customProperties'] },
  name: string,
  schema: z.ZodType<T>,
): T | undefined {
  return schema.safeParse(of.customProperties?.find(({ property }) => property === name)?.value).data;
}
