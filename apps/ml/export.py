"""Writes what the prediction service reads: the champion's model file, then champion.json, which names it."""

import json

from facts import ModelFacts
from objects import join, write_object
from registry import Registry, Version

json_type = "application/json"


def export_champion(registry: Registry, facts: ModelFacts, models: str) -> Version | None:
    """Rewrites the files of a folder or bucket from the registry's champion, so that a crash after a promotion heals with the next run."""
    champion = registry.champion()
    if champion is None:
        return None
    folder, _, description_name = facts.champion.rpartition("/")
    target = join(models, folder)
    model, booster = registry.load(champion)
    # A reader that holds the old champion.json still finds the old file: each version has its own.
    name = f"model-{champion.version}.json"
    write_object(join(target, name), model, json_type)
    description = {
        "category": facts.category,
        "version": champion.version,
        "run_id": champion.run_id,
        "rmse": champion.rmse,
        "model": name,
        "features": booster.feature_names,
        "target": facts.target,
        "trained_at": champion.created,
    }
    write_object(join(target, description_name), (json.dumps(description, indent=2) + "\n").encode(), json_type)
    return champion
