"""Runs a plan: the sources' queries, the sinks' queries over them, the counts, and only then the tables."""

import time
from typing import Any

from pyspark.sql import SparkSession

from counts import Counts
from errors import OutcomeError
from parquet_sink import ParquetSink
from plan import Plan, Sink, files_for, files_of, is_retained, table_name
from scans import scans_of


def execute(session: SparkSession, plan: Plan) -> dict[str, Any]:
    """Fills the tables. Returns the step's result. Throws OutcomeError, with nothing changed, where rows would be lost."""
    start = time.monotonic()
    sinks = {name: sink for name, sink in plan["sinks"].items() if files_for(plan, sink)}
    result, tables = fill_folders(session, plan, sinks)
    return {
        **result,
        "tables": {table_name(sinks[name]): table for name, table in tables.items()},
        "application": session.sparkContext.applicationId,
        "seconds": round(time.monotonic() - start, 3),
    }


def fill_folders(session: SparkSession, plan: Plan, sinks: dict[str, Sink]) -> tuple[dict[str, Any], dict[str, dict[str, int]]]:
    """Writes the tables as Parquet beside the old ones, counts them, then replaces the old. Returns the result, and each table's rows and bytes."""
    target = ParquetSink(session, plan["destination"]["folder"])
    try:
        for scan in scans_of(session, plan, sinks):
            if len(scan.tables) > 1:
                target.stage_together({name: sinks[name] for name in scan.tables}, scan.rows)
            else:
                target.stage(*[(sinks[name], rows) for name, rows in scan.tables.items()][0])
        counts = {name: target.count(sink) for name, sink in sinks.items()}
        result = to_result(plan, counts)
        tables = {name: {"bytes": target.bytes_of(sink), **rows_in(counts[name])} for name, sink in sinks.items()}
        target.swap()
    except Exception:
        target.close()
        raise
    return result, tables


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
