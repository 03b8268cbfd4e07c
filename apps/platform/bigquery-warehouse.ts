// Where BigQuery's tables are: `bigquery://project/prefix`; the prefix stands before the name of each dataset.
import { z } from 'zod';

export interface Warehouse {
  readonly project: string;
  /** Empty, or ends with an underscore. */
  readonly datasetPrefix: string;
}

const uri = /^bigquery:\/\/([a-z][a-z0-9-]{4,28}[a-z0-9])\/?((?:[a-z][a-z0-9_]*_)?)$/;

/** The flag `--warehouse`. */
export const warehouseOption = z
  .string()
  .regex(uri, { error: 'expected bigquery://project/ or bigquery://project/prefix_, with a project id of 6 to 30 characters' })
  .transform((text): Warehouse => {
    const [, project = '', datasetPrefix = ''] = uri.exec(text) ?? [];
    return { project, datasetPrefix };
  });

/** The flag `--location`. */
export const locationOption = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{1,30}$/, { error: "expected BigQuery's location, such as europe-west1 or EU" });

/** The flag `--run`: the run that jobs are labelled with. */
export const runOption = z.string().regex(/^[\w.-]{1,200}$/, { error: 'expected letters, digits, ".", "_" and "-"' });

/** A label's value as BigQuery takes it: at most 63 lower-case letters, digits, `_` and `-`. */
export const toLabelValue = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
