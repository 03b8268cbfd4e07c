"""The dbt step: builds and tests one category's models in the warehouse, then writes the project's documentation as one page."""

import argparse
import json
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from dbt_project import DbtProject, error_of, project
from errors import OutcomeError, TemporaryError, UsageError, UserError
from files import copy_file, write_text
from outcome import Outcome, read_outcome
from unit_tests import run_unit_tests


def main(arguments: list[str]) -> int:
    """Runs the step and returns its exit code. Errors of the user's making are one line on standard error."""
    flags = parse_flags(arguments)
    try:
        result = run_unit_tests() if flags.unit_tests else build(flags)
        write_result(result, flags.result)
        return 0
    except UserError as error:
        write_result(error.result, flags.result)
        print(f"dbt: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("dbt: interrupted; the next run starts this step again", file=sys.stderr)
        return 130
    except Exception:
        traceback.print_exc()
        print("dbt: this is a bug in Taxiway; please report it with the lines above", file=sys.stderr)
        return 70


class FlagParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"dbt: {message} (--help lists the options)\n")


def parse_flags(arguments: list[str]) -> argparse.Namespace:
    """Reads and checks the flags; leaves with exit code 2 where they are wrong."""
    parser = FlagParser(prog="run.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--category", help="yellow, green …: whose models to build")
    parser.add_argument("--warehouse", type=Path, help="the DuckDB file")
    parser.add_argument("--run-date", help="YYYY-MM-01: replace this month of the feature table")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild the feature table from all months")
    parser.add_argument("--docs", type=Path, help="folder for the documentation, written as index.html")
    parser.add_argument(
        "--unit-tests", action="store_true", help="run dbt's unit tests of all categories, in a warehouse of their own"
    )
    parser.add_argument("--result", type=Path, help="write the result as JSON to this file, not to standard output")
    flags = parser.parse_args(arguments)
    if flags.unit_tests:
        return flags
    missing = [f"--{name}" for name in ("category", "warehouse", "docs") if getattr(flags, name) is None]
    if missing:
        parser.error(f"{', '.join(missing)} missing")
    if (flags.run_date is None) != flags.full_refresh:
        parser.error("give --run-date YYYY-MM-01 or --full-refresh, one of the two")
    if flags.run_date and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])-01", flags.run_date):
        parser.error(f'--run-date "{flags.run_date}": expected the first day of a month, such as 2024-01-01')
    known = sorted(path.name for path in (project / "models" / "generated").iterdir() if path.is_dir())
    if flags.category not in known:
        parser.error(f'--category "{flags.category}": expected one of {", ".join(known)}')
    return flags


def build(flags: argparse.Namespace) -> dict[str, Any]:
    """Seeds, builds and tests the category's models, and writes the documentation."""
    start = time.monotonic()
    if not flags.warehouse.is_file():
        raise UsageError(f"{flags.warehouse}: no such warehouse; run the etl step first")
    if not re.fullmatch(r"[A-Za-z0-9_. -]+", flags.warehouse.name):
        # The file's name is DuckDB's catalog name, which dbt-duckdb does not quote everywhere.
        raise UsageError(
            f'{flags.warehouse}: the file\'s name "{flags.warehouse.name}" must be letters, digits, "_", "-", "." and spaces; rename the file'
        )
    with tempfile.TemporaryDirectory(prefix="taxiway-dbt-") as folder:
        dbt = DbtProject(flags.warehouse.resolve(), Path(folder), flags.run_date or "")
        check_sources(dbt, flags.warehouse, flags.category)
        outcome = build_category(dbt, flags.category, flags.full_refresh)
        check_outcome(outcome, flags.category, time.monotonic() - start)
        # The build has compiled what it ran and left the manifest in the target folder.
        dbt.invoke("docs", "generate", "--static", "--no-compile")
        copy_file(Path(folder) / "static_index.html", flags.docs / "index.html")
    return {"category": flags.category, **outcome.to_json(time.monotonic() - start)}


def build_category(dbt: DbtProject, category: str, full_refresh: bool) -> Outcome:
    """Seeds, then builds and tests the models of one category; other categories' tables need not exist."""
    selection = (
        "--select",
        "taxi_zones",
        f"tag:{category}",
        "--indirect-selection",
        "cautious",
        "--exclude-resource-type",
        "unit_test",
    )
    return read_outcome(dbt.invoke("build", *selection, *(["--full-refresh"] if full_refresh else [])).result.results)


def check_sources(dbt: DbtProject, warehouse: Path, category: str) -> None:
    """Refuses a warehouse that lacks a table which the category's models read, by name."""
    needed = [f"{one.schema}.{one.identifier}" for one in dbt.manifest.sources.values() if category in one.config.tags]
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found = {
                row[0] for row in connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
            }
    except duckdb.IOException as error:
        raise open_error(warehouse, error) from None
    missing = sorted(set(needed) - found)
    if missing:
        raise UsageError(f"{warehouse}: no table {', '.join(missing)}; run the etl step for {category} first")


def open_error(warehouse: Path, error: duckdb.IOException) -> UserError:
    """A locked file may be free later; a file that is no database stays one."""
    told = error_of(str(error), str(warehouse))
    return (
        told
        if isinstance(told, TemporaryError)
        else UsageError(f"{warehouse}: not a warehouse that DuckDB can open: {' '.join(str(error).split())}")
    )


def check_outcome(outcome: Outcome, category: str, seconds: float) -> None:
    """Throws where a node failed: a test as an outcome of the data, anything else as what it is."""
    result = {"category": category, **outcome.to_json(seconds)}
    for name, message in outcome.errors:
        error = error_of(message, name)
        error.result = result
        raise error
    if outcome.failed_tests:
        names = ", ".join(f"{test['name']} ({test['rows']} rows)" for test in outcome.failed_tests)
        raise OutcomeError(
            f"{category}: {len(outcome.failed_tests)} data tests failed: {names}; look for such rows in the tables that the names name",
            result,
        )


def write_result(result: dict[str, Any] | None, file: Path | None) -> None:
    """Writes the step's result to a file, else to standard output."""
    if result is None:
        return
    text = json.dumps(result, indent=2) + "\n"
    if file is None:
        sys.stdout.write(text)
    else:
        write_text(file, text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
