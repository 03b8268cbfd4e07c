// Compares what the lambda handed over with what was expected; the workflow lambda-integration-test runs it.
import { z } from 'zod';
import { runProgram } from '../platform/program.ts';
import { compareHandover } from './compare.ts';

const handedOver = z.string().describe('as handed over');
const expected = z.string().describe('as it should be');

await runProgram({
  name: 'handover',
  description: 'Compares the four parameters of a batch with expected values, and says which differs.',
  options: {
    category: handedOver,
    uri: handedOver,
    filename: handedOver,
    runDate: handedOver,
    expectedCategory: expected,
    expectedUri: expected,
    expectedFilename: expected,
    expectedRunDate: expected,
  },
  run: async (options) => compareHandover(options),
});
