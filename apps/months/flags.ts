// What the flags may hold.
import { z } from 'zod';
import { monthOf } from '../contract/file-name.ts';

/** `2023-01`, or the first day of the month: `2023-01-01`. */
export const monthOption = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])(?:-01)?$/, { error: 'expected a month such as 2023-01' })
  .transform(monthOf);

export const filenameOption = z
  .string()
  .max(200, { error: 'expected at most 200 characters' })
  .regex(/^[^/\p{Cc}]+$/u, { error: "expected a file's base name" });

export const versionOption = z
  .string()
  .max(200, { error: 'expected at most 200 characters' })
  .regex(/^[\w.:+/=-]+$/, { error: 'expected a version, as transfer gave it' });
