"""Runs dbt commands of this project inside this process: one parse for all of them, target and logs in a temporary folder."""

import contextlib
import os
import shutil
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from errors import UserError, of_system
from files import write_bytes
from warehouse import Warehouse

project = Path(__file__).resolve().parent
# What dbt made of the project's files the last time: it parses again only what has changed.
last_parse = project / "target" / "partial_parse.msgpack"


class DbtProject:
    """The project on one warehouse, with its manifest parsed once. run_date is a month's first day, or empty for all months."""

    def __init__(self, warehouse: Warehouse, target: Path, run_date: str = "") -> None:
        # Flags of dbt that a user's environment sets (DBT_…) would change what a step does, and so would our own of another run.
        for name in [name for name in os.environ if name.startswith(("DBT_", "TAXIWAY_"))]:
            del os.environ[name]
        os.environ.update(warehouse.enter())
        self.warehouse = warehouse
        self.run_date = run_date
        self.target = target
        self.manifest: Manifest | None = None
        with contextlib.suppress(OSError):
            shutil.copyfile(last_parse, target / last_parse.name)
        self.manifest = self.invoke("parse").result
        # A project that can't be written is parsed whole by each run.
        with contextlib.suppress(OSError, UserError):
            write_bytes(last_parse, (target / last_parse.name).read_bytes())

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
            told = of_system(done.exception)
            if told is not None:
                raise told
            raise self.warehouse.error_of(str(done.exception), f"dbt {arguments[0]}")
        return done
