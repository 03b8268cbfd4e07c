"""The plan's column types as Spark's."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from errors import UsageError
from plan import Sink, planned_again, table_name

types: dict[str, DataType] = {
    "int": LongType(),
    "int32": IntegerType(),
    "double": DoubleType(),
    "boolean": BooleanType(),
    "string": StringType(),
    "timestamp": TimestampNTZType(),
    "instant": TimestampType(),
    "date": DateType(),
    "strings": ArrayType(StringType()),
}


def type_of(name: str) -> DataType:
    """`decimal(10,2)`, or one of `types`."""
    if name.startswith("decimal("):
        precision, scale = name.removeprefix("decimal(").removesuffix(")").split(",")
        return DecimalType(int(precision), int(scale))
    return types[name]


def schema_of(sink: Sink) -> StructType:
    """What a table's query gives."""
    return StructType([StructField(column["name"], type_of(column["type"])) for column in sink["schema"]])


def stored_schema_of(sink: Sink) -> StructType:
    """What a table's files hold: times are instants in UTC, since BigQuery makes partitions of no others."""
    stored = {"timestamp": TimestampType()}
    return StructType([StructField(column["name"], stored.get(column["type"]) or type_of(column["type"])) for column in sink["schema"]])


def as_stored(rows: DataFrame) -> DataFrame:
    """Rows with their wall-clock times as the instants whose clock in UTC shows them; the session's zone is UTC."""
    times = [field.name for field in rows.schema if isinstance(field.dataType, TimestampNTZType)]
    return rows.withColumns({name: f.col(name).cast(TimestampType()) for name in times}) if times else rows


def check_schema(sink: Sink, rows: DataFrame) -> None:
    """Throws UsageError where a query does not give what the plan promises."""
    expected = [(field.name, field.dataType.simpleString()) for field in schema_of(sink)]
    wrong = [f"{name} {kind}" for name, kind in rows.dtypes if (name, kind) not in expected]
    missing = [name for name, _ in expected if name not in rows.columns]
    if wrong or missing:
        raise UsageError(f"{table_name(sink)}: the plan's query gives {wrong or 'too few columns'}, {missing} are missing; {planned_again}")
