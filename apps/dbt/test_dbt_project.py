"""The dbt project itself: parsed once, and its own unit tests."""

import contextlib
import io
import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import dbt_project
from dbt_project import DbtProject
from duckdb_warehouse import DuckDbWarehouse
from unit_tests import run_unit_tests


class ProjectTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="taxiway-test-")
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        self.folder = Path(folder.name)

    def test_what_was_parsed_once_is_not_parsed_again(self) -> None:
        """Also for another warehouse and month; what is damaged or has changed is."""
        copy = self.folder / "project"
        shutil.copytree(dbt_project.project, copy, ignore=shutil.ignore_patterns("target", "__pycache__"))
        last_parse = copy / "target" / "partial_parse.msgpack"

        def parse(month: str) -> tuple[bool, str]:
            """Whether all was parsed, and the description of a model."""
            target = Path(tempfile.mkdtemp(dir=self.folder))
            errors = io.StringIO()
            with contextlib.redirect_stderr(errors):
                manifest = DbtProject(DuckDbWarehouse(target / "warehouse.duckdb"), target, month).manifest
            return "Unable to do partial parsing" in errors.getvalue(), manifest.nodes["model.taxiway.dbt__ml__green_fare"].description

        with mock.patch.multiple(dbt_project, project=copy, last_parse=last_parse):
            self.assertTrue(parse("2024-01-01")[0])
            self.assertFalse(parse("2024-02-01")[0])
            last_parse.write_bytes(last_parse.read_bytes()[:1000])
            self.assertNotEqual(parse("2024-02-01")[1], "")
            models = copy / "models" / "generated" / "green" / "models.yml"
            models.write_text(re.sub(r"(- name: dbt__ml__green_fare\n +description: ).*", r"\1Another.", models.read_text()))
            self.assertEqual(parse("2024-02-01"), (False, "Another."))
            last_parse.unlink()
            last_parse.mkdir()
            self.assertEqual(parse("2024-02-01")[1], "Another.")

    def test_dbts_own_unit_tests_pass(self) -> None:
        with contextlib.redirect_stderr(io.StringIO()) as log:
            result = run_unit_tests()
        self.assertGreaterEqual(result["testsPassed"], 6, log.getvalue())


if __name__ == "__main__":
    unittest.main()
