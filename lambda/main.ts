// The AWS Lambda function: starts a workflow for each month's file that lands in the source bucket.
import { categories } from '../apps/contract/generated/categories.ts';
import { type BatchResponse, handle } from './handle.ts';
import { readSettings } from './settings.ts';

interface Context {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

const settings = readSettings(process.env);
const datasets = Object.values(categories);

export const handler = (event: unknown, context: Context): Promise<BatchResponse> =>
  handle(event, {
    settings,
    datasets,
    remaining: () => context.getRemainingTimeInMillis(),
    request: context.awsRequestId,
  });
