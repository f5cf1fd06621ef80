"""Model files as the team's own training code writes them: a line of JSON, then the leaves of an equinox module."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import jax

TEAM_HEAD = {
    "width": 4,
    "depth": 2,
    "activation": "elu",
    "feature_layer": "sph_4D_rinv_vel",
    "output_layer": "mlp_4D_unit",
    "planar_constraint": True,
    "rtol": 1e-5,
    "atol": 1e-7,
}


class Func(eqx.Module):
    mlp: eqx.nn.MLP


class TeamModel(eqx.Module):
    func: Func
    rtol: float
    atol: float


def team_mlp(n_features: int = 7, n_outputs: int = 6, *, seed: int = 0, **how: Any) -> eqx.nn.MLP:
    """An untrained MLP of width 4 and depth 2."""
    kind = {"width_size": 4, "depth": 2, "activation": jax.nn.elu, **how}
    return eqx.nn.MLP(n_features, n_outputs, **kind, key=jax.random.key(seed))


def team_file(path: Path, head: Mapping[str, Any], mlp: eqx.nn.MLP | None = None) -> Path:
    """Write a model file with this first line; the model's tolerances are 1e-5 and 1e-7."""
    with path.open("wb") as file:
        file.write((json.dumps(head) + "\n").encode())
        eqx.tree_serialise_leaves(file, TeamModel(Func(mlp or team_mlp()), 1e-5, 1e-7))
    return path
