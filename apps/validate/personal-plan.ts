// What an expectation may ask of personal columns, and what its result may hold.

import { holdOfHashes, notShown } from '../contract/personal.ts';
import { columnsOfKwargs } from '../contract/personal-problems.ts';
import { quoteText } from '../platform/duckdb.ts';
import { NotEvaluable, type Plan } from './expectation-type.ts';
import type { FileSchema } from './parquet-file.ts';
import type { SuiteExpectation } from './suite.ts';

/** The plan without values of personal columns: counts are what is left. Throws NotEvaluable where no table holds what it asks for. */
export function withoutPersonalValues({ type, kwargs }: SuiteExpectation, file: FileSchema, plan: Plan): Plan {
  if (plan.kind === 'schema') return plan;
  const names = columnsOfKwargs(kwargs);
  const columns = file.columns.filter(
    ({ name, known }) => names.includes(name) || (known !== undefined && names.includes(known)),
  );
  for (const { name, personal } of columns) {
    if (personal === 'drop')
      throw new NotEvaluable(`column "${name}" is dropped: no table holds its values, so they are not read`);
    if (personal === 'hash' && !holdOfHashes.includes(type))
      throw new NotEvaluable(`column "${name}" is hashed: tables hold no value that could be compared`);
  }
  if (!columns.some(({ isHidden }) => isHidden)) return plan;
  return plan.kind === 'figure'
    ? { ...plan, observed: quoteText(notShown) }
    : { ...plan, samples: '[]', toSample: (value) => value, isHidden: true };
}
