"""Tables filled from one scan of the files: queries that only select among the source's rows share it, others have one each."""

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

from plan import Plan, Sink, files_for
from schema import check_schema
from session import to_hadoop

# Columns of a scan beside those of its tables.
table_column = "of_table"
month_column = "month"


@dataclass(frozen=True)
class Scan:
    """`rows`: those of all its tables, each with its table's name and month. `tables`: the rows of each table alone, by name."""

    rows: DataFrame
    tables: dict[str, DataFrame]


@dataclass(frozen=True)
class Selection:
    """A query that takes some of the source's rows: a column an expression, by name, and the condition."""

    columns: dict[str, Any]
    condition: Column


def scans_of(session: SparkSession, plan: Plan, sinks: dict[str, Sink]) -> list[Scan]:
    """As few scans as fill the tables. Their order is that of the tables."""
    scans: list[Scan] = []
    waiting = dict(sinks)
    while waiting:
        uris = {file["uri"] for file in files_for(plan, next(iter(waiting.values())))}
        alike = {name: sink for name, sink in waiting.items() if {file["uri"] for file in files_for(plan, sink)} == uris}
        waiting = {name: sink for name, sink in waiting.items() if name not in alike}
        scans += scans_of_source(session, read_source(session, plan, uris), alike)
    return scans


def read_source(session: SparkSession, plan: Plan, uris: set[str]) -> DataFrame:
    """The rows of these files as the relation `source`: each group of files in one scan, joined by name."""
    parts: list[DataFrame] = []
    for source in plan["sources"]:
        paths = [to_hadoop(file["uri"]) for file in source["files"] if file["uri"] in uris]
        if not paths:
            continue
        files = session.read.schema(source["readSchema"]).parquet(*paths)
        files.withColumn("scanned_file", f.col("_metadata.file_name")).createOrReplaceTempView(source["relation"])
        parts.append(session.sql(source["query"]))
    reduce(DataFrame.unionByName, parts).createOrReplaceTempView("source")
    return session.table("source")


def scans_of_source(session: SparkSession, source: DataFrame, sinks: dict[str, Sink]) -> list[Scan]:
    """The scans for tables that take the same files."""
    tables = {name: session.sql(sink["query"]) for name, sink in sinks.items()}
    for name, sink in sinks.items():
        check_schema(sink, tables[name])
    selections = {name: found for name, rows in tables.items() if (found := selection_of(session, rows))}
    shared = select_together(source, {name: sinks[name] for name in selections}, selections) if len(selections) > 1 else None
    alone = [name for name in sinks if shared is None or name not in selections]
    return [
        *([] if shared is None else [Scan(shared, {name: tables[name] for name in selections})]),
        *[Scan(with_table(tables[name], sinks[name], name), {name: tables[name]}) for name in alone],
    ]


def with_table(rows: DataFrame, sink: Sink, name: str) -> DataFrame:
    """One table's rows, with its name and their months."""
    return rows.withColumns({table_column: f.lit(name), month_column: row_month(sink)})


def row_month(sink: Sink) -> Column:
    """The month of a row: its partition."""
    return f.trunc(f.col(sink["partitionField"]), "MM")


def selection_of(session: SparkSession, rows: DataFrame) -> Selection | None:
    """What a query of the form `SELECT … FROM source WHERE …` selects, as Spark has understood it; None for any other query."""
    jvm: Any = session._jvm
    query: Any = rows._jdf.queryExecution().analyzed()
    if query.nodeName() != "Project" or query.child().nodeName() != "Filter" or query.child().child().nodeName() != "SubqueryAlias":
        return None
    columns = [query.projectList().apply(at) for at in range(query.projectList().size())]
    condition = Column(jvm.org.apache.spark.sql.Column(query.child().condition()))
    return Selection({column.name(): column for column in columns}, condition)


def select_together(source: DataFrame, sinks: dict[str, Sink], selections: dict[str, Selection]) -> DataFrame | None:
    """The rows of several tables; columns that a row's table lacks are null. None where tables have a column in common that differs.

    A row that no table takes, or more than one, is of no table: the counts then miss it, and the run ends before any table changes.
    """
    jvm: Any = source.sparkSession._jvm
    columns: dict[str, Any] = {}
    for selection in selections.values():
        for name, column in selection.columns.items():
            if not columns.setdefault(name, column).semanticEquals(column):
                return None
    takers = {name: selection.condition for name, selection in selections.items()}
    taken_once = reduce(add, [f.when(takes, 1).otherwise(0) for takes in takers.values()]) == 1
    values: list[Column] = []
    for name, expression in columns.items():
        value = Column(jvm.org.apache.spark.sql.Column(expression))
        having = [takers[table] for table, selection in selections.items() if name in selection.columns]
        values.append(value if len(having) == len(takers) else first_of([(takes, value) for takes in having]).alias(name))
    table = f.when(taken_once, first_of([(takes, f.lit(name)) for name, takes in takers.items()])).alias(table_column)
    months = [(f.col(table_column) == name, row_month(sink)) for name, sink in sinks.items()]
    return source.select(*values, table).withColumn(month_column, first_of(months))


def first_of(choices: list[tuple[Column, Column]]) -> Column:
    """The value of the first condition that holds, else null."""
    chosen = f.when(*choices[0])
    for condition, value in choices[1:]:
        chosen = chosen.when(condition, value)
    return chosen
