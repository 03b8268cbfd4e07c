"""dbt's native unit tests. They need tables to take column types from, so they run in a warehouse of their own, made empty."""

import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from dbt_project import DbtProject
from duckdb_warehouse import DuckDbWarehouse
from errors import OutcomeError
from outcome import read_outcome


def run_unit_tests() -> dict[str, Any]:
    """Builds every model on empty sources, then runs the unit tests of all categories. Throws OutcomeError naming those that fail."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="taxiway-dbt-") as folder:
        warehouse = DuckDbWarehouse(Path(folder) / "warehouse.duckdb")
        dbt = DbtProject(warehouse, Path(folder))
        make_sources(dbt, warehouse.file)
        dbt.invoke("seed")
        for command in (["run", "--empty"], ["test", "--select", "test_type:unit"]):
            outcome = read_outcome(dbt.invoke(*command).result.results)
            for name, message in outcome.errors:
                raise warehouse.error_of(message, name)
    result = outcome.to_json(time.monotonic() - start)
    if outcome.failed_tests:
        names = ", ".join(test["name"] for test in outcome.failed_tests)
        raise OutcomeError(
            f"{len(outcome.failed_tests)} unit tests failed: {names}; the differences are in the log above", result
        )
    return result


def make_sources(dbt: DbtProject, warehouse: Path) -> None:
    """Empty tables with the columns and types that sources.yml gives."""
    with duckdb.connect(str(warehouse)) as connection:
        for source in dbt.manifest.sources.values():
            columns = ", ".join(f'"{column.name}" {column.data_type}' for column in source.columns.values())
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{source.schema}"')
            connection.execute(f'CREATE OR REPLACE TABLE "{source.schema}"."{source.identifier}" ({columns})')
