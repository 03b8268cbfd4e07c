"""The dbt step on a small real warehouse: months in any order, empty months, trips without coordinates, and bad warehouses."""

import contextlib
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

import dbt_project
from dbt_project import DbtProject
from duckdb_warehouse import DuckDbWarehouse
from errors import OutcomeError
from outcome import Outcome
from run import build_category, check_outcome, main
from unit_tests import make_sources

features = "ml.dbt__ml__green_fare"
trip = """
    SELECT 2 AS VendorID, lpep_pickup_datetime, lpep_pickup_datetime + INTERVAL 10 MINUTE AS lpep_dropoff_datetime, 1 AS RatecodeID,
           {zone} AS PULocationID, 1 + i % 200 AS DOLocationID, 1 + i % 5 AS passenger_count, i / 10 AS trip_distance, 1 AS payment_type, 3 + i / 10 AS fare_amount
    FROM (SELECT i, TIMESTAMP '{month}' + INTERVAL 1 HOUR * (i % 670) AS lpep_pickup_datetime FROM range({rows}) AS numbers(i))"""


class WarehouseTest(unittest.TestCase):
    """One project, parsed once for all tests; each test begins with empty sources and no models."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="taxiway-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(os.chdir, os.getcwd())
        cls.folder = Path(folder.name)
        cls.warehouse = cls.folder / "warehouse.duckdb"
        cls.dbt = DbtProject(DuckDbWarehouse(cls.warehouse), cls.folder)

    def setUp(self) -> None:
        # dbt keeps the file open between commands of a process, so its content goes, not the file.
        for schema in ("ml", "bi", "zones"):
            self.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        make_sources(self.dbt, self.warehouse)

    def sql(self, query: str) -> list[Any]:
        with duckdb.connect(str(self.warehouse)) as connection:
            return connection.execute(query).fetchall()

    def load(self, month: str, rows: int = 50, zone: int = 7) -> None:
        """What the etl step does for a month: its rows replace those that are there."""
        self.sql(f"DELETE FROM staging.green_clean WHERE date_trunc('month', lpep_pickup_datetime) = DATE '{month}'")
        self.sql(f"INSERT INTO staging.green_clean BY NAME {trip.format(month=month, rows=rows, zone=zone)}")

    def build(self, month: str = "", full_refresh: bool = False) -> Outcome:
        self.dbt.run_date = month
        outcome = build_category(self.dbt, "green", full_refresh)
        self.assertEqual(outcome.errors, [])
        return outcome

    def table(self) -> list[Any]:
        return self.sql(f"SELECT * FROM {features} ORDER BY ALL")

    def test_months_in_any_order_late_and_twice_give_the_table_of_a_full_refresh(self) -> None:
        for month in ("2023-12-01", "2024-01-01", "2024-02-01"):
            self.load(month)
        self.build(full_refresh=True)
        expected = self.table()
        self.assertEqual(len(expected), 150)
        self.sql("DELETE FROM staging.green_clean")
        self.sql(f"DROP TABLE {features}")
        self.load("2024-02-01", rows=20)
        self.build("2024-02-01")
        for month in ("2023-12-01", "2024-02-01", "2024-01-01", "2023-12-01"):
            self.load(month)
            self.build(month)
        self.assertEqual(self.table(), expected)
        self.build(full_refresh=True)
        self.assertEqual(self.table(), expected)

    def test_a_month_replaces_itself_only_and_an_empty_month_leaves_no_row(self) -> None:
        for month in ("2023-12-01", "2024-01-01", "2024-02-01"):
            self.load(month)
        self.build(full_refresh=True)
        # Two months have become empty, but only one of them is run.
        self.sql("DELETE FROM staging.green_clean WHERE lpep_pickup_datetime < TIMESTAMP '2024-02-01'")
        self.build("2023-12-01")
        self.assertEqual(
            self.sql(f"SELECT year, month, count(*) FROM {features} GROUP BY ALL ORDER BY ALL"), [(2024, 1, 50), (2024, 2, 50)]
        )

    def test_trips_without_coordinates_are_left_out_and_counted_for_the_month_of_the_run(self) -> None:
        self.load("2024-01-01", rows=30)
        self.load("2024-02-01", rows=20, zone=264)
        self.assertEqual(self.build(full_refresh=True).rows_left_out, 20)
        self.assertEqual(self.build("2024-02-01").rows_left_out, 20)
        counts = self.build("2024-01-01")
        self.assertEqual((counts.rows_left_out, counts.tests_warned, counts.failed_tests), (0, 0, []))
        self.assertEqual(len(self.table()), 30)

    def test_distances_are_great_circles_on_a_sphere_of_6371_km(self) -> None:
        self.load("2024-01-01", rows=1, zone=132)
        self.build(full_refresh=True)
        jfk = (-73.778889, 40.639722)
        (long, lat, metres) = self.sql(f"SELECT pickup_long, pickup_lat, pickup_jfk_distance FROM {features}")[0]
        x, y = math.radians(jfk[0] - long), math.radians(jfk[1] - lat)
        share = math.sin(y / 2) ** 2 + math.cos(math.radians(lat)) * math.cos(math.radians(jfk[1])) * math.sin(x / 2) ** 2
        self.assertAlmostEqual(metres, 2 * 6_371_000 * math.asin(math.sqrt(share)), places=6)
        self.assertTrue(900 < metres < 1000, metres)

    def test_rows_that_break_a_rule_fail_the_step_and_name_the_test(self) -> None:
        self.load("2024-01-01")
        self.sql("UPDATE staging.green_clean SET VendorID = 99, fare_amount = 250 WHERE trip_distance < 0.15")
        outcome = self.build(full_refresh=True)
        with self.assertRaises(OutcomeError) as raised:
            check_outcome(outcome, self.dbt.warehouse, "green", 1)
        self.assertRegex(
            str(raised.exception), r"2 data tests failed: .*accepted_values_staging_green_clean_VendorID.* \(\d+ rows\)"
        )
        self.assertEqual(raised.exception.result["testsFailed"], 2)


class ProgramTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="taxiway-test-")
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        self.folder = Path(folder.name)

    def run_main(self, *arguments: str) -> tuple[int, str]:
        """Exit code and the last line of standard error."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            try:
                code = main([*arguments])
            except SystemExit as leave:
                code = int(leave.code or 0)
        lines = errors.getvalue().strip().splitlines()
        return code, lines[-1] if lines else ""

    def flags(self, warehouse: Path, *more: str) -> list[str]:
        return [
            "--category",
            "green",
            "--warehouse",
            str(warehouse),
            "--docs",
            str(self.folder / "docs"),
            *(more or ["--full-refresh"]),
        ]

    def test_wrong_flags_are_named(self) -> None:
        there = self.folder / "w.duckdb"
        cases = [
            (["--category", "green"], "--warehouse, --docs missing"),
            (self.flags(there, "--run-date", "2024-01-02"), '--run-date "2024-01-02": expected the first day of a month'),
            (self.flags(there, "--run-date", "2024-01-01'; drop"), "expected the first day of a month"),
            (self.flags(there, "--full-refresh", "--run-date", "2024-01-01"), "one of the two"),
            (["--category", "green", "--warehouse", "bigquery://p/", "--docs", "d"], "--location, --run missing"),
            (self.flags(there, "--full-refresh", "--run", "x"), "is a file: --run belong to bigquery://"),
            (
                ["--category", "green", "--warehouse", "bigquery://p/", "--location", "EU", "--run", "x", "--docs", "d", "--snapshot", "s"],
                "--snapshot belongs to a DuckDB file",
            ),
            (["--category", "../green", *self.flags(there)[2:]], '--category "../green": expected one of bikes, fhvhv, green, yellow'),
        ]
        for arguments, message in cases:
            with self.subTest(message=message):
                code, line = self.run_main(*arguments)
                self.assertEqual(code, 2)
                self.assertIn(message, line)

    def test_a_missing_warehouse_and_a_missing_table_are_named(self) -> None:
        warehouse = self.folder / "w.duckdb"
        code, line = self.run_main(*self.flags(warehouse))
        self.assertEqual((code, line), (2, f"dbt: {warehouse}: no such warehouse; run the etl step first"))
        self.assertFalse(warehouse.exists())
        duckdb.connect(str(warehouse)).close()
        code, line = self.run_main(*self.flags(warehouse))
        tables = "historical.green_monthly, staging.green_clean, staging.green_triage"
        self.assertEqual((code, line), (2, f"dbt: {warehouse}: no table {tables}; run the etl step for green first"))

    def test_a_name_that_dbt_cannot_quote_is_refused(self) -> None:
        warehouse = self.folder / "w'.duckdb"
        duckdb.connect(str(warehouse)).close()
        code, line = self.run_main(*self.flags(warehouse))
        self.assertEqual(code, 2)
        self.assertIn("rename the file", line)
        odd = self.folder / "a?b" / "w.duckdb"
        odd.parent.mkdir()
        odd.write_bytes(b"")
        code, line = self.run_main(*self.flags(odd))
        self.assertEqual((code, line), (2, f'dbt: {odd}: DuckDB can\'t use a path with "?"; rename the folder'))

    def test_a_locked_warehouse_is_temporary(self) -> None:
        warehouse = self.folder / "w.duckdb"
        hold = f"import duckdb; c = duckdb.connect({str(warehouse)!r}); print('held', flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            self.assertEqual(holder.stdout.readline(), b"held\n")
            code, line = self.run_main(*self.flags(warehouse))
            holder.communicate(b"\n")
        self.assertEqual(code, 75, line)
        self.assertIn("another process has the warehouse open", line)

    def test_a_file_that_is_no_warehouse_is_refused_in_one_line(self) -> None:
        good = self.folder / "good.duckdb"
        with duckdb.connect(str(good)) as connection:
            connection.execute("CREATE TABLE t AS SELECT i, hash(i) AS h FROM range(100000) AS numbers(i)")
        content = good.read_bytes()
        damaged = content[:4096] + bytes(byte ^ 255 if at % 97 == 0 else byte for at, byte in enumerate(content[4096:]))
        cases = [
            (b"no database" * 999, "not a warehouse that DuckDB can open"),
            (b"", "not a warehouse that DuckDB can open"),
            (damaged, "the warehouse is damaged; restore it, or delete it and run a full refresh"),
        ]
        for number, (spoiled, message) in enumerate(cases):
            with self.subTest(message=message):
                warehouse = self.folder / f"w{number}.duckdb"
                warehouse.write_bytes(spoiled)
                code, line = self.run_main(*self.flags(warehouse))
                self.assertEqual((code, line[: len("dbt: ")]), (2, "dbt: "), line)
                self.assertIn(message, line)

    def test_renamed_columns_and_tables_of_the_sources_are_refused(self) -> None:
        warehouse = self.folder / "w.duckdb"
        make_sources(DbtProject(DuckDbWarehouse(warehouse), self.folder), warehouse)
        code = f"""import duckdb; c = duckdb.connect({str(warehouse)!r}); c.execute('ALTER TABLE staging.green_clean RENAME fare_amount TO fare')"""
        subprocess.run([sys.executable, "-c", code], check=True)
        code, line = self.run_main(*self.flags(warehouse))
        self.assertEqual(code, 2, line)
        self.assertIn("a table or column is not as the contract has it; run a full refresh of the etl step", line)

    def test_a_source_that_was_renamed_in_the_project_is_refused(self) -> None:
        copy = self.folder / "project"
        shutil.copytree(dbt_project.project, copy)
        sources = copy / "models" / "generated" / "sources.yml"
        sources.write_text(sources.read_text().replace("green_clean", "green_cleaned"))
        warehouse = self.folder / "w.duckdb"
        duckdb.connect(str(warehouse)).close()
        with mock.patch.object(dbt_project, "project", copy):
            code, line = self.run_main(*self.flags(warehouse))
        self.assertEqual(code, 2, line)
        self.assertRegex(line, "dbt parse: dbt can't use this project; correct what the line names.*green_clean' which was not found")

    def test_places_that_can_not_be_written_are_refused(self) -> None:
        warehouse = self.folder / "w.duckdb"
        make_sources(DbtProject(DuckDbWarehouse(warehouse), self.folder), warehouse)
        (self.folder / "docs").write_text("")
        code, line = self.run_main(*self.flags(warehouse))
        self.assertEqual(code, 2, line)
        self.assertRegex(line, r"docs.*: a part of this path is a file, not a folder \(ENOTDIR\)|docs: something else has this name already")
        (self.folder / "result").mkdir()
        code, line = self.run_main(*self.flags(warehouse), "--result", str(self.folder / "result"))
        self.assertEqual((code, "a folder is there, expected a plain file or nothing" in line), (2, True), line)

    def test_a_run_writes_result_and_one_page(self) -> None:
        warehouse = self.folder / "it's {{ odd }} #1;b" / "ware house.duckdb"
        warehouse.parent.mkdir()
        make_sources(DbtProject(DuckDbWarehouse(warehouse), self.folder), warehouse)
        snapshot = self.folder / "snapshot.duckdb"
        flags = self.flags(warehouse, "--full-refresh", "--snapshot", str(snapshot))
        code, line = self.run_main(*flags, "--result", str(self.folder / "result.json"))
        self.assertEqual(code, 0, line)
        result = json.loads((self.folder / "result.json").read_text())
        self.assertEqual(sorted(result["models"]), ["dbt__bi__green_m2m", "dbt__ml__green_fare"])
        self.assertEqual((result["testsFailed"], result["rowsLeftOut"]), (0, 0))
        self.assertEqual([path.name for path in (self.folder / "docs").iterdir()], ["index.html"])
        self.assertIn("dbt__ml__green_fare", (self.folder / "docs" / "index.html").read_text())
        with duckdb.connect(str(snapshot), read_only=True) as copy, duckdb.connect(str(warehouse), read_only=True) as original:
            query = f"SELECT count(*), sum(hash(t)) FROM {features} t"
            self.assertEqual(copy.execute(query).fetchall(), original.execute(query).fetchall())
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.endswith(".tmp")], [])


if __name__ == "__main__":
    unittest.main()
