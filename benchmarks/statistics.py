"""Operating characteristics of the statistics: `make bench NAME=statistics`.

Writes the tables of docs/methods.md, each as soon as it is measured, each figure with one Monte Carlo standard error.
ARGS="400" makes 400 sweeps of each design (else 200), ARGS="400 power bounds" measures two tables only.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from orbitsens.sensitivity.planning import seeds_per_arm
from tests.sensitivity.hostile import DESIGNS, Design, false_claims, grid
from tests.sensitivity.operating import (
    BESTS,
    NOISIEST,
    SHARES,
    Rate,
    best_kept,
    corrected_best,
    noisiest_mean,
    said_no_more,
    share_coverage,
    verdict_power,
)
from tests.sensitivity.simulated import SD

PAGE = Path("docs/methods.md")
KINDS = ("effect", "interaction", "misfit", "fdr", "pair", "unique", "outlier", "any")
INTERACTIONS = {"effect within the other's level, 2 sd": 2.0, "6 sd": 6.0}


def main() -> None:
    """Measure, print as it goes, and write the page's tables."""
    sweeps, wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200, sys.argv[2:]
    for section in (null, coverage, candidates, bests, shares, power, bounds):
        if wanted and section.__name__ not in wanted:
            continue
        lines = []
        for line in section(sweeps):
            print(line, flush=True)
            lines.append(line)
        write(section.__name__, [*lines, f"\n{sweeps} sweeps."])


def write(name: str, lines: Sequence[str]) -> None:
    """Put a table between its marks on the page."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    text = "\n".join(lines)
    PAGE.write_text(f"{before}{begin}{text}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def _table(title: str, *heads: str) -> Iterator[str]:
    yield f"\n### {title}\n"
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"


def null(sweeps: int) -> Iterator[str]:
    """False findings of each kind in pure noise."""
    yield from _table("False findings in pure noise, % of reports", "design", *KINDS)
    for name, design in DESIGNS.items():
        counts = false_claims(design, sweeps)
        yield f"| {name} | {' | '.join(str(Rate(counts[kind], sweeps)) for kind in KINDS)} |"


def coverage(sweeps: int) -> Iterator[str]:
    """Intervals of the noisiest setting's mean."""
    yield from _table("95 % interval of the noisiest setting's mean: coverage, %", "design", "covers")
    for name, design in NOISIEST.items():
        yield f"| {name} | {noisiest_mean(design, 2 * sweeps)} |"


def candidates(sweeps: int) -> Iterator[str]:
    """The true best among the candidates."""
    heads = ("design", "true best kept", "a setting 30 sd worse excluded")
    yield from _table("Settings that may be the best, %", *heads)
    for name, design in BESTS.items():
        yield f"| {name} | {' | '.join(map(str, best_kept(design, sweeps)))} |"


def bests(sweeps: int) -> Iterator[str]:
    """The best setting's expected error, and its probability of being best."""
    heads = ("settings x seeds, spread of true means", "interval covers, %", "said probability", "true", "bias, sd")
    yield from _table("What the best setting is worth at new seeds", *heads)
    for k, n, spread, shared in (
        (12, 5, 0.3, 0.0),
        (48, 5, 0.3, 0.0),
        (12, 3, 1.0, 0.0),
        (24, 3, 2.0, 0.0),
        (12, 5, 1.0, 0.7),
    ):
        covers, said, true, bias = corrected_best(k, n, spread, sweeps, shared)
        seeds = ", shared seeds" if shared else ""
        yield f"| {k} x {n}, {spread:g} sd{seeds} | {covers} | {said:.2f} | {true:.2f} | {bias:+.2f} |"


def shares(sweeps: int) -> Iterator[str]:
    """Intervals of shares of variance."""
    yield from _table("95 % intervals of shares of variance: coverage, %", "design", "a", "b", "a x b")
    for name, (design, truth) in SHARES.items():
        yield f"| {name} | {' | '.join(map(str, share_coverage(design, truth, sweeps).values()))} |"


def power(sweeps: int) -> Iterator[str]:
    """The report's verdict at the planned number of seeds."""
    yield from _table('Verdict "matters" at the planned number of seeds (80 %), %', "study", "seeds", "found")
    for name, plan, made in PLANS:
        n = plan()
        design, shift, sd = made(n)
        yield f"| {name} | {n} | {verdict_power(design, shift, 2 * sweeps, sd)} |"


Made = Callable[[int], tuple[Design, np.ndarray, float]]


def _two(shared: float, ratio: float = 1.0, apart: bool = False) -> Made:
    def made(n: int) -> tuple[Design, np.ndarray, float]:
        design = Design(grid(2), (n, n), sd=(1.0, ratio), shared=shared, apart=apart)
        return design, np.array([0.0, SD]), SD

    return made


def _several(k: int) -> Made:
    def made(n: int) -> tuple[Design, np.ndarray, float]:
        mean = np.full(k, SD / 2.0)
        mean[0], mean[-1] = 0.0, SD
        return Design(grid(k), (n,) * k), mean, SD

    return made


PLANS: tuple[tuple[str, Callable[[], int], Made], ...] = (
    ("two settings, other seeds, 1 sd", lambda: seeds_per_arm(1.0, 1.0), _two(0.0, apart=True)),
    ("two settings, other seeds, sd 1:3", lambda: seeds_per_arm(1.0, (1.0, 3.0)), _two(0.0, 3.0, apart=True)),
    ("two settings, same seeds, correlation 0", lambda: seeds_per_arm(1.0, 1.0, correlation=0.0), _two(0.0)),
    ("two settings, same seeds, correlation 0.6", lambda: seeds_per_arm(1.0, 1.0, correlation=0.6), _two(0.6)),
    ("two settings, same seeds, correlation 0.8", lambda: seeds_per_arm(1.0, 1.0, correlation=0.8), _two(0.8)),
    ("four settings, same seeds", lambda: seeds_per_arm(1.0, 1.0, correlation=0.0, settings=4), _several(4)),
)


def bounds(sweeps: int) -> Iterator[str]:
    """Measure how often "no two of its values differ by more" is said though some do."""
    yield from _table('"No two of its values differ by more" though some do, % of reports', "truth", "said")
    design = Design(grid(3, 3), (10,) * 9)
    levels = [(int(s["a"][1:]), int(s["b"][1:])) for s in design.settings]
    for name, size in INTERACTIONS.items():
        mean = SD * size * np.array([float(a == b) for a, b in levels])
        yield f"| 3x3 x 10, {name} | {said_no_more(design, mean, sweeps)} |"
    additive = SD * 0.4 * np.array([float(a) for a, _ in levels])
    yield f"| 3x3 x 10, additive, 0.8 sd | {said_no_more(design, additive, sweeps)} |"


if __name__ == "__main__":
    main()
