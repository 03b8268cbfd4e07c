"""Reads feature rows from the warehouse as Arrow batches: sampled and split by a hash of their content, in the hash's order."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import xgboost as xgb

from errors import TemporaryError, UsageError
from facts import ModelFacts

most_rows = 800_000
held_out_percent = 30
# Of earlier months, to judge by: about 100,000 of these are held out.
most_earlier_read = 333_000
sample_buckets = 4096


@dataclass(frozen=True)
class Rows:
    """Feature rows as Arrow batches of 32-bit floats: the features, then the target."""

    batches: list[pa.RecordBatch]
    features: tuple[str, ...]

    def __len__(self) -> int:
        return sum(batch.num_rows for batch in self.batches)

    def target(self) -> np.ndarray:
        """The values to predict."""
        return np.concatenate([_array(batch, -1) for batch in self.batches] or [np.empty(0, np.float32)])

    def matrix(self) -> np.ndarray:
        """Rows by features, for exact predictions."""
        parts = [_matrix(batch, len(self.features)) for batch in self.batches]
        return np.concatenate(parts or [np.empty((0, len(self.features)), np.float32)])

    def quantile_matrix(self) -> xgb.QuantileDMatrix:
        """The rows as XGBoost trains on them, handed over batch by batch."""
        return xgb.QuantileDMatrix(_BatchIterator(self))


class _BatchIterator(xgb.DataIter):
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.position = 0
        super().__init__()

    def next(self, input_data: Callable[..., Any]) -> bool:
        if self.position == len(self.rows.batches):
            return False
        batch = self.rows.batches[self.position]
        features = self.rows.features
        input_data(data=_matrix(batch, len(features)), label=_array(batch, -1), feature_names=list(features))
        self.position += 1
        return True

    def reset(self) -> None:
        self.position = 0


def _array(batch: pa.RecordBatch, index: int) -> np.ndarray:
    return batch.column(batch.num_columns + index if index < 0 else index).to_numpy(zero_copy_only=False)


def _matrix(batch: pa.RecordBatch, count: int) -> np.ndarray:
    return np.column_stack([_array(batch, index) for index in range(count)])


@dataclass(frozen=True)
class FeatureRows:
    """Rows to learn from, rows held out, and how many rows were left out since their target or a feature is missing."""

    learn: Rows
    held_out: Rows
    left_out: int

    def __len__(self) -> int:
        return len(self.learn) + len(self.held_out)


def read_rows(warehouse: Path, facts: ModelFacts, month: str | None = None) -> FeatureRows:
    """The rows of one month (its first day) or of all. The same row is always on the same side.

    At most `most_rows` together, the same ones each time. Throws UsageError where there is no such warehouse or table,
    TemporaryError while another process has it.
    """
    try:
        with _open(warehouse) as connection:
            _check_table(connection, warehouse, facts)
            where = _month_condition(facts, month)
            buckets, left_out = _buckets_to_read(connection, facts, where, most_rows)
            return FeatureRows(
                _read_side(connection, facts, where, buckets, False), _read_side(connection, facts, where, buckets, True), left_out
            )
    except duckdb.Error as error:
        raise error_of(error, warehouse) from None


def read_earlier(warehouse: Path, facts: ModelFacts, month: str) -> Rows:
    """Held-out rows of all months before this one, about 100,000 at most, the same ones each time."""
    where = f"{quote(facts.date)} < DATE '{month}'"
    try:
        with _open(warehouse) as connection:
            buckets, _ = _buckets_to_read(connection, facts, where, most_earlier_read)
            return _read_side(connection, facts, where, buckets, True)
    except duckdb.Error as error:
        raise error_of(error, warehouse) from None


def _open(warehouse: Path) -> duckdb.DuckDBPyConnection:
    if not warehouse.is_file():
        raise UsageError(f"{warehouse}: no such warehouse; run the etl and dbt steps first")
    if "?" in str(warehouse.resolve()):
        raise UsageError(f'{warehouse}: DuckDB can\'t use a path with "?"; rename the file or folder')
    return duckdb.connect(str(warehouse), read_only=True)


def error_of(error: duckdb.Error, warehouse: Path) -> Exception:
    """What DuckDB says of the warehouse, as an error of the right kind, in one line; what it says of our own SQL is a bug."""
    line = " ".join(str(error).split())
    # Not "block", which damaged files have.
    if re.search(r"\block\b", line):
        return TemporaryError(f"{warehouse}: another process has the warehouse open; try again when it is done: {line}")
    if isinstance(error, duckdb.OutOfMemoryException) or re.search(r"No space left|Too many open files|Input/output error", line):
        return TemporaryError(f"{warehouse}: {line}; give it more memory or disk")
    if re.search(r"version number", line):
        return UsageError(
            f"{warehouse}: another version of DuckDB wrote this warehouse: {line}; use the release of Taxiway that wrote it"
        )
    if re.search(r"Corrupt database file|Serialization Error|Could not read enough bytes", line):
        return UsageError(f"{warehouse}: the warehouse is damaged: {line}; restore it, or delete it and run a full refresh")
    if isinstance(error, duckdb.IOException):
        return UsageError(f"{warehouse}: not a warehouse that DuckDB can open: {line}; check the path and its permissions")
    # The columns are there, so what can't be cast or compared has another type than dbt gave it.
    if isinstance(error, duckdb.BinderException | duckdb.ConversionException):
        return UsageError(f"{warehouse}: a column of the feature table has another type: {line}; run the dbt step with --full-refresh")
    return error


def _check_table(connection: duckdb.DuckDBPyConnection, warehouse: Path, facts: ModelFacts) -> None:
    query = "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?"
    found = {row[0] for row in connection.execute(query, [facts.dataset, facts.table]).fetchall()}
    if not found:
        raise UsageError(f"{warehouse}: no table {facts.dataset}.{facts.table}; run the dbt step for {facts.category} first")
    check_columns(found, str(warehouse), facts)


def check_columns(found: set[str], warehouse: str, facts: ModelFacts) -> None:
    """Throws UsageError where the feature table lacks columns."""
    missing = [name for name in (*facts.features, facts.target, facts.date) if name not in found]
    if missing:
        raise UsageError(
            f"{warehouse}: table {facts.dataset}.{facts.table} has no column {', '.join(missing)}; run the dbt step with --full-refresh"
        )


def _month_condition(facts: ModelFacts, month: str | None) -> str:
    if month is None:
        return "true"
    return f"{quote(facts.date)} >= DATE '{month}' AND {quote(facts.date)} < DATE '{month}' + INTERVAL 1 MONTH"


def _rows_query(facts: ModelFacts, where: str) -> str:
    # As 32-bit floats, which XGBoost learns from: what is beyond them is missing, like NaN and infinities. hash() is of the
    # pinned DuckDB: another version may move rows between the sides, once.
    names = (*facts.features, facts.target)
    values = ", ".join(f"TRY_CAST({quote(name)} AS FLOAT) AS {quote(name)}" for name in names)
    usable = " AND ".join(f"isfinite({quote(name)})" for name in names)
    return f"""
        SELECT *, hash({", ".join(map(quote, names))}) AS row_hash, coalesce({usable}, false) AS usable
        FROM (SELECT {values} FROM {quote(facts.dataset)}.{quote(facts.table)} WHERE {where})"""


def _buckets_to_read(connection: duckdb.DuckDBPyConnection, facts: ModelFacts, where: str, most: int) -> tuple[int, int]:
    """How many of the hash's buckets hold at most `most` usable rows together, and how many rows are not usable.

    That is a sample of exactly bounded size, without sorting.
    """
    query = f"""
        SELECT (row_hash >> 32) % {sample_buckets} AS bucket, count(*) FILTER (usable), count(*) FILTER (NOT usable)
        FROM ({_rows_query(facts, where)}) GROUP BY bucket ORDER BY bucket"""
    counts = connection.execute(query).fetchall()
    return buckets_within(((int(bucket), count) for bucket, count, _ in counts), most), sum(count for _, _, count in counts)


def buckets_within(counts: Iterable[tuple[int, int]], most: int | None = None) -> int:
    """How many buckets, from the first on, hold at most `most` rows together; `most_rows` where nothing is said."""
    limit = most_rows if most is None else most
    total = 0
    for bucket, count in counts:
        total += count
        if total > limit:
            return bucket
    return sample_buckets


def _read_side(connection: duckdb.DuckDBPyConnection, facts: ModelFacts, where: str, buckets: int, held_out: bool) -> Rows:
    side = "<" if held_out else ">="
    # The table's own order changes when a month is replaced; the order of the hash does not.
    query = f"""
        SELECT * EXCLUDE (row_hash, usable) FROM ({_rows_query(facts, where)})
        WHERE usable AND row_hash % 100 {side} {held_out_percent} AND (row_hash >> 32) % {sample_buckets} < {buckets}
        ORDER BY row_hash"""
    reader = connection.execute(query).to_arrow_reader(100_000)
    return Rows([batch for batch in reader if batch.num_rows > 0], facts.features)


def quote(name: str) -> str:
    """A name as DuckDB reads it."""
    return '"' + name.replace('"', '""') + '"'
