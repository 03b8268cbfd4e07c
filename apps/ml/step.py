"""What train.py and retrain.py share: flags, one run from its rows to the exported champion, the result, errors in one line."""

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

# XGBoost's threads wait for each other thousands of times a training. OpenMP's default is to spin: beside another busy process
# that made a training take 33 s instead of 15. The setting is read when XGBoost is loaded, below.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import xgboost as xgb

from boosting import Trial, explained_share, mean_rmse, rmse, train_grid
from errors import UsageError, UserError, of_system
from export import export_champion
from facts import ModelFacts, known_categories, read_facts
from files import find_target, write_bytes
from registry import Registry, Verdict, Version, open_registry, to_user_error
from rows import FeatureRows, Rows, read_earlier, read_rows

fewest_rows = 100


def run_step(name: str, description: str, train: Callable[[argparse.Namespace], dict[str, Any]], month: bool) -> int:
    """Runs a program and returns its exit code. Errors of the user's making are one line on standard error."""
    flags = parse_flags(name, description, month)
    try:
        # Before the work, not after it.
        if flags.result is not None:
            find_target(flags.result)
        trained = train(flags)
        result = (json.dumps(trained, indent=2) + "\n").encode()
        if flags.outputs is not None:
            write_outputs(flags.outputs, trained)
        if flags.result is None:
            sys.stdout.write(result.decode())
            sys.stdout.flush()
        else:
            write_bytes(flags.result, result)
        return 0
    except KeyboardInterrupt:
        print(f"{name}: interrupted; the next run starts this step again", file=sys.stderr)
        return 130
    except Exception as error:
        told = error if isinstance(error, UserError) else of_system(error) or to_user_error(error, flags.tracking)
        if told is None:
            traceback.print_exc()
            print(f"{name}: this is a bug in Taxiway; please report it with the lines above", file=sys.stderr)
            return 70
        print(f"{name}: {' '.join(str(told).split())}", file=sys.stderr)
        return told.exit_code


def write_outputs(folder: Path, result: dict[str, Any]) -> None:
    """What workflows hand from step to step: text as it is, anything else as JSON, nothing for None."""
    for name, value in result.items():
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        write_bytes(folder / name, text.encode())


class FlagParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def parse_flags(name: str, description: str, month: bool) -> argparse.Namespace:
    """Reads and checks the flags; leaves with exit code 2 where they are wrong."""
    parser = FlagParser(prog=name, description=description, allow_abbrev=False)
    parser.add_argument("--category", required=True, help="the data set whose model to train")
    parser.add_argument("--warehouse", required=True, help="the DuckDB file, or bigquery://project/prefix_")
    parser.add_argument("--location", help="where BigQuery keeps the datasets, such as europe-west1; with bigquery:// only")
    if month:
        parser.add_argument("--run-date", required=True, help="YYYY-MM-01: the month to learn from")
    parser.add_argument("--run", required=True, help="the workflow run's name; the same run registers one version")
    parser.add_argument("--tracking", required=True, help="folder of MLflow's store, or its server's URL")
    parser.add_argument("--models", required=True, help="folder or bucket of the models that serve: a path, file://, gs:// or s3://")
    parser.add_argument("--result", type=Path, help="write the result as JSON to this file, not to standard output")
    parser.add_argument("--outputs", type=Path, help="write each of the result's fields to a file of its own in this folder")
    flags = parser.parse_args()
    if flags.category not in known_categories():
        parser.error(f'--category "{flags.category}": expected one of {", ".join(known_categories())}')
    if month and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])-01", flags.run_date):
        parser.error(f'--run-date "{flags.run_date}": expected the first day of a month, such as 2024-01-01')
    if flags.warehouse.startswith("bigquery:") != (flags.location is not None):
        parser.error(f'--warehouse "{flags.warehouse}": bigquery:// needs --location, a file takes none')
    if not flags.run.strip():
        parser.error("--run is empty: expected the workflow run's name")
    return flags


def train_once(flags: argparse.Namespace, month: str | None) -> dict[str, Any]:
    """One run: train, judge, register, promote, export. A month continues the champion; without one, or without a month, the grid decides."""
    start = time.monotonic()
    facts = read_facts(flags.category)
    with open_features(flags, facts, month) as (file, left_out):
        rows = read_rows(file, facts, month)
        earlier = None if month is None else read_earlier(file, facts, month)
    left_out += rows.left_out
    with open_registry(flags.tracking, facts) as registry:
        version = registry.version_of_run(flags.run)
        note = "this run has registered its version before" if version else None
        if version is None and min(len(rows.learn), len(rows.held_out)) > 0 and len(rows) >= fewest_rows:
            version = register_new(registry, facts, (rows, earlier), (flags.run, month))
        promoted = registry.settle(version) if version else False
        champion = export_champion(registry, facts, flags.models)
        if version is None:
            note = (
                f"{len(rows)} rows are too few to learn from; the champion stays"
                if champion
                else "too few rows to learn from, and no champion yet"
            )
    return to_result(facts, version or champion, promoted, (len(rows), left_out), note) | {
        "seconds": round(time.monotonic() - start, 3)
    }


@contextlib.contextmanager
def open_features(flags: argparse.Namespace, facts: ModelFacts, month: str | None) -> Iterator[tuple[Path, int]]:
    """The DuckDB file with the feature table: the warehouse itself, or a copy of BigQuery's rows that goes at the end; and the rows left out of the copy."""
    if not str(flags.warehouse).startswith("bigquery:"):
        yield Path(flags.warehouse), 0
        return
    # Loaded only where it is needed: it costs a second, and only the image has it.
    try:
        from bigquery_rows import BigQueryFeatures
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("google"):
            raise
        raise UsageError(
            f"{flags.warehouse}: this Python lacks google-cloud-bigquery; "
            "run the image of apps/ml, or install apps/ml/image-requirements.txt"
        ) from None

    names = facts.job_labels
    # Beside its month, a batch's run has the workflow's name, by which costs are counted.
    labels = {
        names["run"]: flags.run.split("/")[0],
        names["category"]: facts.category,
        names["step"]: "train" if month is None else "retrain",
    }
    with tempfile.TemporaryDirectory(prefix="taxiway-rows-") as folder:
        file = Path(folder) / "rows.duckdb"
        left_out = BigQueryFeatures(flags.warehouse, flags.location, facts, labels).copy(file, month)
        yield file, left_out


def register_new(
    registry: Registry, facts: ModelFacts, rows: tuple[FeatureRows, Rows | None], run: tuple[str, str | None]
) -> Version:
    """Trains candidates, judges the best against the champion on the same rows, and registers it with the verdict."""
    learn, held_out = rows[0].learn, rows[0].held_out
    earlier = rows[1]
    name, month = run
    champion = registry.champion()
    booster = registry.load(champion)[1] if champion else None
    # A champion of other features can be neither continued nor compared on these rows.
    comparable = booster is not None and tuple(booster.feature_names or ()) == facts.features
    parent = registry.start_run(name, {"month": month or "all", "learned_rows": len(learn), "held_out_rows": len(held_out)})
    trials = train_grid(learn, held_out, booster if month and comparable else None)
    log_trials(registry, parent, trials)
    baseline = rmse(booster, held_out.matrix(), held_out.target()) if comparable else mean_rmse(learn, held_out)
    judges = booster if comparable and earlier is not None and len(earlier) > 0 else None
    verdict = Verdict(
        rmse=trials[0].rmse,
        baseline_rmse=baseline,
        baseline=f"champion {champion.version}" if comparable else "training mean",
        met=champion.version if champion else 0,
        rows=len(learn) + len(held_out),
        **({} if judges is None else compare_on_earlier(trials[0].booster, judges, (held_out, earlier))),
    )
    return registry.register(parent, trials[0].booster, verdict)


def compare_on_earlier(candidate: xgb.Booster, champion: xgb.Booster, rows: tuple[Rows, Rows]) -> dict[str, float]:
    """The errors of both, in the unit of the target, on rows of earlier months that neither has learned from, and what each explains of its months."""
    held_out, earlier = rows
    features, target = earlier.matrix(), earlier.target()
    champions = rmse(champion, features, target)
    return {
        "earlier_rmse": rmse(candidate, features, target),
        "earlier_baseline_rmse": champions,
        "explained": explained_share(rmse(candidate, held_out.matrix(), held_out.target()), held_out.target()),
        "earlier_explained": explained_share(champions, target),
    }


def log_trials(registry: Registry, parent: Any, trials: list[Trial]) -> None:
    """A nested run a trial."""
    for trial in trials:
        name = " ".join(f"{key}={value}" for key, value in trial.parameters.items())
        registry.log_trial(parent, name, trial.parameters, trial.rmse)


def to_result(
    facts: ModelFacts, version: Version | None, promoted: bool, rows: tuple[int, int], note: str | None
) -> dict[str, Any]:
    """The step's result; errors in the unit of the target; rows that were used, and those left out."""
    judged = (
        {"version": version.version, "rmse": version.rmse, "baselineRmse": version.baseline_rmse, "baseline": version.baseline}
        if version
        else {
            "version": None,
            "rmse": None,
            "baselineRmse": None,
            "baseline": None,
        }
    )
    if version and version.earlier_rmse is not None:
        judged |= {"earlierRmse": version.earlier_rmse, "earlierBaselineRmse": version.earlier_baseline_rmse}
    return {"category": facts.category, **judged, "promoted": promoted, "rows": rows[0], "leftOut": rows[1]} | ({"note": note} if note else {})
