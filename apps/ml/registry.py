"""Runs, versions and the champion in MLflow: a local SQLite store, or a server's. A version carries all that a retry of its run needs to know."""

import contextlib
import fcntl
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import xgboost as xgb

from errors import TemporaryError, UsageError, UserError
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
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from artifact_errors import of_artifacts
from local_store import open_database
from model_file import BadModelError, load_booster

run_tag = "taxiway.run"
# Below the artifacts of a run.
model_file = "model/model.json"


@dataclass(frozen=True)
class Version:
    """A registered version: its errors in the unit of the target on the rows that it was judged by, and the champion that it met (0: none)."""

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
    earlier_rmse: float | None = None
    earlier_baseline_rmse: float | None = None
    explained: float | None = None
    earlier_explained: float | None = None


# Where the target has changed, a model of the new month may be worse on the months before it, if it explains the new month about as well
# as the champion explained those. A month of nonsense can't be explained.
worse_on_earlier = 1.1
least_of_earlier_explained = 0.5


@dataclass(frozen=True)
class Verdict:
    """How a candidate did against what it had to beat: on the rows of its month, and on those of earlier months where there are any."""

    rmse: float
    baseline_rmse: float
    baseline: str
    met: int
    rows: int
    earlier_rmse: float | None = None
    earlier_baseline_rmse: float | None = None
    # Shares of the variance: of the month by the candidate, of earlier months by the champion.
    explained: float | None = None
    earlier_explained: float | None = None

    @property
    def wins(self) -> bool:
        """Promotion asks for no worse, not for better. The month's own rows alone would let in whatever is wrong with all of them."""
        # Not NaN either.
        if not self.rmse <= self.baseline_rmse:
            return False
        if self.earlier_rmse is None or self.earlier_baseline_rmse is None:
            return True
        if self.earlier_rmse <= self.earlier_baseline_rmse * worse_on_earlier:
            return True
        return (self.explained or 0) >= (self.earlier_explained or 0) * least_of_earlier_explained


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
    tracking.mkdir(parents=True, exist_ok=True)
    with (tracking / "lock").open("w") as lock:
        try:
            # The system frees this lock when its process dies, however it dies.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TemporaryError(f"{tracking}: another training has the model registry open; try again when it is done") from None
        uri, artifacts = open_database(tracking.resolve())
        yield Registry(uri, artifacts, facts)


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
        if found is None:
            return self.client.create_experiment(self.facts.registered_model, artifact_location=artifacts)
        if found.lifecycle_stage == "deleted":
            # MLflow takes no run for it, and no other of its name. Its runs come back with it; nothing is lost.
            self.client.restore_experiment(found.experiment_id)
            print(f"experiment {found.name} was deleted in MLflow; it is restored", file=sys.stderr)
        return found.experiment_id

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
            file = Path(folder) / Path(model_file).name
            # Not by XGBoost, whose error does not say that the disk is full.
            file.write_bytes(booster.save_raw(raw_format="json"))
            self.client.log_artifact(run_id, str(file), str(Path(model_file).parent))
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
        registered = _to_version(created)
        if registered is None:
            raise AssertionError(f"version {created.version} does not read as it was written: {created.tags}")
        return registered

    def version_of_run(self, run: str) -> Version | None:
        """The version that this run has registered, if it has."""
        # The tag is compared here, not in MLflow's filter language: a run's name may hold quotes.
        found = self.client.search_model_versions(f"name = '{self.facts.registered_model}'", max_results=10_000)
        versions = (_to_version(one) for one in found if one.tags.get(run_tag) == run)
        return next((version for version in versions if version is not None), None)

    def champion(self) -> Version | None:
        """The version that serves. Throws UsageError where the alias is on a version that no training has registered."""
        model, alias = self.facts.registered_model, self.facts.alias
        try:
            found = self.client.get_model_version_by_alias(model, alias)
        except MlflowException as error:
            # A server that gives no answer is not a registry without a champion.
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise
            return None
        version = _to_version(found)
        if version is None:
            raise UsageError(
                f'{model}: the alias "{alias}" is on version {found.version}, which no training has registered '
                f"(expected its tags verdict and {run_tag}); what was exported last keeps serving; "
                "in MLflow, put the alias on a version that training has registered, or remove it"
            )
        return version

    def settle(self, version: Version) -> bool:
        """Promotes a winner, unless the champion that it met has been replaced since. True where the version was promoted, now or before."""
        champion = self.champion()
        if version.wins and (champion.version if champion else 0) == version.met:
            self.client.set_registered_model_alias(self.facts.registered_model, self.facts.alias, str(version.version))
        return version.wins

    def load(self, version: Version) -> tuple[bytes, xgb.Booster]:
        """The version's model, as XGBoost's JSON and read. Throws UsageError where its file is gone or damaged."""
        what = f"{self.facts.registered_model}: version {version.version}"
        artifacts = self._find_artifacts(version)
        # Asked before it is read: a bucket that can't be read is no missing file.
        if artifacts is None or all(file.path != model_file for file in artifacts.list_artifacts(str(Path(model_file).parent))):
            raise self._unusable(f"{what}: MLflow has no file {model_file} of its run {version.run_id}")
        try:
            with tempfile.TemporaryDirectory(prefix="taxiway-model-") as folder:
                model = Path(artifacts.download_artifacts(model_file, folder)).read_bytes()
            return model, load_booster(model)
        except BadModelError as error:
            raise self._unusable(f"{what}: its file {model_file} in MLflow is damaged: {error}") from None

    def _find_artifacts(self, version: Version) -> ArtifactRepository | None:
        """The files of the version's run; None where the run is gone as well, by `mlflow gc`. MLflow's client by a run's id hides why a file can't be read."""
        try:
            uri = self.client.get_run(version.run_id).info.artifact_uri
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None
        return get_artifact_repository(uri, tracking_uri=self.client.tracking_uri)

    def _unusable(self, problem: str) -> UsageError:
        return UsageError(
            f"{problem}; what was exported last keeps serving; restore that file, or, in MLflow, "
            f'put the alias "{self.facts.alias}" on another version or remove it'
        )


def is_unreachable(error: Exception) -> bool:
    """Whether MLflow's server gave no answer, or is not well: a retry may help."""
    failed = r"API request to .*(failed with exception|error code (429|5\d\d))"
    return isinstance(error, MlflowException) and re.search(failed, str(error), re.DOTALL) is not None


# In this order: the first that matches decides. Texts of SQLite and MLflow.
kinds: list[tuple[str, type[UserError], str]] = [
    (r"database is locked", TemporaryError, "another process writes to MLflow's store; try again when it is done"),
    (r"database or disk is full|disk I/O error|No space left", TemporaryError, "no space is left for MLflow's store; make room and try again"),
    (r"out-of-date database schema|Can't locate revision|unexpected state", UsageError, "another version of MLflow wrote this store; use the release of Taxiway that wrote it, or another --tracking"),
    (r"readonly database|unable to open database|not a database|malformed|no such (table|column)", UsageError, "MLflow's store can't be used; check its permissions, restore it, or give another --tracking"),
    (r"error code 40[134]\b|API request .*(Unauthorized|Forbidden)", UsageError, "MLflow's server refuses; check --tracking and the sign-in"),
    (r"RESOURCE_DOES_NOT_EXIST|must be in the 'active' state|not found", UsageError, "what this step needs was deleted in MLflow; restore it there, then run again"),
]


def to_user_error(error: Exception, tracking: object) -> UserError | None:
    """What MLflow or its store throws, as an error of the right kind; None where it is a bug."""
    line = " ".join(str(error).split("[SQL:")[0].split())[:300]
    if is_unreachable(error):
        return TemporaryError(f"{tracking}: MLflow's server gives no answer; try again later: {line}")
    of_bucket = of_artifacts(error, tracking)
    if of_bucket is not None:
        return of_bucket
    if type(error).__module__.split(".")[0] not in ("mlflow", "sqlalchemy", "sqlite3", "alembic"):
        return None
    # MLflow keeps the code beside the text.
    text = f"{getattr(error, 'error_code', '')} {line}"
    return next((kind(f"{tracking}: {what}: {line}") for pattern, kind, what in kinds if re.search(pattern, text)), None)


def _to_version(found: ModelVersion) -> Version | None:
    """None where no training has registered the version: its tags lack what a training writes, or were edited."""
    try:
        verdict = Verdict(**{key: value for key, value in json.loads(found.tags["verdict"]).items() if key != "wins"})
        numbers = (verdict.rmse, verdict.baseline_rmse, verdict.met, verdict.rows)
        if not found.run_id or not all(isinstance(value, int | float) for value in numbers):
            return None
        return Version(
            version=int(found.version),
            run_id=found.run_id,
            run=found.tags[run_tag],
            created=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC).isoformat(timespec="seconds"),
            wins=verdict.wins,
            **verdict.__dict__,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
