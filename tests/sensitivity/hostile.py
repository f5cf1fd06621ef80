"""Designs of pure noise and of known truth that a report must survive, and what it claims in them."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orbitsens.sensitivity.best import Best, best
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.effects import Effects, effects
from orbitsens.sensitivity.fit import fit
from orbitsens.sensitivity.noise import Noise, noise_floor
from orbitsens.sensitivity.outliers import stands_out
from orbitsens.sensitivity.response import Response, response
from tests.sensitivity.simulated import SD

Array = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]


def normal(rng: np.random.Generator, n: int) -> Array:
    return rng.normal(size=n)


def heavy(rng: np.random.Generator, n: int) -> Array:
    return rng.standard_t(3, size=n) / np.sqrt(3.0)


def skewed(rng: np.random.Generator, n: int) -> Array:
    return rng.exponential(size=n) - 1.0


def contaminated(rng: np.random.Generator, n: int) -> Array:
    return rng.normal(size=n) * np.where(rng.random(n) < 0.05, 6.0, 1.0)


@dataclass(frozen=True)
class Design:
    """Settings with their numbers of seeds; noise of standard deviation `sd` [n_settings] times `SD`, drawn by `draw`.

    `shared`: the correlation of runs of one seed. `apart`: no two settings share a seed.
    """

    settings: tuple[dict[str, Any], ...]
    seeds: tuple[int, ...]
    draw: Draw = normal
    sd: tuple[float, ...] = ()
    shared: float = 0.0
    apart: bool = False

    @property
    def varying(self) -> list[str]:
        return list(self.settings[0])

    @property
    def setting(self) -> npt.NDArray[np.intp]:
        return np.repeat(np.arange(len(self.settings)), self.seeds)

    def table(self) -> pd.DataFrame:
        """The runs, without values."""
        rows = [
            {**setting, "seed": seed + 1000 * i * self.apart, "setting_hash": f"h{i:05d}"}
            for i, (setting, n) in enumerate(zip(self.settings, self.seeds, strict=True))
            for seed in range(n)
        ]
        frame = pd.DataFrame(rows)
        return frame.assign(run_key=[f"r{i:06d}" for i in range(len(frame))], state="finished")

    def noise(self, rng: np.random.Generator) -> Array:
        """Noise of each run, in log10 of the metric."""
        of = self.setting
        own = self.draw(rng, of.size)
        if self.shared:
            seed = np.concatenate([np.arange(n) for n in self.seeds])
            common = self.draw(rng, max(self.seeds))[seed]
            own = np.sqrt(self.shared) * common + np.sqrt(1.0 - self.shared) * own
        return np.asarray(SD * own * (np.array(self.sd)[of] if self.sd else 1.0))


def grid(*levels: int) -> tuple[dict[str, Any], ...]:
    names = "abcdefgh"
    places = itertools.product(*(range(n) for n in levels))
    return tuple({names[i]: f"{names[i]}{v}" for i, v in enumerate(row)} for row in places)


def screening(n: int, k: int, seed: int = 0) -> tuple[dict[str, Any], ...]:
    """Random settings of k parameters of 2 to 5 values."""
    rng = np.random.default_rng(seed)
    levels = [2 + i % 4 for i in range(k)]
    columns = [rng.permutation(np.arange(n) % m) for m in levels]
    return tuple({f"p{j}": f"v{int(columns[j][i])}" for j in range(k)} for i in range(n))


def uneven(k: int, ratio: float = 4.0) -> tuple[float, ...]:
    """Half of the settings `ratio` times as noisy as the others."""
    return tuple(ratio if i % 2 else 1.0 for i in range(k))


def _holes() -> Design:
    rng = np.random.default_rng(3)
    settings = tuple(s for s in grid(4, 3, 2) if rng.random() > 0.2)
    return Design(settings, tuple(int(n) for n in rng.integers(1, 6, len(settings))))


def _full(levels: Sequence[int], n: int, **more: Any) -> Design:
    settings = grid(*levels)
    return Design(settings, (n,) * len(settings), **more)


DESIGNS: dict[str, Design] = {
    "4x4x3, 5 seeds": _full((4, 4, 3), 5),
    "4x4x3, 3 seeds": _full((4, 4, 3), 3),
    "3x2x2, 3 seeds": _full((3, 2, 2), 3),
    "3x2x2, 20 seeds": _full((3, 2, 2), 20),
    "3x2x2, 2 seeds": _full((3, 2, 2), 2),
    "4x4, 1 seed": Design(grid(4, 4), (1,) * 16),
    "2 settings, 5 seeds": _full((2,), 5),
    "2 settings, 20 seeds": _full((2,), 20),
    "6 settings, 20 seeds": _full((6,), 20),
    "3 settings, 4 seeds": _full((3,), 4),
    "screening 48 x 14, 5 seeds": Design(screening(48, 14), (5,) * 48),
    "screening 48 x 14, 2 seeds": Design(screening(48, 14), (2,) * 48),
    "holes, 1 to 5 seeds": _holes(),
    "4x4x3, 5 seeds, t3": _full((4, 4, 3), 5, draw=heavy),
    "3x2x2, 5 seeds, t3": _full((3, 2, 2), 5, draw=heavy),
    "6 settings, 20 seeds, t3": _full((6,), 20, draw=heavy),
    "4x4x3, 5 seeds, skewed": _full((4, 4, 3), 5, draw=skewed),
    "4 settings, 20 seeds, skewed": _full((4,), 20, draw=skewed),
    "4x4x3, 5 seeds, 5 % outliers": _full((4, 4, 3), 5, draw=contaminated),
    "4x4x3, 3 seeds, sd 1:4": _full((4, 4, 3), 3, sd=uneven(48)),
    "3x2x2, 3 seeds, sd 1:4": _full((3, 2, 2), 3, sd=uneven(12)),
    "3x2x2, 5 seeds, sd 1:4": _full((3, 2, 2), 5, sd=uneven(12)),
    "6 settings, 20 3 3 3 3 3 seeds, sd 1:3": Design(grid(6), (20, 3, 3, 3, 3, 3), sd=(1.0, 3.0, 1.0, 3.0, 1.0, 3.0)),
    "6 settings, 20 3 3 3 3 3 seeds, sd 3:1": Design(grid(6), (20, 3, 3, 3, 3, 3), sd=(3.0, 1.0, 3.0, 1.0, 3.0, 1.0)),
    "4x4x3, 5 seeds, shared": _full((4, 4, 3), 5, shared=0.7),
    "2 settings, 5 seeds, shared": _full((2,), 5, shared=0.7),
    "3 settings, 4 seeds, shared, sd 1:4": _full((3,), 4, shared=0.7, sd=(1.0, 4.0, 1.0)),
}


@dataclass(frozen=True)
class Report:
    """What `analyse` makes of one sweep, less what costs time and claims nothing."""

    found: Response
    noise: Noise | None
    effects: Effects | str
    best: Best | str


class Sweeps:
    """Reports of one design's runs with values drawn anew: the runs are put into settings once, not for each sweep."""

    def __init__(self, design: Design) -> None:
        base = design.table()
        self.design = design
        self.template = response(base.assign(value=np.arange(1.0, len(base) + 1.0)), design.varying)
        self.place = self.template.runs["run_key"].map({key: i for i, key in enumerate(base["run_key"])}).to_numpy()
        self.setting = design.setting[self.place]

    def response(self, y: Array) -> Response:
        """The response of the values `y` of the design's runs, in its order."""
        values = y[self.place]
        return replace(self.template, runs=self.template.runs.assign(y=values, value=10.0**values))

    def report(self, y: Array) -> Report:
        """Noise, effects and best, made as `analyse` makes them."""
        found = self.response(y)
        try:
            noise: Noise | None = noise_floor(found)
        except CannotSay:
            noise = None
        fitted = fit(found)
        try:
            told: Effects | str = effects(found, noise, fitted=fitted)
        except CannotSay as reason:
            told = str(reason)
        differ = None if isinstance(told, str) else told.any
        try:
            first: Best | str = best(found, noise, differ=differ, summary=fitted.model.cells) if noise else ""
        except CannotSay as reason:
            first = str(reason)
        return Report(found, noise, told, first)


def claims(answer: Report, settings: Sequence[Array]) -> set[str]:
    """Which kinds of findings a report has; in pure noise each is false."""
    kinds: set[str] = set()
    found = answer.effects
    if not isinstance(found, str):
        kinds |= {"effect"} if (found.table["p_holm"] < 0.05).any() or (found.bundles["p_holm"] < 0.05).any() else set()
        kinds |= {"interaction"} if (found.interactions["p_holm"] < 0.05).any() else set()
        kinds |= {"misfit"} if (found.misfit["p_holm"] < 0.05).any() else set()
        kinds |= {"fdr"} if (found.table["q"] < 0.05).any() else set()
    if not isinstance(answer.best, str):
        table = answer.best.table
        kinds |= {"pair"} if ((table["rank_low"] > 1) | (table["rank_high"] < len(table))).any() else set()
        kinds |= {"unique"} if answer.best.unique else set()
        kinds |= {"candidates"} if not table["candidate"].all() else set()
    if any(named.any() for named in stands_out(settings, log=False)):
        kinds.add("outlier")
    return kinds


def false_claims(design: Design, sweeps: int, seed: int = 1) -> Counter[str]:
    """In how many reports of pure noise each kind of finding is claimed, and "any" of them."""
    rng = np.random.default_rng(seed)
    many, of = Sweeps(design), design.setting
    counts: Counter[str] = Counter()
    for _ in range(sweeps):
        y = 0.85 + design.noise(rng)
        kinds = claims(many.report(y), [y[of == i] for i in range(len(design.settings))])
        counts.update(kinds)
        counts["any"] += bool(kinds)
    return counts
