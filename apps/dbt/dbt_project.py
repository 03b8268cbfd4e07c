"""Runs dbt commands of this project inside this process: one parse for all of them, target and logs in a temporary folder."""

import contextlib
import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from errors import BugError, TemporaryError, UserError

project = Path(__file__).resolve().parent


class DbtProject:
    """The project on one warehouse file, with its manifest parsed once. run_date is a month's first day, or empty for all months."""

    def __init__(self, warehouse: Path, target: Path, run_date: str = "") -> None:
        # Flags of dbt that a user's environment sets (DBT_…) would change what a step does.
        for name in [name for name in os.environ if name.startswith("DBT_")]:
            del os.environ[name]
        os.environ["TAXIWAY_WAREHOUSE"] = str(warehouse)
        self.run_date = run_date
        self.target = target
        self.manifest: Manifest | None = None
        self.manifest = self.invoke("parse").result

    def invoke(self, *arguments: str) -> dbtRunnerResult:
        """Runs one command; its log goes to standard error. Throws where dbt itself fails, not where a node does."""
        os.environ["TAXIWAY_RUN_DATE"] = self.run_date
        flags = [
            *("--no-use-colors", "--no-send-anonymous-usage-stats", "--no-version-check", "--log-level-file", "none"),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(self.target), "--log-path", str(self.target)),
        ]
        with contextlib.redirect_stdout(sys.stderr):
            done = dbtRunner(manifest=self.manifest).invoke([*arguments, *flags])
        if isinstance(done.exception, KeyboardInterrupt):
            raise done.exception
        if done.exception is not None:
            raise error_of(str(done.exception), f"dbt {arguments[0]}")
        return done


def error_of(message: str, where: str) -> UserError:
    """What dbt or DuckDB said, as an error of the right kind, in one line."""
    line = " ".join(message.split())
    if "Could not set lock on file" in line or "Conflicting lock" in line:
        return TemporaryError(f"{where}: another process has the warehouse open; try again when it is done: {line}")
    return BugError(f"{where}: {line}")
