"""What the contract says about a category's model: read from generated/<category>.json, which the contract's generator writes."""

import json
from dataclasses import dataclass
from pathlib import Path

generated = Path(__file__).resolve().parent / "generated"


@dataclass(frozen=True)
class ModelFacts:
    """Where the features are, what is predicted from what, under which names the model and BigQuery's jobs are known."""

    category: str
    dataset: str
    table: str
    date: str
    target: str
    features: tuple[str, ...]
    registered_model: str
    alias: str
    champion: str
    job_labels: dict[str, str]


def known_categories() -> list[str]:
    """The categories that have a model."""
    return sorted(path.stem for path in generated.glob("*.json"))


def read_facts(category: str) -> ModelFacts:
    """The facts of a known category."""
    values = json.loads((generated / f"{category}.json").read_text("utf-8"))
    return ModelFacts(**{**values, "features": tuple(values["features"])})
