// Where the steps of a run meet: locations in the buckets and the flags that several steps share.
import { toPath } from '../apps/platform/uri.ts';
import type { Environment } from './environment.ts';
import { runName, type Text, text } from './expressions.ts';

/** Folder of a category's files, as the transfer step leaves them. */
export const stagedFolder = ({ buckets }: Environment, category: Text): Text => text`${buckets.staging}${category}/`;
/** Folder that the steps of one run exchange files in; `runFile(environment, 'plan.json')`. */
export const runFile = ({ buckets }: Environment, name: string): Text => text`${buckets.staging}runs/${runName}/${name}`;
/** The URI of the warehouse. */
export const warehouseUri = ({ warehouse }: Environment): Text => text`${warehouse}`;

/** The same places as paths: what the Python steps take. */
export const warehousePath = ({ warehouse }: Environment): Text => text`${toPath(warehouse)}`;
export const dbtPath = ({ buckets }: Environment): Text => text`${toPath(buckets.staging)}runs/${runName}/dbt`;
export const trackingPath = ({ tracking }: Environment): Text => text`${toPath(tracking)}`;
export const modelsPath = ({ buckets }: Environment): Text => text`${toPath(buckets.models).replace(/\/$/, '')}`;
