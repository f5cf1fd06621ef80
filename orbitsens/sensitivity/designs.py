"""Designs: which settings of a space of parameters to run when not all can be."""

from collections.abc import Sequence
from itertools import combinations, product as cartesian
from math import prod

import numpy as np
from scipy.stats import qmc

from orbitsens.config import ConfigError
from orbitsens.sensitivity.untangle import Design, untangled

TRIES = 50


def design(levels: Sequence[int], n: int) -> tuple[Design, str]:
    """Choose `n` distinct settings of parameters with these numbers of levels.

    Returns the chosen levels, shape [n, n_parameters], and the kind of design in words: all combinations if `n` is
    their number; a regular two-level fractional factorial if every parameter has two levels and `n` is a power of two
    above their number; else a space-filling Latin hypercube, in which every level of a parameter is run equally often
    (give or take one) and parameters are nearly uncorrelated. The same arguments give the same design.

    Raises:
        ConfigError: `n` below 2, or above the number of combinations.
    """
    full = prod(levels)
    if not 2 <= n <= full:
        raise ConfigError(f"--runs {n}: this space has {full} settings; ask for 2 to {full} of them.")
    if n == full:
        return np.array(list(cartesian(*(range(k) for k in levels))), dtype=np.intp), "full factorial"
    if set(levels) == {2} and n & (n - 1) == 0 and n > len(levels):
        return _fraction(len(levels), n)
    return _space_filling(levels, n), "space-filling Latin hypercube"


def _fraction(k: int, n: int) -> tuple[Design, str]:
    """Two-level fraction: the first log2(n) parameters in full, the others products of as many of them as possible."""
    basic = n.bit_length() - 1
    signs = np.array(list(cartesian((0, 1), repeat=basic)), dtype=np.intp)
    words = [word for size in range(basic, 1, -1) for word in combinations(range(basic), size)]
    # Words of odd length first: with three or more letters they keep main effects clear of pairwise interactions.
    words.sort(key=lambda word: (len(word) % 2 == 0 or len(word) < 3, -len(word)))
    columns = [signs, *(signs[:, word].sum(axis=1, keepdims=True) % 2 for word in words[: k - basic])]
    return np.hstack(columns), f"two-level fractional factorial 2^({k}-{k - basic})"


def _space_filling(levels: Sequence[int], n: int) -> Design:
    """The most uniform of 50 Latin hypercubes, untangled; repeated settings give way to the emptiest remaining ones."""
    best, least = None, np.inf
    for seed in range(TRIES):
        points = qmc.LatinHypercube(len(levels), rng=np.random.default_rng(seed + 1)).random(n)
        chosen = np.minimum((points * levels).astype(np.intp), np.array(levels) - 1)
        repeated = n - len(np.unique(chosen, axis=0))
        worst = repeated + float(qmc.discrepancy((chosen + 0.5) / np.array(levels)))
        if worst < least:
            best, least = chosen, worst
    assert best is not None
    return _distinct(untangled(best, levels), levels)


def _distinct(chosen: Design, levels: Sequence[int]) -> Design:
    rng = np.random.default_rng(1)
    seen: dict[tuple[int, ...], None] = dict.fromkeys(tuple(map(int, row)) for row in chosen)
    while len(seen) < len(chosen):
        drawn = [tuple(int(rng.integers(k)) for k in levels) for _ in range(64)]
        new = [row for row in drawn if row not in seen]
        if new:
            have = np.array(list(seen))
            seen[max(new, key=lambda row: int((have != row).sum(axis=1).min()))] = None
    return np.array(sorted(seen), dtype=np.intp)
