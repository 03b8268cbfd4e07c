// A draft as the data set that its text defines, checked as every definition is.
import { ContractError } from '../../apps/contract/contract-error.ts';
import type { Dataset } from '../../apps/contract/dataset.ts';
import { defineDataset } from '../../apps/contract/define-dataset.ts';
import { OutcomeError } from '../../apps/platform/errors.ts';
import type { Draft } from './draft.ts';

/** Throws OutcomeError with every problem where the draft contradicts itself, as a document of others may. */
export function toDataset(draft: Draft): Dataset {
  const { notes: _, key, time, expectations, ...rest } = draft;
  const without = <T extends object>(value: T): T =>
    Object.fromEntries(Object.entries(value).filter(([name, one]) => name !== 'note' && one !== undefined)) as T;
  const dataset = {
    ...without(rest),
    columns: draft.columns.map(without),
    time: without(time),
    ...(key && { key: key.columns }),
    rules: draft.rules.map(without),
    ...(expectations.length > 0 && { expectations }),
  };
  try {
    return defineDataset(dataset as Dataset);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new OutcomeError(`what was read makes no data set: ${error.problems.join('; ')}`);
  }
}
