// Finds a data set by its category. The list itself is generated from the files of this folder.
import { z } from 'zod';
import type { Dataset } from './dataset.ts';
import { categories } from './generated/categories.ts';

export const allDatasets: readonly Dataset[] = Object.values(categories);

/** What a flag for a category says of itself. */
export const categoryHelp = `the data set: ${Object.keys(categories).join(', ')}`;

/** The data set that `npm start` and `npm run cluster` take where none is named. */
export const shownCategory = 'yellow';

/** A category's name, as flags and parameters carry it, turned into its data set. */
export const categoryOption = z
  .string()
  .refine((name) => Object.hasOwn(categories, name), {
    error: `expected one of ${Object.keys(categories).join(', ')} (npm run synth finds a new file in apps/contract/)`,
  })
  .transform((name) => categories[name] as Dataset);
