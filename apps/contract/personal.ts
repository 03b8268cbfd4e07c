// Personal data: what a mark on a column does to the tables, and whether its values may be shown. Every page, report, log and message asks here.
import { toPlainName } from './column-names.ts';
import type { Column, Dataset } from './dataset.ts';
import type { Personal } from './personal-kind.ts';

/** What stands where a value would. */
export const notShown = 'personal: not shown';

type Columns = Pick<Dataset, 'columns'>;

/** Whether any column is personal. */
export const hasPersonal = ({ columns }: Columns): boolean => columns.some(({ personal }) => personal !== undefined);

/** All names that a column has in files, as `toPlainName` gives them. */
const namesOf = ({ name, aliases = [] }: Column): string[] => [name, ...aliases].map(toPlainName);

const findByFileName = ({ columns }: Columns, name: string): Column | undefined =>
  columns.find((column) => namesOf(column).includes(toPlainName(name)));

/**
 * Whether values of a file's column may be shown. What the contract does not know may be a personal column by a new name: it is shown only where
 * the data set has no personal column.
 */
export function mayShow(dataset: Columns, name: string): boolean {
  const column = findByFileName(dataset, name);
  return column === undefined ? !hasPersonal(dataset) : column.personal === undefined;
}

/** Whether a name in a file's header may be shown: without a header, the first row stands in its place. */
export const mayShowName = (dataset: Columns, name: string): boolean =>
  findByFileName(dataset, name) !== undefined || !hasPersonal(dataset);

/** How the contract treats a file's column; undefined for what is not personal, or not known. */
export const personalOf = (dataset: Columns, name: string): Personal | undefined => findByFileName(dataset, name)?.personal;

/** All plain names of the columns that nobody reads, in the contract's order. */
export const droppedNames = ({ columns }: Columns): string[] =>
  columns.filter(({ personal }) => personal === 'drop').flatMap(namesOf);

/** Expectations that say the same of hashes as of the values. */
export const holdOfHashes: readonly string[] = [
  'expect_column_values_to_not_be_null',
  'expect_column_values_to_be_null',
  'expect_column_values_to_be_unique',
  'expect_compound_columns_to_be_unique',
  'expect_column_unique_value_count_to_be_between',
  'expect_column_proportion_of_unique_values_to_be_between',
  'expect_column_proportion_of_non_null_values_to_be_between',
];
