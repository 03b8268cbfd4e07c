"""The runner's parts that need no Spark, and the swap of folders at each moment a kill can come."""

import contextlib
import errno
import io
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from pyspark.errors import AnalysisException, ParseException

from errors import TemporaryError
from failures import to_user_error
from parquet_sink import ParquetSink
from runner import main, write_text
from session import Folder, start_session, stop_session


def a_sink(partition: str | None) -> dict[str, Any]:
    """A table of one column."""
    return {
        "table": {"dataset": "staging", "table": "t"},
        "schema": [{"name": "day", "type": "date"}],
        "mode": "overwrite_table" if partition is None else "overwrite_partition",
        "datePartition": partition,
        "partitionField": "day",
    }


class FailuresTest(unittest.TestCase):
    def test_kinds(self) -> None:
        for text, code in {
            '404 Not Found\n{"error": {"message": "The specified bucket does not exist.", "reason": "notFound"}}': 2,
            '403 Forbidden\n{"error": {"message": "x does not have storage.objects.create access to the Google Cloud Storage object."}}': 2,
            "GoogleJsonResponseException: 403 Forbidden quotaExceeded: the bucket's quota": 75,
            "java.io.IOException: 429 Too Many Requests, rateLimitExceeded": 75,
            "java.net.UnknownHostException: storage": 75,
            "com.google.api.gax.rpc.UnavailableException: 503 Service Unavailable": 75,
            "java.io.IOException: No space left on device": 75,
            "org.apache.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme \"gs\"": 2,
            "java.lang.RuntimeException: java.lang.ClassNotFoundException: Class com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem not found": 2,
            "java.io.IOException: Error getting access token from metadata server at: http://169.254.169.254/computeMetadata": 75,
            "java.lang.OutOfMemoryError: Java heap space": 75,
            "java.io.FileNotFoundException: \nFile file:/x/y.parquet does not exist": 2,
            "[PATH_NOT_FOUND] Path does not exist: file:/x.parquet.": 2,
            "java.lang.RuntimeException: file:/x is not a Parquet file. Expected magic number at tail": 1,
            "java.io.IOException: can not read\n\tat org.apache.parquet.format.Util.read(Util.java:366)\nCaused by: x.TProtocolException: no codec": 1,
        }.items():
            with self.subTest(text=text):
                error = to_user_error(RuntimeError(text))
                self.assertIsNotNone(error)
                self.assertEqual(error and error.exit_code, code)
                self.assertNotIn("\n", str(error))

    def test_a_query_that_does_not_fit_is_the_plans_fault(self) -> None:
        for error in (AnalysisException("[UNRESOLVED_COLUMN] A column `nonsense`"), ParseException("[PARSE_SYNTAX_ERROR] at 'x'")):
            told = to_user_error(error)
            self.assertEqual(told and told.exit_code, 2)
            self.assertIn("write the plan again", str(told))

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


class SystemTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="taxiway-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_main(self, plan: str, result: str) -> tuple[int, str]:
        """Exit code and standard error of the runner, which does not get as far as Spark."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            code = main(["--plan", plan, "--result", result])
        return code, errors.getvalue()

    def test_paths_that_can_not_be_used_are_one_line(self) -> None:
        (self.folder / "file").write_bytes(b"\xff\xfe")
        (self.folder / "result").mkdir()
        result = str(self.folder / "result.json")
        cases = [
            (f"{self.folder}/none", result, "none: there is no such file or folder (ENOENT); check"),
            (f"{self.folder}/file/x", result, "file/x: a part of this path is a file, not a folder (ENOTDIR)"),
            (f"{self.folder}", result, "this is a folder, expected a file (EISDIR)"),
            (f"file://{self.folder}/file", result, "file: not text; write the plan again"),
            ("file:///a%00b", result, "holds the NUL character"),
            (f"{self.folder}/none", f"{self.folder}/result", "result: a folder is there, expected a plain file or nothing"),
        ]
        for plan, place, message in cases:
            with self.subTest(message=message):
                code, line = self.run_main(plan, place)
                self.assertEqual(code, 2, line)
                self.assertRegex(line, r"\Aspark: [^\n]+\n\Z")
                self.assertIn(message, line)

    def test_each_system_error_has_its_exit_code(self) -> None:
        cases = [(errno.EROFS, 2), (errno.EACCES, 2), (errno.ELOOP, 2), (errno.ENOSPC, 75), (errno.EMFILE, 75), (errno.EIO, 75)]
        for number, code in cases:
            self.assertEqual(to_user_error(OSError(number, "x", "/some/place")).exit_code, code)
        self.assertEqual(to_user_error(MemoryError()).exit_code, 75)
        self.assertIsNone(to_user_error(ValueError("x")))

    def test_links_are_followed(self) -> None:
        (self.folder / "link").symlink_to("new/file")
        write_text(str(self.folder / "link"), "x")
        self.assertEqual((self.folder / "new" / "file").read_text(), "x")
        self.assertTrue((self.folder / "link").is_symlink())


if __name__ == "__main__":
    unittest.main()
