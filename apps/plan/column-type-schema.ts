// The type of a column in the JSON that steps hand on: `int`, `decimal(10,2)`.
import { z } from 'zod';
import { type DecimalName, findTypeProblem, logicalTypes } from '../contract/column-type.ts';

const isRight = (type: unknown): type is DecimalName => typeof type === 'string' && findTypeProblem(type) === undefined;
const decimalSchema = z.templateLiteral(['decimal(', z.number(), ',', z.number(), ')']).refine(isRight);

/** As a definition has it. */
export const columnTypeSchema = z.enum(logicalTypes).exclude(['decimal']).or(decimalSchema);
/** As a table has it. */
export const tableTypeSchema = z
  .enum([...logicalTypes, 'strings'])
  .exclude(['decimal', 'duration'])
  .or(decimalSchema);
