"""What parallel coordinates say before the picture: what the best runs have in common."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from orbitsens.sensitivity.settings import value_texts
from pages.shared.text import count, number, plain

FEWEST = 50  # runs of which a tenth is told
BEYOND = 3.0  # standard deviations of a random tenth's share, from which on a share is told


class _Share(NamedTuple):
    """How common a value is among the best runs and among all; `surprise` in standard deviations of a random tenth."""

    surprise: float
    name: str
    value: str
    best: float
    all: float


def answer(runs: pd.DataFrame, parameters: Sequence[str], unit: str) -> str:
    """Say which value is most surprisingly common among the best tenth of runs (column `value`), and among all."""
    finite = runs[np.isfinite(runs["value"].astype(float))]
    if len(finite) < FEWEST:
        return f"{count(len(finite), 'run')} with a finite value, too few to say what the best have in common"
    best = finite.nsmallest(len(finite) // 10, "value")
    whose = f"the best {len(best)} of {count(len(finite), 'run')} (up to {number(float(best['value'].max()), unit)})"
    found = max((share for name in parameters for share in _shares(name, finite, best)), default=None)
    if found is None or found.surprise < BEYOND:
        return f"Among {whose} no value is clearly more common than among all"
    name, of_all = found.name.removeprefix("extra:"), f"of all runs {100.0 * found.all:.0f} %"
    return f"Of {whose} **{100.0 * found.best:.0f} %** have {plain(name)} **{plain(found.value)}**, {of_all}"


def _shares(name: str, runs: pd.DataFrame, best: pd.DataFrame) -> list[_Share]:
    here, there = (Counter(value_texts(part[name])) for part in (best, runs))
    left = (len(runs) - len(best)) / (len(runs) - 1)
    shares = []
    for value, n in here.items():
        p = there[value] / len(runs)
        sd = math.sqrt(p * (1.0 - p) * left / len(best))
        shares.append(_Share((n / len(best) - p) / sd if sd else 0.0, name, value, n / len(best), p))
    return shares
