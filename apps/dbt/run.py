"""The dbt step: builds and tests one category's models in the warehouse, then writes the project's documentation as one page."""

import argparse
import json
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from bigquery_warehouse import BigQueryWarehouse
from dbt_project import DbtProject, project
from duckdb_warehouse import DuckDbWarehouse
from errors import OutcomeError, UsageError, UserError, of_system
from files import find_target, write_bytes
from objects import join, write_object
from outcome import Outcome, read_outcome
from unit_tests import run_unit_tests
from warehouse import Warehouse, to_line


def main(arguments: list[str]) -> int:
    """Runs the step and returns its exit code. Errors of the user's making are one line on standard error."""
    flags = parse_flags(arguments)
    try:
        # Before the work, not after it.
        if flags.result is not None:
            find_target(flags.result)
        result = run_unit_tests() if flags.unit_tests else build(flags)
        write_result(result, flags.result)
        return 0
    except KeyboardInterrupt:
        print("dbt: interrupted; the next run starts this step again", file=sys.stderr)
        return 130
    except Exception as error:
        return explain(error, flags.result)


def explain(error: Exception, result: Path | None) -> int:
    """Says in one line what went wrong, and writes the result where the error has one. Returns the exit code."""
    told = error if isinstance(error, UserError) else of_system(error)
    if told is None:
        traceback.print_exc()
        print("dbt: this is a bug in Taxiway; please report it with the lines above", file=sys.stderr)
        return 70
    try:
        write_result(told.result, result)
    except (OSError, UserError) as second:
        print(f"dbt: the result could not be written: {to_line(str(second))}", file=sys.stderr)
    print(f"dbt: {to_line(str(told))}", file=sys.stderr)
    return told.exit_code


class FlagParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"dbt: {message} (--help lists the options)\n")


def parse_flags(arguments: list[str]) -> argparse.Namespace:
    """Reads and checks the flags; leaves with exit code 2 where they are wrong."""
    parser = FlagParser(prog="run.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--category", help="the data set whose models to build")
    parser.add_argument("--warehouse", help="the DuckDB file, or bigquery://project/prefix_")
    parser.add_argument("--location", help="where BigQuery keeps the datasets, such as europe-west1; with bigquery:// only")
    parser.add_argument("--run", help="the workflow run's name, for BigQuery's cost; with bigquery:// only")
    parser.add_argument("--run-date", help="YYYY-MM-01: replace this month of the feature table")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild the feature table from all months")
    parser.add_argument(
        "--snapshot", type=Path, help="a file for a copy of the DuckDB file once all is built, for those who read while others write"
    )
    parser.add_argument("--docs", help="folder for the documentation, written as index.html: a path, file://, gs:// or s3://")
    parser.add_argument(
        "--unit-tests", action="store_true", help="run dbt's unit tests of all categories, in a warehouse of their own"
    )
    parser.add_argument("--result", type=Path, help="write the result as JSON to this file, not to standard output")
    flags = parser.parse_args(arguments)
    make_absolute(flags)
    if flags.unit_tests:
        return flags
    of_bigquery = ("location", "run")
    is_bigquery = (flags.warehouse or "").startswith("bigquery:")
    needed = ("category", "warehouse", "docs", *(of_bigquery if is_bigquery else ()))
    missing = [f"--{name}" for name in needed if getattr(flags, name) is None]
    if missing:
        parser.error(f"{', '.join(missing)} missing")
    foreign = [f"--{name}" for name in of_bigquery if not is_bigquery and getattr(flags, name) is not None]
    if foreign:
        parser.error(f'--warehouse "{flags.warehouse}" is a file: {", ".join(foreign)} belong to bigquery://')
    if is_bigquery and flags.snapshot is not None:
        parser.error(f'--warehouse "{flags.warehouse}": --snapshot belongs to a DuckDB file')
    if (flags.run_date is None) != flags.full_refresh:
        parser.error("give --run-date YYYY-MM-01 or --full-refresh, one of the two")
    if flags.run_date and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])-01", flags.run_date):
        parser.error(f'--run-date "{flags.run_date}": expected the first day of a month, such as 2024-01-01')
    known = sorted(path.name for path in (project / "models" / "generated").iterdir() if path.is_dir())
    if flags.category not in known:
        parser.error(f'--category "{flags.category}": expected one of {", ".join(known)}')
    return flags


def make_absolute(flags: argparse.Namespace) -> None:
    """Paths stay right in the warehouse's folder, in which dbt runs."""
    for name in ("warehouse", "docs", "snapshot", "result"):
        value = getattr(flags, name)
        if value is not None and "://" not in str(value) and str(value) != "":
            setattr(flags, name, type(value)(os.path.abspath(value)))


def build(flags: argparse.Namespace) -> dict[str, Any]:
    """Seeds, builds and tests the category's models, and writes the documentation."""
    start = time.monotonic()
    if flags.snapshot is not None:
        find_target(flags.snapshot)
    warehouse = open_warehouse(flags)
    with tempfile.TemporaryDirectory(prefix="taxiway-dbt-") as folder:
        dbt = DbtProject(warehouse, Path(folder), flags.run_date or "")
        check_sources(dbt, flags.category)
        outcome = build_category(dbt, flags.category, flags.full_refresh)
        check_outcome(outcome, warehouse, flags.category, time.monotonic() - start)
        # The build has compiled what it ran and left the manifest in the target folder.
        dbt.invoke("docs", "generate", "--static", "--no-compile")
        page = (Path(folder) / "static_index.html").read_bytes()
        write_object(join(flags.docs, "index.html"), page, "text/html; charset=utf-8")
    if flags.snapshot is not None and isinstance(warehouse, DuckDbWarehouse):
        warehouse.copy_to(flags.snapshot)
    return {"category": flags.category, **outcome.to_json(time.monotonic() - start)}


def open_warehouse(flags: argparse.Namespace) -> Warehouse:
    """The place that --warehouse names. Throws UsageError where it is none, or none for this Python."""
    warehouse: Warehouse
    if flags.warehouse.startswith("bigquery:"):
        warehouse = BigQueryWarehouse(flags.warehouse, flags.location, {"run": flags.run, "category": flags.category})
    else:
        warehouse = DuckDbWarehouse(Path(flags.warehouse))
    warehouse.check()
    return warehouse


def build_category(dbt: DbtProject, category: str, full_refresh: bool) -> Outcome:
    """Seeds, then builds and tests the models of one category; other categories' tables need not exist."""
    selection = (
        "--select",
        f"tag:{category}",
        "--indirect-selection",
        "cautious",
        "--exclude-resource-type",
        "unit_test",
    )
    return read_outcome(dbt.invoke("build", *selection, *(["--full-refresh"] if full_refresh else [])).result.results)


def check_sources(dbt: DbtProject, category: str) -> None:
    """Refuses a warehouse that lacks a table which the category's models read, by name."""
    needed = [one for one in dbt.manifest.sources.values() if category in one.config.tags]
    found = dbt.warehouse.find_tables({one.schema for one in needed})
    missing = sorted({f"{one.schema}.{one.identifier}" for one in needed} - found)
    if missing:
        raise UsageError(f"{dbt.warehouse}: no table {', '.join(missing)}; run the etl step for {category} first")


def check_outcome(outcome: Outcome, warehouse: Warehouse, category: str, seconds: float) -> None:
    """Throws where a node failed: a test as an outcome of the data, anything else as what it is."""
    result = {"category": category, **outcome.to_json(seconds)}
    for name, message in outcome.errors:
        error = warehouse.error_of(message, name)
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
        sys.stdout.flush()
    else:
        write_bytes(file, text.encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
