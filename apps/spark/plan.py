"""The plan: read from JSON and checked by the published schema before anything runs."""

import json
from pathlib import Path
from typing import Any

import fastjsonschema

from errors import UsageError

schema_file = Path(__file__).parent / "plan.schema.json"

# What helps against a plan that can't be used.
planned_again = "write the plan again with the etl step of this release"

Plan = dict[str, Any]
Sink = dict[str, Any]


def parse_plan(text: str, whence: str) -> Plan:
    """The plan of a text. Throws UsageError that says where it differs from the schema."""
    schema = json.loads(schema_file.read_text())
    expected = schema["properties"]["version"]["const"]
    try:
        plan = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{whence}: not JSON: {error}; {planned_again}") from None
    version = plan.get("version") if isinstance(plan, dict) else None
    if version != expected:
        raise UsageError(
            f"{whence}: this plan is of version {version}, but this runner runs version {expected}; "
            "use the etl step and the Spark image of one release"
        )
    try:
        fastjsonschema.compile(schema)(plan)
    except fastjsonschema.JsonSchemaValueException as error:
        raise UsageError(f"{whence}: not a plan: {shorten(error.message)}; {planned_again}") from None
    if plan["engine"] != "spark" or plan["destination"]["format"] == "duckdb":
        raise UsageError(f"{whence}: the plan is for {plan['engine']}; make one with --engine spark")
    if "no_duplicate_partition" in plan["checks"]:
        check_months(plan, whence)
    return plan


def check_months(plan: Plan, whence: str) -> None:
    """Throws UsageError where two files are of one month, or a batch names another partition than its file."""
    months = sorted(file["month"] for file in files_of(plan))
    twice = sorted({month for month, after in zip(months, months[1:], strict=False) if month == after})
    if twice:
        raise UsageError(f"{whence}: two files are of the month {', '.join(twice)}; a month is one file")
    for sink in plan["sinks"].values():
        expected = months[0][:7].replace("-", "") if plan["mode"] == "batch" else None
        if sink["datePartition"] != expected or (sink["mode"] == "overwrite_partition") != (expected is not None):
            raise UsageError(
                f'{whence}: {table_name(sink)}: mode {sink["mode"]} into partition "{sink["datePartition"]}" does not fit '
                f'{plan["mode"]} of {", ".join(months)}; {planned_again}'
            )


def files_of(plan: Plan) -> list[dict[str, Any]]:
    """Every file of the plan, by month."""
    return sorted((file for source in plan["sources"] for file in source["files"]), key=lambda file: file["month"])


def is_retained(plan: Plan, file: dict[str, Any]) -> bool:
    """Whether the retention keeps the rows of a file."""
    return plan["retention"] is None or file["month"] >= plan["retention"]["oldestMonth"]


def files_for(plan: Plan, sink: Sink) -> list[dict[str, Any]]:
    """The files whose rows a table takes."""
    return [file for file in files_of(plan) if not sink["retained"] or is_retained(plan, file)]


def table_name(sink: Sink) -> str:
    """`staging.yellow_clean`."""
    return f"{sink['table']['dataset']}.{sink['table']['table']}"


def shorten(text: str) -> str:
    """One line of at most 300 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]}…"
