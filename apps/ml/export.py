"""Writes what the prediction service reads: the champion's model file, then champion.json, which names it."""

import json
from pathlib import Path

from facts import ModelFacts
from files import write_bytes
from registry import Registry, Version


def export_champion(registry: Registry, facts: ModelFacts, models: Path) -> Version | None:
    """Rewrites the files from the registry's champion, so that a crash after a promotion heals with the next run."""
    champion = registry.champion()
    if champion is None:
        return None
    target = models / facts.champion
    model, booster = registry.load(champion)
    # A reader that holds the old champion.json still finds the old file: each version has its own.
    name = f"model-{champion.version}.json"
    _write_if_changed(target.parent / name, model)
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
    _write_if_changed(target, (json.dumps(description, indent=2) + "\n").encode())
    return champion


def _write_if_changed(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        write_bytes(path, content)
