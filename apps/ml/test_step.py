"""Promotion, reruns, crashes and the exported champion, on a real MLflow store and warehouse."""

import json
import shutil
import unittest
from unittest import mock

import xgboost as xgb

import step
from errors import TemporaryError
from registry import Registry, Verdict, open_registry
from test_store_case import StoreTestCase


class VerdictTest(unittest.TestCase):
    def test_no_worse_wins_and_worse_does_not(self) -> None:
        for rmse, wins in [(1.0, True), (0.5, True), (1.0000001, False), (float("nan"), False)]:
            with self.subTest(rmse=rmse):
                self.assertIs(Verdict(rmse=rmse, baseline_rmse=1.0, baseline="champion 1", met=1, rows=10).wins, wins)


class TrainingTest(StoreTestCase):
    def test_train_then_retrain_on_changed_fares(self) -> None:
        self.add_month("2024-01-01", 3000)
        first = self.run_training("first")
        self.assertEqual(
            (first["version"], first["promoted"], first["baseline"], first["rows"]), (1, True, "training mean", 3000)
        )
        self.assertLess(first["rmse"], first["baselineRmse"] / 4)
        self.add_month("2024-02-01", 3000, fare="6 + 3 * trip_distance")
        second = self.run_training("second", "2024-02-01")
        self.assertEqual(
            (second["version"], second["promoted"], second["baseline"], second["rows"]), (2, True, "champion 1", 3000)
        )
        self.assertLess(second["rmse"], second["baselineRmse"])
        champion = json.loads(self.champion_file.read_text())
        self.assertEqual((champion["version"], champion["rmse"], champion["model"]), (2, second["rmse"], "model-2.json"))
        booster = xgb.Booster(model_file=self.champion_file.parent / champion["model"])
        self.assertEqual(booster.feature_names, list(self.facts.features))
        self.assertGreater(booster.num_boosted_rounds(), 100)

    def test_a_month_of_shuffled_fares_is_not_promoted(self) -> None:
        self.add_month("2024-01-01", 3000)
        self.add_month("2024-02-01", 3000)
        self.run_training("first")
        # The fares of the month, each at another trip: every distribution stays as it was, so that the champion is no better on them.
        self.add_month("2024-03-01", 3000, fare="3 + 2.5 * (hash(trip_distance, pickup_lat, date) % 397) / 20.0")
        second = self.run_training("second", "2024-03-01")
        self.assertLessEqual(second["rmse"], second["baselineRmse"])
        self.assertGreater(second["earlierRmse"], second["earlierBaselineRmse"])
        self.assertFalse(second["promoted"])
        self.assertEqual(json.loads(self.champion_file.read_text())["version"], 1)

    def test_the_same_rows_train_the_same_model(self) -> None:
        self.add_month("2024-01-01", 1000)
        self.run_training("first")
        bytes_before = (self.champion_file.parent / "model-1.json").read_bytes()
        again = self.run_training("again")
        self.assertEqual((again["version"], again["promoted"], again["rmse"]), (2, True, again["baselineRmse"]))
        self.assertEqual((self.champion_file.parent / "model-2.json").read_bytes(), bytes_before)

    def test_a_worse_candidate_is_registered_but_the_champion_stays(self) -> None:
        self.add_month("2024-01-01", 3000)
        self.run_training("first")
        # The fares of this month are noise around the old ones: what its learned part teaches is wrong for the rest.
        self.add_month(
            "2024-02-01", 400, fare="3 + 2.5 * trip_distance + hash(trip_distance, date, day_of_week) % 1000 / 50.0 - 10"
        )
        second = self.run_training("second", "2024-02-01")
        self.assertEqual((second["version"], second["promoted"]), (2, False))
        self.assertEqual(json.loads(self.champion_file.read_text())["version"], 1)

    def test_a_month_with_few_rows_keeps_the_champion(self) -> None:
        self.add_month("2024-01-01", 1000)
        self.run_training("first")
        self.add_month("2024-02-01", 99)
        for month in ("2024-02-01", "2024-03-01"):
            with self.subTest(month=month):
                result = self.run_training(f"run-{month}", month)
                self.assertEqual((result["version"], result["promoted"]), (1, False))
                self.assertIn("too few to learn from; the champion stays", result["note"])

    def test_no_rows_and_no_champion_is_said(self) -> None:
        self.add_month("2024-01-01", 5)
        result = self.run_training("first")
        self.assertEqual((result["version"], result["promoted"], result["rows"]), (None, False, 5))
        self.assertFalse(self.champion_file.exists())

    def test_without_a_champion_a_month_trains_afresh(self) -> None:
        self.add_month("2024-01-01", 1000)
        result = self.run_training("first", "2024-01-01")
        self.assertEqual((result["version"], result["promoted"], result["baseline"]), (1, True, "training mean"))


class RerunTest(StoreTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.add_month("2024-01-01", 500)

    def versions(self) -> list[int]:
        with open_registry(self.folder / "mlflow", self.facts) as registry:
            found = registry.client.search_model_versions(f"name = '{self.facts.registered_model}'")
            return sorted(int(one.version) for one in found)

    def test_the_same_run_again_registers_nothing(self) -> None:
        name = "run '; DROP TABLE x; -- {{ }} `"
        first = self.run_training(name)
        again = self.run_training(name)
        self.assertEqual(self.versions(), [1])
        for key in ("version", "rmse", "baselineRmse", "promoted", "rows"):
            self.assertEqual(again[key], first[key], key)

    def test_a_crash_before_the_version_leaves_none_and_marks_the_run_killed(self) -> None:
        with mock.patch.object(Registry, "register", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            self.run_training("first")
        self.assertEqual(self.versions(), [])
        self.assertEqual(self.run_training("first")["version"], 1)
        with open_registry(self.folder / "mlflow", self.facts) as registry:
            runs = registry.client.search_runs([registry.experiment], "tags.`mlflow.runName` = 'first'")
        self.assertEqual(sorted(run.info.status for run in runs), ["FINISHED", "KILLED"])

    def test_a_crash_between_version_and_promotion_heals(self) -> None:
        with mock.patch.object(Registry, "settle", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            self.run_training("first")
        self.assertFalse(self.champion_file.exists())
        self.assertEqual(self.run_training("first")["promoted"], True)
        self.assertEqual(self.versions(), [1])
        self.assertEqual(json.loads(self.champion_file.read_text())["version"], 1)

    def test_a_crash_between_promotion_and_export_heals_with_any_later_run(self) -> None:
        with mock.patch.object(step, "export_champion", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            self.run_training("first")
        self.assertFalse(self.champion_file.exists())
        self.run_training("other", "2030-01-01")
        self.assertEqual(json.loads(self.champion_file.read_text())["version"], 1)

    def test_damaged_and_lost_champion_files_are_rewritten(self) -> None:
        self.run_training("first")
        expected = self.champion_file.read_bytes()
        self.champion_file.write_text("{")
        (self.champion_file.parent / "model-1.json").write_text("")
        self.run_training("first")
        self.assertEqual(self.champion_file.read_bytes(), expected)
        shutil.rmtree(self.champion_file.parent)
        self.run_training("first")
        self.assertEqual(self.champion_file.read_bytes(), expected)

    def test_an_old_run_repeated_does_not_take_the_place_of_a_newer_champion(self) -> None:
        self.run_training("first")
        self.run_training("second")
        self.assertEqual(self.run_training("first")["version"], 1)
        self.assertEqual(json.loads(self.champion_file.read_text())["version"], 2)

    def test_a_new_tracking_folder_gets_its_store(self) -> None:
        shutil.rmtree(self.folder / "mlflow")
        self.run_training("first")
        self.assertEqual(sorted(path.name for path in (self.folder / "mlflow").iterdir()), ["artifacts", "lock", "mlflow.db"])

    def test_two_trainings_at_once_are_temporary(self) -> None:
        with (
            open_registry(self.folder / "mlflow", self.facts),
            self.assertRaisesRegex(TemporaryError, "another training has the model registry open"),
        ):
            self.run_training("first")


if __name__ == "__main__":
    unittest.main()
