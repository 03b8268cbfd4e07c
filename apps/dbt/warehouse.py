"""Where dbt builds: a DuckDB file on one machine, BigQuery in the cluster. What differs between the two is here and in the macros."""

import re
from collections.abc import Iterable
from typing import Protocol

from errors import UsageError, UserError


class Warehouse(Protocol):
    """One place of tables. `str` of it is what the user gave as --warehouse."""

    def check(self) -> None:
        """Throws UsageError where it can't be used at all: no such file, or no client of it in this Python."""

    def enter(self) -> dict[str, str]:
        """Makes this the process's warehouse. Returns the environment variables that profiles.yml and the macros read."""

    def find_tables(self, schemas: Iterable[str]) -> set[str]:
        """`schema.table` of all tables in these schemas; a schema that is not there has none. Throws UserError."""

    def error_of(self, message: str, where: str) -> UserError:
        """What dbt or the warehouse said, as an error of the right kind, in one line."""


def to_line(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def of_project(message: str, where: str) -> UserError | None:
    """What is wrong with the files of the dbt project, such as a source that was renamed; None for what the warehouse said."""
    if not re.search(r"(Compilation|Parsing|Validation) Error|Env var required|depends on a (source|node) named", message):
        return None
    return UsageError(f"{where}: dbt can't use this project; correct what the line names, or run npm run synth: {to_line(message)}")
