"""The split and the sample: a row is always on the same side, whatever else is in the table and in whatever order."""

import unittest
from unittest import mock

import duckdb
import numpy as np

import rows
from errors import TemporaryError, UsageError
from rows import Rows, read_rows
from test_store_case import StoreTestCase


def contents(part: Rows) -> list[tuple[float, ...]]:
    return [tuple(row) for batch in part.batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)]


def sides(test: StoreTestCase, month: str | None = None) -> tuple[Rows, Rows]:
    found = read_rows(test.warehouse, test.facts, month)
    return found.learn, found.held_out


class SplitTest(StoreTestCase):
    def test_same_rows_in_another_order_give_the_same_sides_in_the_same_order(self) -> None:
        self.add_month("2024-01-01", 2000)
        before = [contents(part) for part in sides(self)]
        with duckdb.connect(str(self.warehouse)) as connection:
            table = f"{self.facts.dataset}.{self.facts.table}"
            connection.execute(
                f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} ORDER BY trip_distance DESC, day_of_week"
            )
        self.assertEqual([contents(part) for part in sides(self)], before)

    def test_a_new_month_moves_no_row_to_the_other_side(self) -> None:
        self.add_month("2024-01-01", 2000)
        learn, held_out = (set(contents(part)) for part in sides(self))
        self.add_month("2024-02-01", 3000, fare="4 + 3 * trip_distance")
        learn_later, held_out_later = (set(contents(part)) for part in sides(self))
        self.assertTrue(learn <= learn_later and held_out <= held_out_later)
        self.assertFalse(learn_later & held_out_later)
        share = len(held_out_later) / (len(held_out_later) + len(learn_later))
        self.assertTrue(0.25 < share < 0.35, share)

    def test_a_month_has_its_rows_only(self) -> None:
        self.add_month("2023-12-01", 300)
        self.add_month("2024-01-01", 200, fare="9")
        learn, held_out = sides(self, "2024-01-01")
        self.assertEqual(len(learn) + len(held_out), 200)
        self.assertEqual({row[-1] for part in (learn, held_out) for row in contents(part)}, {9.0})

    def test_the_sample_is_bounded_and_the_same_each_time(self) -> None:
        self.add_month("2024-01-01", 5000)
        with mock.patch.object(rows, "most_rows", 1000):
            first, second = ([contents(part) for part in sides(self)] for _ in range(2))
        self.assertEqual(first, second)
        self.assertTrue(900 < sum(map(len, first)) <= 1000, sum(map(len, first)))

    def test_rows_with_a_missing_value_are_left_out_and_counted_and_all_kinds_of_missing_are_one(self) -> None:
        self.add_month("2024-01-01", 4000)
        rows_before = {row for part in sides(self) for row in contents(part)}
        kinds = ("'NaN'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE", "1e39", "-1e39", "NULL")
        with duckdb.connect(str(self.warehouse)) as connection:
            table = f"{self.facts.dataset}.{self.facts.table}"
            for kind in kinds:
                for column in (*self.facts.features, self.facts.target):
                    connection.execute(
                        f'INSERT INTO {table} BY NAME SELECT * REPLACE ({kind} AS "{column}") FROM'
                        f" (FROM {table} LIMIT 1)"
                    )
        found = read_rows(self.warehouse, self.facts, "2024-01-01")
        self.assertEqual(found.left_out, len(kinds) * (len(self.facts.features) + 1))
        self.assertEqual({row for part in sides(self) for row in contents(part)}, rows_before)
        self.assertEqual(len(found), 4000)
        self.assertTrue(np.isfinite(found.learn.matrix()).all() and np.isfinite(found.learn.target()).all())

    def test_a_month_of_nothing_but_missing_values_has_no_rows(self) -> None:
        self.add_month("2024-01-01", 50, fare="'NaN'::DOUBLE")
        found = read_rows(self.warehouse, self.facts)
        self.assertEqual((len(found), found.left_out), (0, 50))


class BadWarehouseTest(StoreTestCase):
    def test_a_missing_warehouse_is_named(self) -> None:
        with self.assertRaisesRegex(UsageError, "no such warehouse; run the etl and dbt steps first"):
            read_rows(self.warehouse, self.facts)

    def test_a_missing_table_is_named(self) -> None:
        duckdb.connect(str(self.warehouse)).close()
        with self.assertRaisesRegex(UsageError, "no table ml.dbt__ml__yellow_fare; run the dbt step for yellow first"):
            read_rows(self.warehouse, self.facts)

    def test_a_file_that_is_no_database_is_refused(self) -> None:
        self.warehouse.write_text("not a database" * 100)
        with self.assertRaisesRegex(UsageError, "not a warehouse that DuckDB can open"):
            read_rows(self.warehouse, self.facts)

    def test_a_damaged_file_is_refused_and_does_not_count_as_locked(self) -> None:
        self.add_month("2024-01-01", 50_000)
        content = self.warehouse.read_bytes()
        for spoiled in (
            content[: len(content) // 2],
            content[:12_288] + bytes(byte ^ 255 if at % 97 == 0 else byte for at, byte in enumerate(content[12_288:])),
        ):
            self.warehouse.write_bytes(spoiled)
            with self.assertRaisesRegex(UsageError, "the warehouse is damaged: .*; restore it"):
                read_rows(self.warehouse, self.facts)

    def test_columns_of_another_type_are_named_or_their_rows_left_out(self) -> None:
        self.add_month("2024-01-01", 10)
        with duckdb.connect(str(self.warehouse)) as connection:
            table = f"{self.facts.dataset}.{self.facts.table}"
            connection.execute(f"ALTER TABLE {table} ALTER trip_distance TYPE VARCHAR USING 'far'")
            self.assertEqual(connection.execute(f"SELECT count(*) FROM {table}").fetchone(), (10,))
        self.assertEqual(read_rows(self.warehouse, self.facts).left_out, 10)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"ALTER TABLE {table} ALTER date TYPE INTEGER USING 1")
        with self.assertRaisesRegex(UsageError, "a column of the feature table has another type"):
            read_rows(self.warehouse, self.facts, "2024-01-01")

    def test_a_locked_warehouse_is_temporary(self) -> None:
        self.add_month("2024-01-01", 10)
        message = 'IO Error: Could not set lock on file "w": Conflicting lock is held'
        with mock.patch.object(duckdb, "connect", side_effect=duckdb.IOException(message)), self.assertRaises(TemporaryError):
            read_rows(self.warehouse, self.facts)


if __name__ == "__main__":
    unittest.main()
