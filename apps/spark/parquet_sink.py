"""Parquet folders: every table is written beside its place, counted, and only then swapped in by renames.

<folder>/<dataset>/<table>/month=YYYY-MM-01/*.parquet. A kill between the two renames of a swap leaves the old rows under a
name of their own; the next run puts them back before it begins.
"""

import fcntl
from pathlib import Path
from typing import TextIO

from pyspark.sql import DataFrame, SparkSession

from counts import Counts, count_rows
from errors import TemporaryError, UsageError
from plan import Sink, shorten, table_name
from scans import month_column, row_month, table_column, with_table
from schema import as_stored, stored_schema_of
from session import Folder, local_path

staging = "_staging"
former = "_former"
# Below the staging folder: the rows of several tables, until each table has its own.
together = "_together"


class ParquetSink:
    """Takes the tables of one run, one after the other."""

    def __init__(self, session: SparkSession, uri: str) -> None:
        self.session = session
        # A file for each month and table at once, in place of sorting all rows by them.
        session.conf.set("spark.sql.maxConcurrentOutputFileWriters", "32")
        self.folder = Folder(session, uri)
        self.swaps: list[str] = []
        self._lock = lock(uri, self.folder)
        self._heal()

    def stage(self, sink: Sink, rows: DataFrame) -> None:
        """Writes a table's rows beside its place, a folder a month."""
        self._check_table(sink)
        as_stored(rows.withColumn(month_column, row_month(sink))).write.partitionBy(month_column).parquet(self.folder.below(f"{staging}/{table_of(sink)}"))
        self._expect(sink)

    def stage_together(self, sinks: dict[str, Sink], rows: DataFrame) -> None:
        """Writes the rows of several tables, each row with its table's name and month, beside the places of the tables."""
        for sink in sinks.values():
            self._check_table(sink)
        as_stored(rows).write.partitionBy(table_column, month_column).parquet(self.folder.below(f"{staging}/{together}"))
        for name, sink in sinks.items():
            written = f"{staging}/{together}/{table_column}={name}"
            if self.folder.exists(written):
                self._move(written, f"{staging}/{table_of(sink)}")
            self._expect(sink)
        self.folder.remove(f"{staging}/{together}")

    def count(self, sink: Sink) -> Counts:
        """What has been staged of a table, by month: from the files' footers, or from the rows where they give reasons."""
        table = f"{staging}/{table_of(sink)}"
        if "reasonsField" in sink:
            rows = self.session.read.schema(stored_schema_of(sink)).parquet(self.folder.below(table))
            return count_rows({"": sink}, with_table(rows, sink, ""))[""]
        months = [name for name in self.folder.names(table) if name.startswith(f"{month_column}=")]
        rows_by_month = {name.partition("=")[2]: self.folder.parquet_rows(f"{table}/{name}") for name in months}
        return {month: {"rows": rows, "reasons": {}} for month, rows in rows_by_month.items() if rows > 0}

    def bytes_of(self, sink: Sink) -> int:
        """The size of what has been staged of a table."""
        return self.folder.bytes_below(f"{staging}/{place_of(sink)}")

    def swap(self) -> None:
        """Puts what has been staged in the place of what was there."""
        for target in self.swaps:
            if self.folder.exists(target):
                self._move(target, aside(target))
            self._move(f"{staging}/{target}", target)
        self.close()

    def close(self) -> None:
        """Removes what a run leaves beside the tables, and lets the next one in."""
        for name in (staging, former):
            self.folder.remove(name)
        if self._lock:
            self._lock.close()

    def _expect(self, sink: Sink) -> None:
        """Writes a file without rows for a month or table without rows, so that it replaces the old rows, in BigQuery too."""
        place = f"{staging}/{place_of(sink)}"
        if not any(name.endswith(".parquet") or name.startswith(f"{month_column}=") for name in self.folder.names(place)):
            self.session.createDataFrame([], stored_schema_of(sink)).coalesce(1).write.mode("append").parquet(self.folder.below(place))
        self.swaps.append(place_of(sink))

    def _heal(self) -> None:
        """Puts back what a run has moved aside, but not replaced, before it was killed."""
        for target in self.folder.names(former):
            if not self.folder.exists(place := target.replace("~", "/")):
                self._move(f"{former}/{target}", place)
        for name in (staging, former):
            self.folder.remove(name)

    def _move(self, name: str, to: str) -> None:
        self.folder.make(to.rpartition("/")[0])
        self.folder.rename(name, to)

    def _check_table(self, sink: Sink) -> None:
        """Throws UsageError where a month's table has other months, with a column of another type."""
        if sink["mode"] == "overwrite_table":
            return
        months = [f"{table_of(sink)}/{name}" for name in self.folder.names(table_of(sink)) if name.startswith("month=")]
        others = [month for month in months if month != place_of(sink) and self.folder.has_parquet(month)]
        if not others:
            return
        expected = {field.name: field.dataType.simpleString() for field in stored_schema_of(sink)}
        # Releases before plan version 3 wrote times without a zone; each month is read alone.
        found = [(name, kind.removesuffix("_ntz")) for name, kind in self.session.read.parquet(self.folder.below(others[-1])).dtypes]
        wrong = [f'"{name}" is {kind}' for name, kind in found if expected.get(name, kind) != kind]
        if wrong:
            raise UsageError(
                f"{table_name(sink)}: column {shorten(', '.join(wrong))} in the table, but the plan says "
                f"{', '.join(expected[name] for name, kind in found if expected.get(name, kind) != kind)}; "
                "run a full refresh to rebuild the table"
            )


def table_of(sink: Sink) -> str:
    """A table's folder."""
    return f"{sink['table']['dataset']}/{sink['table']['table']}"


def place_of(sink: Sink) -> str:
    """The folder that a run replaces: a month's, or the table's."""
    return table_of(sink) if sink["datePartition"] is None else f"{table_of(sink)}/{month_column}={month_of(sink)}"


def aside(target: str) -> str:
    """Where the former rows of a place wait until the new ones are there."""
    return f"{former}/{target.replace('/', '~')}"


def month_of(sink: Sink) -> str:
    """`2024-01-01` of `202401`."""
    return f"{sink['datePartition'][:4]}-{sink['datePartition'][4:]}-01"


def lock(uri: str, folder: Folder) -> TextIO | None:
    """On this machine one run at a time writes to a folder; in a cluster the workflow sees to it."""
    path = local_path(uri)
    if path is None:
        return None
    folder.make("")
    handle = (Path(path) / ".lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise TemporaryError(f"{path}: another run writes to these tables; try again when it is done") from None
    return handle
