"""Runs a plan: the sources' queries, the sinks' queries over them, the counts, and only then the tables."""

import time
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from bigquery_sink import write_to_bigquery
from errors import OutcomeError
from parquet_sink import ParquetSink
from plan import Plan, Sink, files_of, is_retained, table_name
from schema import check_schema
from session import to_hadoop

Counts = dict[str, dict[str, Any]]


def execute(session: SparkSession, plan: Plan) -> dict[str, Any]:
    """Fills the tables. Returns the step's result. Throws OutcomeError, with nothing changed, where rows would be lost."""
    start = time.monotonic()
    destination = plan["destination"]
    sinks = {name: sink for name, sink in plan["sinks"].items() if files_for(plan, sink)}
    if destination["format"] == "parquet":
        target = ParquetSink(session, destination["folder"])
        try:
            staged = {name: target.stage(sink, rows_of(session, plan, sink)) for name, sink in sinks.items()}
            counts = {name: count(sinks[name], rows) for name, rows in staged.items()}
            result = to_result(plan, counts)
            tables = {name: {"bytes": target.bytes_of(sink), **rows_in(counts[name])} for name, sink in sinks.items()}
            target.swap()
        except Exception:
            target.close()
            raise
    else:
        staged = {name: rows_of(session, plan, sink) for name, sink in sinks.items()}
        counts = {name: count(sinks[name], rows) for name, rows in staged.items()}
        result = to_result(plan, counts)
        for name, sink in sinks.items():
            write_to_bigquery(sink, staged[name], destination)
        tables = {name: rows_in(counts[name]) for name in sinks}
    return {
        **result,
        "tables": {table_name(sinks[name]): table for name, table in tables.items()},
        "application": session.sparkContext.applicationId,
        "seconds": round(time.monotonic() - start, 3),
    }


def files_for(plan: Plan, sink: Sink) -> list[dict[str, Any]]:
    """The files whose rows a table takes."""
    return [file for file in files_of(plan) if not sink["retained"] or is_retained(plan, file)]


def rows_of(session: SparkSession, plan: Plan, sink: Sink) -> DataFrame:
    """The rows for a table: each group of files in one scan, joined by name, through the table's query."""
    wanted = {file["uri"] for file in files_for(plan, sink)}
    parts: list[DataFrame] = []
    for source in plan["sources"]:
        paths = [to_hadoop(file["uri"]) for file in source["files"] if file["uri"] in wanted]
        if not paths:
            continue
        files = session.read.schema(source["readSchema"]).parquet(*paths)
        files.withColumn("scanned_file", f.col("_metadata.file_name")).createOrReplaceTempView(source["relation"])
        parts.append(session.sql(source["query"]))
    union = parts[0]
    for part in parts[1:]:
        union = union.unionByName(part)
    union.createOrReplaceTempView("source")
    rows = session.sql(sink["query"])
    check_schema(sink, rows)
    return rows


def count(sink: Sink, rows: DataFrame) -> Counts:
    """Rows by month of the partition field, and how often each reason is given."""
    month = f.trunc(f.col(sink["partitionField"]), "MM").alias("month")
    counted: Counts = {}
    if "reasonsField" not in sink:
        for row in rows.groupBy(month).count().collect():
            counted[str(row["month"])] = {"rows": row["count"], "reasons": {}}
        return counted
    # A null beside the reasons counts the row itself.
    reason = f.explode(f.array_append(f.col(sink["reasonsField"]), f.lit(None))).alias("reason")
    for row in rows.select(month, reason).groupBy("month", "reason").count().collect():
        entry = counted.setdefault(str(row["month"]), {"rows": 0, "reasons": {}})
        if row["reason"] is None:
            entry["rows"] = row["count"]
        else:
            entry["reasons"][row["reason"]] = row["count"]
    return counted


def rows_in(counts: Counts) -> dict[str, int]:
    """All rows of a table's counts."""
    return {"rows": sum(entry["rows"] for entry in counts.values())}


def to_result(plan: Plan, counts: dict[str, Counts]) -> dict[str, Any]:
    """What became of each file's rows. Throws OutcomeError where a plan's check fails."""
    files = [to_file_result(plan, file, counts) for file in files_of(plan)]
    result = {"mode": plan["mode"], "files": files}
    known = {file["month"] for file in files_of(plan)}
    strange = [
        f"{table_name(plan['sinks'][name])} would get rows of {month}"
        for name, table in counts.items()
        for month in table
        if month not in known
    ]
    wrong = [
        f"{file['file']}: read {file['read']}, but clean {file['clean']} + triage {file['triage']} + outside retention "
        f"{file['outsideRetention']} is {file['clean'] + file['triage'] + file['outsideRetention']}"
        for file in files
        if file["read"] != file["clean"] + file["triage"] + file["outsideRetention"]
    ]
    if "row_conservation" in plan["checks"] and (wrong or strange):
        raise OutcomeError(f"{'; '.join(wrong + strange)}; nothing was changed", result)
    rows = {key: sum(file[key] for file in files) for key in ("read", "clean", "triage", "outsideRetention")}
    return {**result, "rows": {**rows, **{"monthly": rows_in(counts["monthly"])["rows"]}}}


def to_file_result(plan: Plan, file: dict[str, Any], counts: dict[str, Counts]) -> dict[str, Any]:
    """Rows read are those of the file's footer; the others are what the tables hold of its month."""
    none: dict[str, Any] = {"rows": 0, "reasons": {}}
    clean, triage = (counts.get(name, {}).get(file["month"], none) for name in ("clean", "triage"))
    reasons = sorted(triage["reasons"].items(), key=lambda item: (-item[1], item[0]))
    return {
        "file": file["file"],
        "month": file["month"][:7],
        "read": file["rows"],
        "clean": clean["rows"],
        "triage": triage["rows"],
        "outsideRetention": 0 if is_retained(plan, file) else file["rows"],
        "brokenRules": dict(reasons),
    }
