"""Rows of tables by month, and how often each reason is given."""

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from plan import Sink
from scans import month_column, table_column

Counts = dict[str, dict[str, Any]]


def count_rows(sinks: dict[str, Sink], rows: DataFrame) -> dict[str, Counts]:
    """Counts the rows of a scan, whose tables these are, in one pass."""
    reasons = next((f.col(sink["reasonsField"]) for sink in sinks.values() if "reasonsField" in sink), f.lit(None))
    counted: dict[str, Counts] = {name: {} for name in sinks}
    # Rows have few different lists of reasons.
    for row in rows.groupBy(table_column, month_column, reasons.alias("reasons")).count().collect():
        if row[table_column] is not None:
            add_rows(counted[row[table_column]], str(row[month_column]), row["count"], row["reasons"] or [])
    return counted


def add_rows(counts: Counts, month: str, rows: int, reasons: list[str]) -> None:
    """Adds rows of a month that all have these reasons."""
    entry = counts.setdefault(month, {"rows": 0, "reasons": {}})
    entry["rows"] += rows
    for reason in reasons:
        entry["reasons"][reason] = entry["reasons"].get(reason, 0) + rows
