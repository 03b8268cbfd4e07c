"""The split and the sample: a row is always on the same side, whatever else is in the table and in whatever order."""

import unittest
from unittest import mock

import duckdb

import rows
from errors import TemporaryError, UsageError
from rows import Rows, read_rows
from store_of_rows import StoreTestCase


def contents(part: Rows) -> list[tuple[float, ...]]:
    return [tuple(row) for batch in part.batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)]


class SplitTest(StoreTestCase):
    def test_same_rows_in_another_order_give_the_same_sides_in_the_same_order(self) -> None:
        self.add_month("2024-01-01", 2000)
        before = [contents(part) for part in read_rows(self.warehouse, self.facts)]
        with duckdb.connect(str(self.warehouse)) as connection:
            table = f"{self.facts.dataset}.{self.facts.table}"
            connection.execute(
                f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} ORDER BY trip_distance DESC, day_of_week"
            )
        self.assertEqual([contents(part) for part in read_rows(self.warehouse, self.facts)], before)

    def test_a_new_month_moves_no_row_to_the_other_side(self) -> None:
        self.add_month("2024-01-01", 2000)
        learn, held_out = (set(contents(part)) for part in read_rows(self.warehouse, self.facts))
        self.add_month("2024-02-01", 3000, fare="4 + 3 * trip_distance")
        learn_later, held_out_later = (set(contents(part)) for part in read_rows(self.warehouse, self.facts))
        self.assertTrue(learn <= learn_later and held_out <= held_out_later)
        self.assertFalse(learn_later & held_out_later)
        share = len(held_out_later) / (len(held_out_later) + len(learn_later))
        self.assertTrue(0.25 < share < 0.35, share)

    def test_a_month_has_its_rows_only(self) -> None:
        self.add_month("2023-12-01", 300)
        self.add_month("2024-01-01", 200, fare="9")
        learn, held_out = read_rows(self.warehouse, self.facts, "2024-01-01")
        self.assertEqual(len(learn) + len(held_out), 200)
        self.assertEqual({row[-1] for part in (learn, held_out) for row in contents(part)}, {9.0})

    def test_the_sample_is_bounded_and_the_same_each_time(self) -> None:
        self.add_month("2024-01-01", 5000)
        with mock.patch.object(rows, "most_rows", 1000):
            first, second = ([contents(part) for part in read_rows(self.warehouse, self.facts)] for _ in range(2))
        self.assertEqual(first, second)
        self.assertTrue(900 < sum(map(len, first)) <= 1000, sum(map(len, first)))

    def test_infinite_values_are_missing_and_rows_without_a_fare_are_left_out(self) -> None:
        fare = "CASE WHEN day_of_month % 2 = 0 THEN 'inf'::DOUBLE WHEN day_of_month % 5 = 0 THEN NULL ELSE 5 END"
        self.add_month("2024-01-01", 400, fare)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(f"UPDATE {self.facts.dataset}.{self.facts.table} SET trip_distance = 'inf'")
        learn, held_out = read_rows(self.warehouse, self.facts)
        found = contents(learn) + contents(held_out)
        self.assertTrue(found)
        place = self.facts.features.index("trip_distance")
        self.assertEqual({(row[place], row[-1]) for row in found}, {(None, 5.0)})
        learn.quantile_matrix()


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

    def test_a_locked_warehouse_is_temporary(self) -> None:
        self.add_month("2024-01-01", 10)
        message = 'IO Error: Could not set lock on file "w": Conflicting lock is held'
        with mock.patch.object(duckdb, "connect", side_effect=duckdb.IOException(message)), self.assertRaises(TemporaryError):
            read_rows(self.warehouse, self.facts)


if __name__ == "__main__":
    unittest.main()
