// The type of a column in the JSON that steps hand on: `int`, `decimal(10,2)`.
import { z } from 'zod';
import { type DecimalName, findTypeProblem, logicalTypes } from '../contract/column-type.ts';

const isRight = (type: unknown): type is DecimalName => typeof type === 'string' && findTypeProblem(type) === undefined;

export const columnTypeSchema = z
  .enum(logicalTypes)
  .exclude(['decimal'])
  .or(z.templateLiteral(['decimal(', z.number(), ',', z.number(), ')']).refine(isRight));
