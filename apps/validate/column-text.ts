// Expectations on each text of one column: lengths, patterns, formats.
import { z } from 'zod';
import { quoteText } from '../platform/duckdb.ts';
import { asText, countBreaking, findColumn, numberInRange } from './column-sql.ts';
import { column, define, type ExpectationType, listText, mostly, mostlyText, range, rangeText } from './expectation-type.ts';

const matchesRegex = (text: string, pattern: string) => `regexp_matches(${text}, ${quoteText(pattern)})`;
const matchesLike = (text: string, pattern: string) => `${text} LIKE ${quoteText(pattern)}`;
const parses = (text: string, format: string) => `try_strptime(${text}, ${quoteText(format)}) IS NOT NULL`;
type Match = (text: string, pattern: string) => string;

function onPattern<Name extends string>(
  name: Name,
  { match, says, not = false }: { match: Match; says: string; not?: boolean },
): ExpectationType {
  const shape = { ...column, [name]: z.string(), ...mostly } as typeof column & Record<Name, z.ZodString> & typeof mostly;
  type Kwargs = { column: string; mostly?: number } & Record<Name, string>;
  return define(shape, {
    sentence: (given) => {
      const kwargs = given as unknown as Kwargs;
      return `${kwargs.column} ${not ? 'does not match' : 'matches'} the ${says} ${kwargs[name]}${mostlyText(kwargs.mostly)}`;
    },
    probes: (given) => [`SELECT ${match("''", (given as unknown as Kwargs)[name])}`],
    compile: (given, file) => {
      const kwargs = given as unknown as Kwargs;
      const found = findColumn(file, kwargs.column);
      const condition = match(asText(found), kwargs[name]);
      return countBreaking(found, not ? `NOT (${condition})` : condition, kwargs.mostly);
    },
  });
}

function onPatterns<Name extends string>(
  name: Name,
  { match, says, not = false }: { match: Match; says: string; not?: boolean },
): ExpectationType {
  type Kwargs = { column: string; mostly?: number; match_on?: 'any' | 'all' | null } & Record<Name, string[]>;
  const matchOn = not ? {} : { match_on: z.enum(['any', 'all']).nullish() };
  return define(
    { ...column, [name]: z.array(z.string()).min(1), ...matchOn, ...mostly },
    {
      sentence: (given) => {
        const kwargs = given as unknown as Kwargs;
        const which = not ? 'does not match any' : `matches ${kwargs.match_on === 'all' ? 'all' : 'any'}`;
        return `${kwargs.column} ${which} of the ${says}s ${listText(kwargs[name])}${mostlyText(kwargs.mostly)}`;
      },
      probes: (given) => (given as unknown as Kwargs)[name].map((pattern) => `SELECT ${match("''", pattern)}`),
      compile: (given, file) => {
        const kwargs = given as unknown as Kwargs;
        const found = findColumn(file, kwargs.column);
        const all = kwargs[name].map((pattern) => `(${match(asText(found), pattern)})`);
        const condition = all.join(kwargs.match_on === 'all' ? ' AND ' : ' OR ');
        return countBreaking(found, not ? `NOT (${condition})` : condition, kwargs.mostly);
      },
    },
  );
}

const regex = { match: matchesRegex, says: 'pattern' };
const like = { match: matchesLike, says: 'LIKE pattern' };

export const columnText: Readonly<Record<string, ExpectationType>> = {
  expect_column_value_lengths_to_be_between: define(
    { ...column, ...range, ...mostly },
    {
      sentence: (kwargs) => `the length of ${kwargs.column} is ${rangeText(kwargs)}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        return countBreaking(found, numberInRange(`length(${asText(found)})`, kwargs), kwargs.mostly);
      },
    },
  ),
  expect_column_value_lengths_to_equal: define(
    { ...column, value: z.int().min(0), ...mostly },
    {
      sentence: (kwargs) => `the length of ${kwargs.column} is ${kwargs.value}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        return countBreaking(found, `length(${asText(found)}) = ${kwargs.value}`, kwargs.mostly);
      },
    },
  ),
  expect_column_values_to_match_regex: onPattern('regex', regex),
  expect_column_values_to_not_match_regex: onPattern('regex', { ...regex, not: true }),
  expect_column_values_to_match_like_pattern: onPattern('like_pattern', like),
  expect_column_values_to_not_match_like_pattern: onPattern('like_pattern', { ...like, not: true }),
  expect_column_values_to_match_strftime_format: onPattern('strftime_format', { match: parses, says: 'date format' }),
  expect_column_values_to_match_regex_list: onPatterns('regex_list', regex),
  expect_column_values_to_not_match_regex_list: onPatterns('regex_list', { ...regex, not: true }),
  expect_column_values_to_match_like_pattern_list: onPatterns('like_pattern_list', like),
  expect_column_values_to_not_match_like_pattern_list: onPatterns('like_pattern_list', { ...like, not: true }),
};
