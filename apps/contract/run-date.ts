// The flag `--run-date`: a month by its first day, as the steps of a run hand it on.
import { z } from 'zod';

export const runDateOption = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])-01$/, { error: 'expected the first day of a month, such as 2023-01-01' });
