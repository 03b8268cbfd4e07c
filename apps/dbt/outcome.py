"""What a dbt build did, counted from its results."""

from dataclasses import dataclass, field
from typing import Any

left_out_test = "rows_without_place"


@dataclass
class Outcome:
    """Counts of one build. A warning of the left-out test carries the number of rows that are not in the feature table."""

    models: list[str] = field(default_factory=list)
    tests_passed: int = 0
    tests_warned: int = 0
    failed_tests: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    rows_left_out: int = 0

    def to_json(self, seconds: float) -> dict[str, Any]:
        """The step's result."""
        return {
            "models": self.models,
            "testsPassed": self.tests_passed,
            "testsFailed": len(self.failed_tests),
            "testsWarned": self.tests_warned,
            "failedTests": self.failed_tests,
            "rowsLeftOut": self.rows_left_out,
            "seconds": round(seconds, 3),
        }


def read_outcome(results: list[Any]) -> Outcome:
    """Sorts the nodes of a build by kind and status."""
    outcome = Outcome()
    for result in results:
        node, status = result.node, str(result.status)
        is_test = node.resource_type in ("test", "unit_test")
        if status == "error":
            outcome.errors.append((node.name, str(result.message)))
        elif is_test and status == "fail":
            outcome.failed_tests.append({"name": node.name, "rows": int(result.failures or 0)})
        elif is_test and status in ("pass", "warn"):
            outcome.tests_passed += status == "pass"
            outcome.tests_warned += status == "warn"
            if getattr(getattr(node, "test_metadata", None), "name", None) == left_out_test:
                outcome.rows_left_out += int(result.failures or 0)
        elif node.resource_type == "model" and status == "success":
            outcome.models.append(node.name)
    return outcome
