"""Parquet folders: every table is written beside its place, counted, and only then swapped in by renames.

<folder>/<dataset>/<table>/month=YYYY-MM-01/*.parquet. A kill between the two renames of a swap leaves the old rows under a
name of their own; the next run puts them back before it begins.
"""

import fcntl
from pathlib import Path
from typing import TextIO

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from errors import TemporaryError, UsageError
from plan import Sink, shorten, table_name
from schema import schema_of
from session import Folder, local_path

staging = "_staging"
former = "_former"


class ParquetSink:
    """Takes the tables of one run, one after the other."""

    def __init__(self, session: SparkSession, uri: str) -> None:
        self.session = session
        self.folder = Folder(session, uri)
        self.swaps: list[str] = []
        self._lock = lock(uri, self.folder)
        self._heal()

    def stage(self, sink: Sink, rows: DataFrame) -> DataFrame:
        """Writes a table's rows beside its place. Returns them as they are on disk."""
        target = place_of(sink)
        table = f"{sink['table']['dataset']}/{sink['table']['table']}"
        if sink["mode"] == "overwrite_partition":
            self._check_table(sink, table)
            rows.write.parquet(self.folder.below(f"{staging}/{target}"))
        else:
            month = f.trunc(f.col(sink["partitionField"]), "MM")
            rows.withColumn("month", month).write.partitionBy("month").parquet(self.folder.below(f"{staging}/{target}"))
        self.swaps.append(target)
        return self.session.read.schema(schema_of(sink)).parquet(self.folder.below(f"{staging}/{table}"))

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

    def _check_table(self, sink: Sink, table: str) -> None:
        """Throws UsageError where the table's other months have a column of another type."""
        months = [name for name in self.folder.names(table) if name.startswith("month=")]
        others = [name for name in months if name != f"month={month_of(sink)}"]
        if not others:
            return
        expected = {field.name: field.dataType.simpleString() for field in schema_of(sink)}
        found = self.session.read.parquet(self.folder.below(f"{table}/{others[-1]}")).dtypes
        wrong = [f'"{name}" is {kind}' for name, kind in found if expected.get(name, kind) != kind]
        if wrong:
            raise UsageError(
                f"{table_name(sink)}: column {shorten(', '.join(wrong))} in the table, but the plan says "
                f"{', '.join(expected[name] for name, kind in found if expected.get(name, kind) != kind)}; "
                "run a full refresh to rebuild the table"
            )


def place_of(sink: Sink) -> str:
    """The folder that a run replaces: a month's, or the table's."""
    table = f"{sink['table']['dataset']}/{sink['table']['table']}"
    return table if sink["datePartition"] is None else f"{table}/month={month_of(sink)}"


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
    except OSError:
        handle.close()
        raise TemporaryError(f"{path}: another run writes to these tables; try again when it is done") from None
    return handle
