"""Simulated sweeps whose truth is known."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.effects import Effects, effects
from orbitsens.sensitivity.noise import noise_floor
from orbitsens.sensitivity.response import response

LEVELS = {"width": [16, 32, 64], "depth": [1, 2], "activation": ["elu", "relu"]}
SD = 0.08  # of log10 of the error: a seed moves it by 20 %


def nothing(row: Mapping[str, Any]) -> float:
    return 0.0


def factorial(
    levels: Mapping[str, Sequence[Any]],
    n_seeds: int,
    rng: np.random.Generator,
    effect: Callable[[Mapping[str, Any]], float] = nothing,
    sd: float | Callable[[Mapping[str, Any]], float] = SD,
) -> pd.DataFrame:
    """All combinations of the levels, each with `n_seeds` seeds; `effect` and `sd` are in log10 of the error."""
    settings = [dict(zip(levels, combination, strict=True)) for combination in itertools.product(*levels.values())]
    return sweep(settings, n_seeds, rng, effect, sd)


def sweep(
    settings: Sequence[Mapping[str, Any]],
    n_seeds: int | Sequence[int],
    rng: np.random.Generator,
    effect: Callable[[Mapping[str, Any]], float] = nothing,
    sd: float | Callable[[Mapping[str, Any]], float] = SD,
) -> pd.DataFrame:
    """These settings, each with its number of seeds."""
    counts = [n_seeds] * len(settings) if isinstance(n_seeds, int) else n_seeds
    rows = []
    for i, (setting, n) in enumerate(zip(settings, counts, strict=True)):
        spread = sd(setting) if callable(sd) else sd
        for seed in range(n):
            y = 0.85 + effect(setting) + spread * rng.normal()
            rows.append({**setting, "seed": seed, "value": 10.0**y, "setting_hash": f"h{i:06d}"})
    table = pd.DataFrame(rows)
    table["run_key"] = [f"t/p/r{i:06d}" for i in range(len(table))]
    return table.assign(state="finished")


def apart(table: pd.DataFrame) -> pd.DataFrame:
    """The same runs, no two of which share a seed, so that seeds are no blocks."""
    return table.assign(seed=range(len(table)))


def random_settings(n: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """A random sweep of four parameters of three kinds."""
    return [
        {
            "width": int(rng.choice([16, 32, 64])),
            "activation": str(rng.choice(["elu", "relu"])),
            "depth": int(rng.integers(1, 4)),
            "rtol": float(10 ** rng.uniform(-8, -4)),
        }
        for _ in range(n)
    ]


def estimated(table: pd.DataFrame, varying: list[str], **options: float) -> Effects:
    """The effects in a sweep, its noise measured where it can be."""
    found = response(table, varying)
    try:
        noise = noise_floor(found)
    except CannotSay:
        noise = None
    return effects(found, noise, **options)
