"""Small real stores for the tests: a warehouse with a feature table made by hand, and folders for MLflow and models."""

import argparse
import functools
import tempfile
import unittest
from pathlib import Path
from typing import Any

import duckdb

from facts import ModelFacts, read_facts
from local_store import make_database
from step import train_once


@functools.cache
def empty_database() -> bytes:
    """MLflow's store as it is when new, made once a process: its migrations take seconds."""
    with tempfile.TemporaryDirectory(prefix="taxiway-test-") as folder:
        make_database(Path(folder) / "mlflow.db")
        return (Path(folder) / "mlflow.db").read_bytes()


class StoreTestCase(unittest.TestCase):
    """Each test has folders of its own, removed at its end."""

    facts: ModelFacts = read_facts("yellow")

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="taxiway-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.warehouse = self.folder / "warehouse.duckdb"
        (self.folder / "mlflow").mkdir()
        (self.folder / "mlflow" / "mlflow.db").write_bytes(empty_database())

    def add_month(self, month: str, rows: int, fare: str = "3 + 2.5 * trip_distance") -> None:
        """Adds rows of one month whose fare follows from the distance; the same call adds the same rows."""
        others = ", ".join(
            f'((i * {7 + place}) % 101)::DOUBLE AS "{name}"'
            for place, name in enumerate(self.facts.features)
            if name != "trip_distance"
        )
        trips = f"SELECT DATE '{month}' + (i % 28)::INTEGER AS date, (i % 397) / 20.0 AS trip_distance, {others} FROM range({rows}) AS numbers(i)"
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self.facts.dataset}")
            table = f"{self.facts.dataset}.{self.facts.table}"
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table} AS SELECT *, 0.0::DOUBLE AS fare_amount FROM ({trips}) LIMIT 0"
            )
            connection.execute(f"INSERT INTO {table} BY NAME SELECT *, ({fare})::DOUBLE AS fare_amount FROM ({trips})")

    def run_training(self, run: str, month: str | None = None) -> dict[str, Any]:
        """What train.py does, or retrain.py where a month is given."""
        flags = argparse.Namespace(
            category="yellow", warehouse=self.warehouse, run=run, tracking=self.folder / "mlflow", models=str(self.folder / "models")
        )
        return train_once(flags, month)

    @property
    def champion_file(self) -> Path:
        """What the prediction service reads."""
        return self.folder / "models" / self.facts.champion
