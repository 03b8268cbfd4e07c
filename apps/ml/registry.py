"""Runs, versions and the champion in MLflow: a local SQLite store, or a server's. A version carries all that a retry of its run needs to know."""

import contextlib
import fcntl
import json
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import xgboost as xgb

from errors import TemporaryError, UsageError
from facts import ModelFacts

# MLflow announces its releases and asks its makers' server otherwise.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
# Standard output is the step's result.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

run_tag = "taxiway.run"


@dataclass(frozen=True)
class Version:
    """A registered version: its errors in USD on the rows that it was judged by, and the champion that it met (0: none)."""

    version: int
    run_id: str
    run: str
    rmse: float
    baseline_rmse: float
    baseline: str
    wins: bool
    met: int
    rows: int
    created: str


@dataclass(frozen=True)
class Verdict:
    """How a candidate did against what it had to beat."""

    rmse: float
    baseline_rmse: float
    baseline: str
    met: int
    rows: int

    @property
    def wins(self) -> bool:
        """Promotion asks for no worse, not for better."""
        return self.rmse <= self.baseline_rmse


@contextlib.contextmanager
def open_registry(place: Path | str, facts: ModelFacts) -> Iterator["Registry"]:
    """Opens a server's store by its URL, or a folder's, which is made on first use and has one training at a time.

    Throws TemporaryError while another training has the folder.
    """
    if re.match(r"https?://", str(place)):
        # Trainings of one category are kept apart by the workflow's mutex; the server knows where artifacts go.
        yield Registry(str(place), None, facts)
        return
    tracking = Path(place)
    try:
        tracking.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{tracking}: can't make this folder for MLflow's store: {error.strerror}; give another --tracking"
        ) from None
    with (tracking / "lock").open("w") as lock:
        try:
            # The system frees this lock when its process dies, however it dies.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TemporaryError(f"{tracking}: another training has the model registry open; try again when it is done") from None
        database = tracking.resolve() / "mlflow.db"
        if not database.exists():
            make_database(database)
        yield Registry(f"sqlite:///{database}", (tracking.resolve() / "artifacts").as_uri(), facts)


class Registry:
    """The registered model of one category."""

    def __init__(self, uri: str, artifacts: str | None, facts: ModelFacts) -> None:
        self.facts = facts
        self.client = MlflowClient(tracking_uri=uri)
        self.experiment = self._find_or_make_experiment(artifacts)
        try:
            self.client.create_registered_model(facts.registered_model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _find_or_make_experiment(self, artifacts: str | None) -> str:
        found = self.client.get_experiment_by_name(self.facts.registered_model)
        if found is not None:
            return found.experiment_id
        return self.client.create_experiment(self.facts.registered_model, artifact_location=artifacts)

    def start_run(self, run: str, parameters: dict[str, object]) -> Run:
        """A parent run; runs that an earlier attempt of the same run left open are marked as killed."""
        text = run.replace("'", "")
        for left in self.client.search_runs([self.experiment], f"tags.`{run_tag}` = '{text}' AND attributes.status = 'RUNNING'"):
            self.client.set_terminated(left.info.run_id, "KILLED")
        return self._create(run, run, parameters, {})

    def log_trial(self, parent: Run, name: str, parameters: dict[str, float], rmse: float) -> None:
        """A nested, finished run for one combination of the grid."""
        child = self._create(name, parent.data.tags[run_tag], dict(parameters), {"mlflow.parentRunId": parent.info.run_id})
        self.client.log_metric(child.info.run_id, "rmse", rmse)
        self.client.set_terminated(child.info.run_id)

    def _create(self, name: str, run: str, parameters: dict[str, object], tags: dict[str, str]) -> Run:
        created = self.client.create_run(
            self.experiment, run_name=name, tags={run_tag: run, "category": self.facts.category, **tags}
        )
        self.client.log_batch(created.info.run_id, params=[Param(key, str(value)) for key, value in parameters.items()])
        return created

    def register(self, parent: Run, booster: xgb.Booster, verdict: Verdict) -> Version:
        """Stores the model with its run and registers it as a version, which is one write: it exists with its verdict or not at all."""
        run_id = parent.info.run_id
        with tempfile.TemporaryDirectory(prefix="taxiway-model-") as folder:
            file = Path(folder) / "model.json"
            booster.save_model(file)
            self.client.log_artifact(run_id, str(file), "model")
        metrics = {"rmse": verdict.rmse, "baseline_rmse": verdict.baseline_rmse}
        now = int(datetime.now(UTC).timestamp() * 1000)
        self.client.log_batch(
            run_id, [Metric(key, value, now, 0) for key, value in metrics.items()], [], [RunTag("rows", str(verdict.rows))]
        )
        created = self.client.create_model_version(
            self.facts.registered_model,
            source=f"{parent.info.artifact_uri}/model",
            run_id=run_id,
            tags={run_tag: parent.data.tags[run_tag], "verdict": json.dumps({**verdict.__dict__, "wins": verdict.wins})},
        )
        self.client.set_terminated(run_id)
        return _to_version(created)

    def version_of_run(self, run: str) -> Version | None:
        """The version that this run has registered, if it has."""
        # The tag is compared here, not in MLflow's filter language: a run's name may hold quotes.
        found = self.client.search_model_versions(f"name = '{self.facts.registered_model}'", max_results=10_000)
        return next((_to_version(one) for one in found if one.tags.get(run_tag) == run and "verdict" in one.tags), None)

    def champion(self) -> Version | None:
        """The version that serves."""
        try:
            return _to_version(self.client.get_model_version_by_alias(self.facts.registered_model, self.facts.alias))
        except MlflowException as error:
            # A server that gives no answer is not a registry without a champion.
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise
            return None

    def settle(self, version: Version) -> bool:
        """Promotes a winner, unless the champion that it met has been replaced since. True where the version was promoted, now or before."""
        champion = self.champion()
        if version.wins and (champion.version if champion else 0) == version.met:
            self.client.set_registered_model_alias(self.facts.registered_model, self.facts.alias, str(version.version))
        return version.wins

    def load(self, version: Version) -> bytes:
        """The version's model as XGBoost's JSON."""
        with tempfile.TemporaryDirectory(prefix="taxiway-model-") as folder:
            return Path(self.client.download_artifacts(version.run_id, "model/model.json", folder)).read_bytes()


def is_unreachable(error: Exception) -> bool:
    """Whether MLflow's server gave no answer, or is not well: a retry may help."""
    failed = r"API request to .*(failed with exception|error code (429|5\d\d))"
    return isinstance(error, MlflowException) and re.search(failed, str(error), re.DOTALL) is not None


def make_database(database: Path) -> None:
    """Makes the store under a temporary name: MLflow does not mend a database that was killed while it was made."""
    temporary = database.parent / f".{database.name}.{uuid.uuid4()}.tmp"
    try:
        MlflowClient(tracking_uri=f"sqlite:///{temporary}").search_experiments(max_results=1)
        temporary.replace(database)
    finally:
        temporary.unlink(missing_ok=True)


def _to_version(found: ModelVersion) -> Version:
    verdict = json.loads(found.tags["verdict"])
    return Version(
        version=int(found.version),
        run_id=found.run_id,
        run=found.tags[run_tag],
        created=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC).isoformat(timespec="seconds"),
        **verdict,
    )
