"""The runner's parts that need no Spark, and the swap of folders at each moment a kill can come."""

import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from bigquery_sink import bigquery_options
from errors import TemporaryError
from failures import to_user_error
from parquet_sink import ParquetSink
from session import Folder, start_session, stop_session


def a_sink(partition: str | None) -> dict[str, Any]:
    """A table of one column."""
    return {
        "table": {"dataset": "staging", "table": "t"},
        "schema": [{"name": "day", "type": "date"}],
        "mode": "overwrite_table" if partition is None else "overwrite_partition",
        "datePartition": partition,
        "partitionField": "day",
        "partitionType": "MONTH",
        "clusteredFields": ["PULocationID", "DOLocationID"],
        "bigQueryJobLabels": {"category": "yellow", "table": "clean-202401"},
    }


class BigQueryOptionsTest(unittest.TestCase):
    destination = {"format": "bigquery", "project": "p", "temporaryGcsBucket": "b"}

    def test_a_month(self) -> None:
        self.assertEqual(
            bigquery_options(a_sink("202401"), self.destination),
            {
                "table": "p.staging.t",
                "parentProject": "p",
                "writeMethod": "indirect",
                "temporaryGcsBucket": "b",
                "intermediateFormat": "parquet",
                "enableListInference": "true",
                "createDisposition": "CREATE_NEVER",
                "datePartition": "202401",
                "partitionField": "day",
                "partitionType": "MONTH",
                "clusteredFields": "PULocationID,DOLocationID",
                "bigQueryJobLabel.category": "yellow",
                "bigQueryJobLabel.table": "clean-202401",
            },
        )

    def test_a_whole_table_has_no_partition(self) -> None:
        self.assertNotIn("datePartition", bigquery_options(a_sink(None), self.destination))
        self.assertNotIn("clusteredFields", bigquery_options({**a_sink(None), "clusteredFields": []}, self.destination))


class FailuresTest(unittest.TestCase):
    def test_kinds(self) -> None:
        for text, code in {
            "An error occurred\n: java.lang.RuntimeException: Not found: Table p:staging.t was not found in location EU": 2,
            "com.google.cloud.bigquery.connector.common.BigQueryConnectorException: Provided Schema does not match Table p:t": 2,
            '403 Forbidden\n{"error": {"message": "Access Denied: Table p:staging.t: Permission bigquery.tables.updateData denied"}}': 2,
            "GoogleJsonResponseException: 403 Forbidden quotaExceeded: Your table exceeded quota": 75,
            "java.io.IOException: 403: job exceeded rate limits, rateLimitExceeded": 75,
            "java.net.UnknownHostException: storage": 75,
            "com.google.api.gax.rpc.UnavailableException: 503 Service Unavailable": 75,
            "java.io.IOException: No space left on device": 75,
            "AnalysisException: [DATA_SOURCE_NOT_FOUND] Failed to find the data source: bigquery.": 2,
            "java.io.IOException: Error getting access token from metadata server at: http://169.254.169.254/computeMetadata": 75,
            "java.lang.OutOfMemoryError: Java heap space": 75,
            "java.io.FileNotFoundException: \nFile file:/x/y.parquet does not exist": 2,
            "[PATH_NOT_FOUND] Path does not exist: file:/x.parquet.": 2,
            "java.lang.RuntimeException: file:/x is not a Parquet file. Expected magic number at tail": 1,
        }.items():
            with self.subTest(text=text):
                error = to_user_error(RuntimeError(text))
                self.assertIsNotNone(error)
                self.assertEqual(error and error.exit_code, code)
                self.assertNotIn("\n", str(error))

    def test_anything_else_is_a_bug(self) -> None:
        for error in (KeyError("sinks"), AssertionError("x"), RuntimeError("[UNRESOLVED_COLUMN] A column `nonsense`")):
            self.assertIsNone(to_user_error(error))


class Killed(BaseException):
    """What a test throws where a kill would come."""


class ParquetSinkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.session = start_session({"spark.sql.session.timeZone": "UTC"})

    @classmethod
    def tearDownClass(cls) -> None:
        stop_session()

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="taxiway-spark-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, days: list[str], partition: str | None, renames: int | None = None) -> None:
        """Replaces a table or month; a kill comes before the rename of that number."""
        sink = ParquetSink(self.session, str(self.folder))
        rows = self.session.createDataFrame([(day,) for day in days], "day string").selectExpr("CAST(day AS DATE) AS day")
        sink.stage(a_sink(partition), rows)
        rename, done = Folder.rename, 0

        def rename_or_die(folder: Folder, name: str, to: str) -> None:
            nonlocal done
            if done == renames:
                raise Killed
            done += 1
            rename(folder, name, to)

        try:
            with mock.patch.object(Folder, "rename", rename_or_die):
                sink.swap()
        finally:
            if sink._lock:
                sink._lock.close()

    def read(self) -> list[str]:
        """All days of the table once the next run has begun."""
        ParquetSink(self.session, str(self.folder)).close()
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith("_")], [])
        return sorted(str(row["day"]) for row in self.session.read.parquet(f"{self.folder}/staging/t").select("day").collect())

    def test_a_kill_leaves_the_old_rows_or_the_new(self) -> None:
        old, new = ["2024-01-05", "2024-02-05"], ["2024-02-06", "2024-02-07"]
        for partition, replaced in ((None, new), ("202402", ["2024-01-05", *new])):
            for renames, expected in ((0, old), (1, old), (None, replaced)):
                with self.subTest(partition=partition, renames=renames):
                    self.write(old, None)
                    if renames is None:
                        self.write(new, partition)
                    else:
                        with self.assertRaises(Killed):
                            self.write(new, partition, renames)
                    self.assertEqual(self.read(), expected)

    def test_two_runs_at_once_are_temporary(self) -> None:
        first = ParquetSink(self.session, str(self.folder))
        with self.assertRaisesRegex(TemporaryError, "another run writes to these tables"):
            ParquetSink(self.session, str(self.folder))
        first.close()
        ParquetSink(self.session, str(self.folder)).close()


if __name__ == "__main__":
    unittest.main()
