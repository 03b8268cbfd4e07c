"""XGBoost's JSON, checked before XGBoost reads it: damaged trees end the process, without an error."""

import json
import math
from typing import Any

import xgboost as xgb


class BadModelError(Exception):
    """Says in one line what is wrong with the bytes of a model."""


def load_booster(model: bytes) -> xgb.Booster:
    """A booster from XGBoost's JSON. Throws BadModelError for anything else."""
    try:
        check_trees(json.loads(model))
        booster = xgb.Booster()
        booster.load_model(bytearray(model))
        # Names in another encoding are found only when they are read.
        _ = booster.feature_names
        return booster
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, xgb.core.XGBoostError) as error:
        raise BadModelError(f"not a model that XGBoost can load: {type(error).__name__}: {' '.join(str(error).split())[:200]}") from None


def check_trees(model: Any) -> None:
    """Throws ValueError where a walk through a tree could leave it or never end."""
    learner = model["learner"]
    features = int(learner["learner_model_param"]["num_feature"])
    for index, tree in enumerate(learner["gradient_booster"]["model"]["trees"]):
        left, right, parents = tree["left_children"], tree["right_children"], tree["parents"]
        split, conditions = tree["split_indices"], tree["split_conditions"]
        size = len(left)
        lists = (right, parents, split, conditions, tree["default_left"], tree["base_weights"], tree["sum_hessian"])
        if size == 0 or int(tree["tree_param"]["num_nodes"]) != size or any(len(one) != size for one in lists):
            raise ValueError(f"tree {index}: its lists differ in length")
        if not all(math.isfinite(value) and abs(value) < 3.5e38 for value in conditions):
            raise ValueError(f"tree {index}: a threshold or a leaf is not a finite float")
        for node in range(size):
            if left[node] == -1 and right[node] == -1:
                continue
            # Children come after their parent, so a walk always ends.
            if not (node < left[node] < size and node < right[node] < size and 0 <= split[node] < features):
                raise ValueError(f"tree {index}: node {node} leads out of the tree")
            if parents[left[node]] != node or parents[right[node]] != node:
                raise ValueError(f"tree {index}: node {node} is not its children's parent")
