// Which names tables and columns may have: dbt's own tests and its unit tests write them without quotes.

/** Words that BigQuery or DuckDB reserve. https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords */
const reservedWords = new Set(
  `all analyse analyze and any array as asc assert_rows_modified asymmetric at between both by case cast check collate column constraint
  contains create cross cube current default deferrable define desc describe distinct do else end enum escape except exclude exists
  extract false fetch following for foreign from full group grouping groups hash having if ignore in initially inner intersect interval
  into is join lambda lateral leading left like limit lookup merge natural new no not null nulls of offset on only or order outer over
  partition pivot pivot_longer pivot_wider placing preceding primary proto qualify range recursive references respect returning right
  rollup rows select set show some struct summarize symmetric table tablesample then to trailing treat true unbounded union unique unnest
  unpivot using variadic when where window with within`.split(/\s+/),
);

/** Why a column can't be named so; undefined where it can. */
export function findNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is not a plain SQL identifier';
  return reservedWords.has(name.toLowerCase()) ? 'is a word of SQL; choose another name' : undefined;
}
