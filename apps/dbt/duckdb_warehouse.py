"""A DuckDB file as the place where dbt builds."""

import errno
import gc
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from errors import BugError, TemporaryError, UsageError, UserError
from files import temporary_name
from warehouse import of_project, to_line

# In this order: the first that matches decides. Texts of DuckDB and dbt.
kinds: list[tuple[str, type[UserError], str]] = [
    # A locked file may be free later; a file that is no database stays one. Not "block", which damaged files have.
    (r"Could not set lock on file|Conflicting lock", TemporaryError, "another process has the warehouse open; try again when it is done"),
    (r"No space left|Out of Memory Error|Too many open files|Disk quota exceeded|Input/output error", TemporaryError, "more memory or disk is needed"),
    (r"version number", UsageError, "another version of DuckDB wrote this warehouse; use the release of Taxiway that wrote it"),
    (r"Corrupt database file|Serialization Error|Could not read enough bytes", UsageError, "the warehouse is damaged; restore it, or delete it and run a full refresh"),
    (r"not a valid DuckDB database|Cannot open file|Could not (read|write|create)|Read-only file system|Permission denied", UsageError, "not a warehouse that DuckDB can open; check the path and its permissions"),
    # The project's own SQL is tested: what it does not find has been renamed or has another type.
    (r"(Catalog|Binder|Conversion) Error", UsageError, "a table or column is not as the contract has it; run a full refresh of the etl step to rebuild the tables"),
]


class DuckDbWarehouse:
    """One file. It must be there before dbt runs: dbt itself would make an empty one."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __str__(self) -> str:
        return str(self.file)

    def check(self) -> None:
        """Throws UsageError where there is no such file, or one whose name dbt can't use; PermissionError where it can't be written."""
        if not self.file.is_file():
            raise UsageError(f"{self.file}: no such warehouse; run the etl step first")
        # DuckDB writes its log beside the file.
        for path in (self.file.resolve(), self.file.resolve().parent):
            if not os.access(path, os.R_OK | os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        if "?" in str(self.file.resolve()):
            raise UsageError(f'{self.file}: DuckDB can\'t use a path with "?"; rename the folder')
        if not re.fullmatch(r"[A-Za-z0-9_. -]+", self.file.name):
            # The file's name is DuckDB's catalog name, which dbt-duckdb does not quote everywhere.
            raise UsageError(
                f'{self.file}: the file\'s name "{self.file.name}" must be letters, digits, "_", "-", "." and spaces; rename the file'
            )

    def enter(self) -> dict[str, str]:
        # dbt gets the file's name alone. It reads a path as a URL, which a "#" would end. And it parses all files again where the path differs
        # from that of the last parse. An open connection to another warehouse of the same name would be used again.
        DuckDBConnectionManager.close_all_connections()
        os.chdir(self.file.resolve().parent)
        return {"TAXIWAY_DBT_TARGET": "duckdb", "TAXIWAY_WAREHOUSE": self.file.resolve().name}

    def find_tables(self, schemas: Iterable[str]) -> set[str]:
        query = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN (SELECT unnest(?))"
        try:
            with duckdb.connect(str(self.file), read_only=True) as connection:
                return {row[0] for row in connection.execute(query, [sorted(schemas)]).fetchall()}
        except duckdb.Error as error:
            told = self.error_of(str(error), str(self.file))
            if not isinstance(told, BugError):
                raise told from None
            raise UsageError(f"{self.file}: not a warehouse that DuckDB can open: {to_line(str(error))}") from None

    def copy_to(self, target: Path) -> None:
        """A copy of the file, which appears whole or not at all. The connection that is open meanwhile keeps writers out. Throws UserError."""
        # dbt's own, which it would keep until the process ends, has other settings; DuckDB allows no two.
        DuckDBConnectionManager.close_all_connections()
        gc.collect()
        try:
            with duckdb.connect(str(self.file)) as connection, temporary_name(target) as temporary:
                # What is still in the log beside the file would be missing in the copy.
                connection.execute("FORCE CHECKPOINT")
                shutil.copyfile(self.file, temporary)
                with temporary.open("rb") as file:
                    os.fsync(file.fileno())
        except duckdb.Error as error:
            raise self.error_of(str(error), str(self.file)) from None

    def error_of(self, message: str, where: str) -> UserError:
        line = to_line(message)
        for pattern, kind, advice in kinds:
            if re.search(pattern, line):
                return kind(f"{where}: {advice}: {line}")
        return of_project(message, where) or BugError(f"{where}: {line}")
