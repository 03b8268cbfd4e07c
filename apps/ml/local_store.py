"""MLflow's store in a folder of this machine: made whole, refused in one line where it can't be used, and right wherever the folder has been moved."""

import logging
import re
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from mlflow import MlflowClient

from errors import UsageError
from facts import known_categories, read_facts

# Its stack traces; what it throws becomes one line.
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)

# Where MLflow keeps the places of artifacts, as absolute URIs.
places = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def open_database(tracking: Path) -> tuple[str, str]:
    """Makes or opens the store of a folder. Returns its URI and that of the artifacts' folder. Throws UsageError where it can't be used."""
    database, artifacts = tracking / "mlflow.db", (tracking / "artifacts").as_uri()
    if not database.exists():
        make_database(database)
    if not database.is_file():
        raise UsageError(f"{database}: expected MLflow's SQLite file, got a folder or a device; move it away, or give another --tracking")
    try:
        with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
            # Here rather than in MLflow, which tries for 100 s to open what can't be opened.
            connection.execute("BEGIN IMMEDIATE")
            move_artifacts(connection, artifacts)
    except sqlite3.Error as error:
        # "database is locked" is temporary, for the caller to say.
        if "locked" in str(error) or "full" in str(error):
            raise
        raise UsageError(
            f"{database}: MLflow's store can't be used: {error}; check its permissions, restore it, or move it away to start an empty one"
        ) from None
    return f"sqlite:///{database}", artifacts


def make_database(database: Path) -> None:
    """Makes the store under a temporary name: MLflow does not repair a database that was killed while it was made."""
    temporary = database.parent / f".{database.name}.{uuid.uuid4()}.tmp"
    try:
        MlflowClient(tracking_uri=f"sqlite:///{temporary}").search_experiments(max_results=1)
        temporary.replace(database)
    finally:
        temporary.unlink(missing_ok=True)


def move_artifacts(connection: sqlite3.Connection, artifacts: str) -> None:
    """Rewrites the places of artifacts where the folder was moved or copied since the last run: MLflow would read and write the old ones."""
    known = {table: _columns(connection, table) for table, _ in places}
    for old in _former_places(connection, artifacts):
        for table, column in places:
            if column in known[table]:
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                    (artifacts, len(old) + 1, old, len(old) + 1, f"{old}/"),
                )
    # MLflow's own first experiment, which nothing here uses, is given the working directory of whoever makes the store.
    if known["experiments"]:
        connection.execute(
            "UPDATE experiments SET artifact_location = ? WHERE experiment_id = 0 AND artifact_location LIKE '%/mlruns/0'"
            " AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.experiment_id = 0)",
            (f"{artifacts}/default",),
        )


def _former_places(connection: sqlite3.Connection, artifacts: str) -> set[str]:
    """Where the experiments of the categories, and with them MLflow's own, were made to keep artifacts, other than now."""
    if not _columns(connection, "experiments"):
        return set()
    names = {read_facts(category).registered_model for category in known_categories()}
    found = connection.execute("SELECT experiment_id, name, artifact_location FROM experiments").fetchall()
    ours = {place for _, name, place in found if name in names and re.fullmatch(r"file:///(.*/)?artifacts", place or "")}
    default = {place.removesuffix("/default") for number, _, place in found if number == 0 and (place or "").endswith("/artifacts/default")}
    return (ours | default) - {artifacts}


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
