"""MLflow as users leave it: moved and copied folders, what was deleted or registered by hand, stores that can't be used."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest import mock

from mlflow import MlflowClient

from errors import UsageError
from files import write_bytes
from registry import open_registry
from step import run_step, train_once
from test_store_case import StoreTestCase


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class ChampionTestCase(StoreTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.add_month("2024-01-01", 500)
        self.add_month("2024-02-01", 500, fare="4 + 3 * trip_distance")
        self.run_training("first", "2024-01-01")
        self.exported = digests(self.folder / "models")

    @property
    def tracking(self) -> Path:
        return self.folder / "mlflow"

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(tracking_uri=f"sqlite:///{self.tracking}/mlflow.db")

    def sql(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.tracking / "mlflow.db")) as connection, connection:
            return connection.execute(query).fetchall()

    def retrain(self, run: str = "second") -> tuple[int, str]:
        """Exit code and standard error of retrain.py for the second month."""
        flags = ["--category", "yellow", "--warehouse", self.warehouse, "--run-date", "2024-02-01", "--run", run]
        places = ["--tracking", self.tracking, "--models", self.folder / "models", "--result", self.folder / "result.json"]
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), mock.patch.object(sys, "argv", ["retrain.py", *map(str, flags + places)]):
            code = run_step("retrain", "", lambda flags: train_once(flags, flags.run_date), month=True)
        return code, errors.getvalue()

    def assert_refused(self, message: str) -> None:
        """Refused in one line that says what is wrong; what was exported serves on."""
        code, line = self.retrain()
        self.assertEqual(code, 2, line)
        self.assertRegex(line, rf"\Aretrain: [^\n]*({message})[^\n]*\n\Z")
        self.assertEqual(digests(self.folder / "models"), self.exported)


class MovedFolderTest(ChampionTestCase):
    def test_a_moved_folder_continues_its_champion(self) -> None:
        moved = self.folder / "elsewhere #1 %41" / "state"
        moved.mkdir(parents=True)
        for name in ("mlflow", "models", "warehouse.duckdb"):
            shutil.move(self.folder / name, moved / name)
        old, self.folder, self.warehouse = self.folder, moved, moved / "warehouse.duckdb"
        second = self.run_training("second", "2024-02-01")
        self.assertEqual((second["version"], second["baseline"], second["promoted"]), (2, "champion 1", True))
        self.assertFalse((old / "mlflow").exists())
        self.assertNotIn(f"{old}/mlflow", "\n".join(self.sql_dump()))

    def sql_dump(self) -> list[str]:
        with closing(sqlite3.connect(self.tracking / "mlflow.db")) as connection:
            return list(connection.iterdump())

    def test_a_copy_leaves_the_original_as_it_is(self) -> None:
        original, before = self.folder, digests(self.folder)
        copy = self.folder.parent / f"{self.folder.name}-copy"
        self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
        shutil.copytree(original, copy)
        self.folder, self.warehouse = copy, copy / "warehouse.duckdb"
        self.assertEqual(self.run_training("second", "2024-02-01")["baseline"], "champion 1")
        self.assertEqual(digests(original), before)
        self.assertNotIn(f"{original}/", "\n".join(self.sql_dump()))
        # And the original goes on by itself.
        self.folder, self.warehouse = original, original / "warehouse.duckdb"
        self.assertEqual(self.run_training("other", "2024-02-01")["version"], 2)

    def test_a_store_of_an_earlier_release_loses_the_path_of_its_maker(self) -> None:
        self.sql("UPDATE experiments SET artifact_location = '/repository/apps/ml/mlruns/0' WHERE experiment_id = 0")
        self.assertEqual(self.retrain()[0], 0)
        self.assertNotIn("/repository", "\n".join(self.sql_dump()))

    def test_an_experiment_of_the_users_keeps_its_place(self) -> None:
        self.client.create_experiment("theirs", artifact_location="file:///data/artifacts")
        self.assertEqual(self.retrain()[0], 0)
        self.assertIn(("file:///data/artifacts",), self.sql("SELECT artifact_location FROM experiments"))


class UsersMlflowTest(ChampionTestCase):
    def test_a_deleted_experiment_is_restored_with_its_runs(self) -> None:
        experiment = self.client.get_experiment_by_name(self.facts.registered_model).experiment_id
        runs = len(self.client.search_runs([experiment]))
        self.client.delete_experiment(experiment)
        code, log = self.retrain()
        self.assertEqual((code, log), (0, "experiment yellow-fare was deleted in MLflow; it is restored\n"))
        self.assertGreater(len(self.client.search_runs([experiment])), runs)
        self.assertEqual(self.champion()["version"], 2)

    def champion(self) -> dict:
        return json.loads(self.champion_file.read_text())

    def test_an_alias_on_a_version_that_was_registered_by_hand_is_named(self) -> None:
        run = self.client.get_model_version(self.facts.registered_model, "1").run_id
        by_hand = [{}, {"verdict": "good", "taxiway.run": "x"}, {"verdict": '{"rmse": 1}', "taxiway.run": "x"}, {"verdict": "[]"}]
        for tags in by_hand:
            with self.subTest(tags=tags):
                version = self.client.create_model_version(self.facts.registered_model, "/some/where", run_id=run, tags=tags).version
                self.client.set_registered_model_alias(self.facts.registered_model, self.facts.alias, version)
                self.assert_refused(f'yellow-fare: the alias "champion" is on version {version}, which no training has registered')
        self.client.set_registered_model_alias(self.facts.registered_model, self.facts.alias, "1")
        self.assertEqual(self.retrain()[0], 0)

    def test_without_the_file_of_the_champion_the_way_on_is_given(self) -> None:
        (file,) = self.tracking.rglob("model.json")
        content = file.read_bytes()
        for spoiled in (content[:5000], b"", b"{}", b"[]", b"\xff\xfe", content.replace(b'"left_children":[1', b'"left_children":[9999', 1)):
            with self.subTest(size=len(spoiled)):
                file.write_bytes(spoiled)
                self.assert_refused("version 1: its file model/model.json in MLflow is damaged: .* restore that file, or, in MLflow")
        file.unlink()
        self.assert_refused("version 1: MLflow has no file model/model.json of its run .* restore that file, or, in MLflow")
        shutil.rmtree(self.tracking / "artifacts")
        self.assert_refused("version 1: MLflow has no file model/model.json")
        self.client.delete_registered_model_alias(self.facts.registered_model, self.facts.alias)
        self.assertEqual(self.retrain()[0], 0)
        self.assertEqual(self.champion()["version"], 2)

    def test_a_run_that_is_gone_for_good_is_named(self) -> None:
        run = self.client.get_model_version(self.facts.registered_model, "1").run_id
        for table in ("params", "metrics", "latest_metrics", "tags"):
            self.sql(f"DELETE FROM {table} WHERE run_uuid = '{run}'")
        self.sql(f"DELETE FROM runs WHERE run_uuid = '{run}'")
        self.assert_refused(f"version 1: MLflow has no file model/model.json of its run {run}")

    def test_a_deleted_version_or_model_starts_over_and_a_deleted_run_does_not_matter(self) -> None:
        self.client.delete_run(self.client.get_model_version(self.facts.registered_model, "1").run_id)
        self.assertEqual(self.retrain("a")[0], 0)
        for number, delete in enumerate(
            (
                lambda: self.client.delete_model_version(self.facts.registered_model, "2"),
                lambda: self.client.delete_registered_model(self.facts.registered_model),
            )
        ):
            delete()
            code, log = self.retrain(f"b{number}")
            self.assertEqual((code, log), (0, ""))


class UnusableStoreTest(ChampionTestCase):
    def test_each_store_that_can_not_be_used_is_refused_at_once(self) -> None:
        def replace_by_folder() -> None:
            file.unlink()
            file.mkdir()

        cases: list[tuple[Callable[[], object], str]] = [
            (lambda: file.write_text("no database" * 999), "MLflow's store can't be used: file is not a database"),
            (lambda: os.truncate(file, 20_000), "MLflow's store can't be used: database disk image is malformed"),
            (lambda: self.sql("UPDATE alembic_version SET version_num = 'feedbeef0000'"), "another version of MLflow wrote this store"),
            (lambda: self.sql("DROP TABLE registered_models"), "another version of MLflow wrote this store|no such table"),
            (replace_by_folder, "expected MLflow's SQLite file, got a folder"),
        ]
        good = self.folder
        for number, (spoil, message) in enumerate(cases):
            with self.subTest(message=message):
                # MLflow keeps a store that this process has opened: each is at a place of its own.
                self.folder = good / str(number)
                shutil.copytree(good / "mlflow", self.tracking)
                shutil.copytree(good / "models", self.folder / "models")
                file = self.tracking / "mlflow.db"
                spoil()
                start = time.monotonic()
                self.assert_refused(message)
                self.assertLess(time.monotonic() - start, 20)

    def test_a_tracking_folder_below_a_file_is_refused(self) -> None:
        shutil.rmtree(self.tracking)
        self.tracking.write_text("")
        self.assert_refused(r"mlflow: something else has this name already \(EEXIST\)")

    def test_a_result_that_is_no_file_is_refused_before_the_work(self) -> None:
        (self.folder / "result.json").mkdir()
        self.assert_refused("result.json: a folder is there, expected a plain file or nothing")
        self.assertEqual(self.sql("SELECT count(*) FROM model_versions"), [(1,)])


class FilesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="taxiway-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_what_is_no_plain_file_is_refused_and_left_as_it_is(self) -> None:
        os.mkfifo(self.folder / "pipe")
        (self.folder / "folder").mkdir()
        cases = {"pipe": "a named pipe", "folder": "a folder"}
        if os.geteuid() == 0:
            # One of its own: the machine's /dev/null would be lost where this test fails.
            os.mknod(self.folder / "device", 0o020666, os.makedev(1, 3))
            cases["device"] = "a device"
        for name, kind in cases.items():
            (self.folder / f"{name}-link").symlink_to(name)
            before = (self.folder / name).lstat()
            for path in (self.folder / name, self.folder / f"{name}-link"):
                with self.subTest(path=path.name), self.assertRaisesRegex(UsageError, f"{path}: {kind} is there, expected a plain file"):
                    write_bytes(path, b"x")
            self.assertEqual((self.folder / name).lstat().st_ino, before.st_ino)

    def test_links_are_followed(self) -> None:
        (self.folder / "far").mkdir()
        (self.folder / "link").symlink_to("far/new/file")
        write_bytes(self.folder / "link", b"x")
        write_bytes(self.folder / "link", b"y")
        self.assertEqual((self.folder / "far" / "new" / "file").read_bytes(), b"y")
        self.assertEqual(os.readlink(self.folder / "link"), "far/new/file")
        (self.folder / "circle").symlink_to("circle")
        with self.assertRaises(OSError):
            write_bytes(self.folder / "circle", b"x")
        write_bytes(self.folder / ("é" * 127), b"x")


if __name__ == "__main__":
    unittest.main()
