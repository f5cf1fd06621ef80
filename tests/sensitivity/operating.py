"""How often the statistics are right where the truth is known: coverage, power, and what is said without ground."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from orbitsens.sensitivity.best import Best
from orbitsens.sensitivity.decomposition import decompose
from orbitsens.sensitivity.effects import MATTERS, Effects
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import noise_floor
from orbitsens.sensitivity.wording import Metric, parameter_sentences
from tests.sensitivity.hostile import DESIGNS, Array, Design, Sweeps, contaminated, grid, heavy, skewed, uneven
from tests.sensitivity.simulated import SD

METRIC = Metric("error", "%")


@dataclass(frozen=True)
class Rate:
    """A measured share: `hits` of `n`."""

    hits: float
    n: int

    @property
    def value(self) -> float:
        return self.hits / self.n

    @property
    def error(self) -> float:
        """One Monte Carlo standard error."""
        return sqrt(max(self.value * (1.0 - self.value), 1.0 / self.n) / self.n)

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} ± {100 * self.error:.1f}"


def rate(hits: list[bool]) -> Rate:
    return Rate(float(sum(hits)), len(hits))


def noisiest_mean(design: Design, sweeps: int) -> Rate:
    """How often the interval of the noisiest setting's mean holds the truth."""
    rng, many = np.random.default_rng(1), Sweeps(design)
    place = int(np.argmax(design.sd)) if design.sd else 0
    hits = []
    for _ in range(sweeps):
        found = many.response(0.85 + design.noise(rng))
        means = setting_means(found, noise_floor(found))
        row = means.iloc[list(dict.fromkeys(many.setting)).index(place)]
        hits.append(bool(row["low"] <= 0.85 <= row["high"]))
    return rate(hits)


# The best setting first; how noisy it and the others are, and how many seeds they have.
BESTS: dict[str, Design] = {
    "8 settings x 5": Design(grid(8), (5,) * 8),
    "8 settings x 5, best noisy 3:1": Design(grid(8), (5,) * 8, sd=(3.0, *[1.0] * 7)),
    "8 settings x 3, best noisy 3:1": Design(grid(8), (3,) * 8, sd=(3.0, *[1.0] * 7)),
    "8 settings x 2, best noisy 4:1": Design(grid(8), (2,) * 8, sd=(4.0, *[1.0] * 7)),
    "8 settings, best 20 seeds, others 2": Design(grid(8), (20, *[2] * 7)),
    "20 settings, best 20 seeds, others 2": Design(grid(20), (20, *[2] * 19)),
    "8 settings x 5, t3": Design(grid(8), (5,) * 8, draw=heavy),
    "8 settings x 5, shared": Design(grid(8), (5,) * 8, shared=0.7),
}


def best_kept(design: Design, sweeps: int, gap: float = 0.05) -> tuple[Rate, Rate]:
    """How often the best setting is among the candidates, others being worse by `gap` SD; and the worst one is not.

    The last setting is far worse, so that something differs and candidates are excluded at all.
    """
    rng, many = np.random.default_rng(2), Sweeps(design)
    k = len(design.settings)
    mean = SD * np.array([0.0, *[gap] * (k - 2), 30.0])
    kept, excluded = [], []
    for _ in range(sweeps):
        answer = many.report(0.85 + mean[design.setting] + design.noise(rng)).best
        assert isinstance(answer, Best)
        rows = answer.table.set_index("setting")["candidate"]
        kept.append(bool(rows["a a0"]))
        excluded.append(not rows[f"a a{k - 1}"])
    return rate(kept), rate(excluded)


def corrected_best(k: int, n: int, spread: float, sweeps: int, shared: float = 0.0) -> tuple[Rate, float, float, float]:
    """Coverage of the best's interval; mean of the said and of the true probability of being best; bias in SD."""
    design = Design(grid(k), (n,) * k, shared=shared)
    rng, many = np.random.default_rng(3), Sweeps(design)
    hits, said, true, bias = [], [], [], []
    for _ in range(sweeps):
        mean = spread * SD * rng.normal(size=k)
        answer = many.report(mean[design.setting] + design.noise(rng)).best
        assert isinstance(answer, Best)
        first = int(str(answer.table.loc[0, "setting"]).split()[1][1:])
        hits.append(answer.corrected_low <= mean[first] <= answer.corrected_high)
        bias.append((answer.corrected - mean[first]) / SD)
        said.append(float(answer.table.loc[0, "probability"]))
        true.append(first == int(mean.argmin()))
    return rate(hits), float(np.mean(said)), float(np.mean(true)), float(np.mean(bias))


Truth = Callable[[Mapping[str, int]], float]


def _value(setting: Mapping[str, str], name: str) -> int:
    return int(setting[name][1:])


def share_coverage(design: Design, truth: Truth, sweeps: int) -> dict[str, Rate]:
    """How often the interval of each share holds the share in the population of these settings."""
    rng, many = np.random.default_rng(4), Sweeps(design)
    mean = np.array([truth({name: _value(s, name) for name in s}) for s in design.settings])
    true = _shares(design, mean)
    hits: dict[str, list[bool]] = {name: [] for name in true}
    for _ in range(sweeps):
        table = decompose(many.response(mean[design.setting] + design.noise(rng))).table.set_index("source")
        for name, share in true.items():
            hits[name].append(bool(table.loc[name, "low"] - 1e-9 <= share <= table.loc[name, "high"] + 1e-9))
    return {name: rate(found) for name, found in hits.items()}


def _shares(design: Design, mean: Array) -> dict[str, float]:
    """Shares of two parameters, their interaction and the noise; all combinations were run, equally often."""
    levels = [{name: _value(s, name) for name in s} for s in design.settings]
    a, b = design.varying
    grand = mean.mean()
    of = {
        name: np.array([mean[[s[name] == level[name] for s in levels]].mean() - grand for level in levels])
        for name in (a, b)
    }
    parts = {a: of[a].var(), b: of[b].var(), f"{a} x {b}": (mean - grand - of[a] - of[b]).var()}
    noise = SD**2 * float(np.mean(np.square(design.sd or (1.0,))))
    total = sum(parts.values()) + noise
    return {name: float(part / total) for name, part in parts.items()}


def verdict_power(design: Design, shift: Array, sweeps: int, sd: float = SD) -> Rate:
    """How often the report says that the first parameter matters, the settings' means being `shift`."""
    rng, many = np.random.default_rng(5), Sweeps(design)
    hits = []
    for _ in range(sweeps):
        answer = many.report(shift[design.setting] + design.noise(rng) * sd / SD).effects
        hits.append(not isinstance(answer, str) and answer.table["verdict"].iloc[0] == MATTERS)
    return rate(hits)


def said_no_more(design: Design, mean: Array, sweeps: int) -> Rate:
    """How often a report says that no two values of a parameter differ by more than some bound, and some do."""
    rng, many = np.random.default_rng(6), Sweeps(design)
    hits = []
    for _ in range(sweeps):
        answer = many.report(mean[design.setting] + design.noise(rng)).effects
        hits.append(isinstance(answer, Effects) and _false_bound(answer, design, mean))
    return rate(hits)


def _false_bound(answer: Effects, design: Design, mean: Array) -> bool:
    false = False
    said = {one.verdict.split(" ")[0].rstrip(":"): str(one) for one in parameter_sentences(answer, METRIC)}
    for row in answer.table.itertuples():
        if "at any setting of the others" in said[row.parameter]:
            false |= row.bound_simple < _largest(design, mean, row.parameter)
        elif "no two of its values differ by more" in said[row.parameter]:
            false |= row.bound < _largest_average(design, mean, row.parameter)
    return false


def _largest(design: Design, mean: Array, name: str) -> float:
    pairs = [
        abs(mean[i] - mean[j])
        for i, s in enumerate(design.settings)
        for j, other in enumerate(design.settings[:i])
        if all(s[key] == other[key] for key in s if key != name)
    ]
    return max(pairs, default=0.0)


def _largest_average(design: Design, mean: Array, name: str) -> float:
    values = sorted({s[name] for s in design.settings})
    means = [mean[[s[name] == value for s in design.settings]].mean() for value in values]
    return float(np.ptp(means))


NOISIEST: dict[str, Design] = {
    "4x4x3 x 3, sd 1:4": DESIGNS["4x4x3, 3 seeds, sd 1:4"],
    "3x2x2 x 3, sd 1:4": DESIGNS["3x2x2, 3 seeds, sd 1:4"],
    "3x2x2 x 2, sd 1:4": Design(grid(3, 2, 2), (2,) * 12, sd=uneven(12)),
    "3x2x2 x 5, sd 1:4": DESIGNS["3x2x2, 5 seeds, sd 1:4"],
    "6 settings x 20, t3": DESIGNS["6 settings, 20 seeds, t3"],
    "6 settings x 5, skewed": Design(grid(6), (5,) * 6, draw=skewed),
    "6 settings x 5, 5 % outliers": Design(grid(6), (5,) * 6, draw=contaminated),
}
SHARES: dict[str, tuple[Design, Truth]] = {
    "4x4 x 3, interaction": (Design(grid(4, 4), (3,) * 16), lambda s: SD * (s["a"] == 0) * (s["b"] == 0) * 3),
    "3x3 x 5, all": (Design(grid(3, 3), (5,) * 9), lambda s: SD * (s["a"] + 0.5 * s["b"] + (s["a"] == s["b"]))),
    "4x4 x 3, one strong": (Design(grid(4, 4), (3,) * 16), lambda s: SD * 6 * s["a"]),
    "3x3 x 5, sd 1:4": (
        Design(grid(3, 3), (5,) * 9, sd=uneven(9)),
        lambda s: SD * (2 * s["a"] + 2 * (s["a"] == s["b"])),
    ),
    "3x3 x 5, t3": (Design(grid(3, 3), (5,) * 9, draw=heavy), lambda s: SD * (s["a"] + (s["a"] == s["b"]))),
}
