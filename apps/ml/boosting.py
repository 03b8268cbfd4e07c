"""Trains XGBoost models, deterministically, and measures them on rows that no model has learned from."""

import os
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import xgboost as xgb

from rows import Rows

# From scratch: 25 or 100 trees. On top of a champion: few and gentle where the month brings little news, more where the target has changed.
fresh = {"max_depth": [6], "min_child_weight": [3, 5, 7], "learning_rate": [0.3], "n_estimators": [25, 100]}
continued = {"max_depth": [6], "min_child_weight": [5], "learning_rate": [0.05, 0.3], "n_estimators": [5, 25]}
rows_worth_a_thread = 10_000


@dataclass(frozen=True)
class Trial:
    """One combination of the grid: its model and its error on the held-out rows, in the unit of the target."""

    parameters: dict[str, float]
    booster: xgb.Booster = field(repr=False)
    rmse: float


def train_grid(learn: Rows, held_out: Rows, champion: xgb.Booster | None = None) -> list[Trial]:
    """One trial a combination of the grid, best first; of equals the smaller model. With a champion, its trees come first."""
    grid = fresh if champion is None else continued
    base = 0 if champion is None else champion.num_boosted_rounds()
    matrix, features, target = learn.quantile_matrix(), held_out.matrix(), held_out.target()
    counts = grid["n_estimators"]
    trials: list[Trial] = []
    for depth, weight, rate in product(grid["max_depth"], grid["min_child_weight"], grid["learning_rate"]):
        parameters = {"max_depth": depth, "min_child_weight": weight, "learning_rate": rate}
        # The first 25 trees of a model of 100 are the model of 25: one training serves both.
        longest = xgb.train(_settings(parameters, len(learn)), matrix, num_boost_round=max(counts), xgb_model=champion)
        for count in counts:
            booster = longest[: base + count]
            trials.append(Trial({**parameters, "n_estimators": count}, booster, rmse(booster, features, target)))
    return sorted(trials, key=lambda trial: (trial.rmse, trial.parameters["n_estimators"]))


def rmse(booster: xgb.Booster, features: np.ndarray, target: np.ndarray) -> float:
    """Root mean square error in the unit of the target."""
    return error_of(booster.inplace_predict(features, validate_features=False), target)


def mean_rmse(learn: Rows, held_out: Rows) -> float:
    """The error of the simplest model: the mean of what was learned."""
    return error_of(np.float64(learn.target().mean(dtype=np.float64)), held_out.target())


def error_of(predicted: np.ndarray | np.float64, target: np.ndarray) -> float:
    """Root mean square of the differences."""
    return float(np.sqrt(np.mean(np.square(target.astype(np.float64) - predicted))))


def explained_share(error: float, target: np.ndarray) -> float:
    """How much of the target's variance a model with this error explains: 1 is all, 0 no more than the mean does."""
    variance = float(np.var(target, dtype=np.float64))
    return 1.0 if variance == 0 else 1 - error**2 / variance


def _settings(parameters: dict[str, float], rows: int) -> dict[str, object]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Threads that meet after every few rows wait longer for each other than they work.
    threads = min(cores, 1 + rows // rows_worth_a_thread)
    return {"objective": "reg:squarederror", "tree_method": "hist", "seed": 20240101, "nthread": threads, **parameters}
