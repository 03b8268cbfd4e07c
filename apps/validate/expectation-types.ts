// Every kind of expectation that this program knows, by Great Expectations' name.
import { columnFigures } from './column-figures.ts';
import { columnPairs } from './column-pairs.ts';
import { columnText } from './column-text.ts';
import { columnTypes } from './column-types.ts';
import { columnValues } from './column-values.ts';
import type { ExpectationType } from './expectation-type.ts';
import { tableExpectations } from './table-expectations.ts';

export const expectationTypes: Readonly<Record<string, ExpectationType>> = {
  ...tableExpectations,
  ...columnValues,
  ...columnTypes,
  ...columnText,
  ...columnFigures,
  ...columnPairs,
};
