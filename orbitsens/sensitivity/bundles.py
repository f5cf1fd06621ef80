"""Parameters that change together: which of them can only be judged as one."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy import linalg

from orbitsens.sensitivity.leastsquares import SINGULAR
from orbitsens.sensitivity.terms import Term

LINKED = 1e-6


def bundles(terms: Sequence[Term]) -> list[tuple[str, ...]]:
    """Group the parameters of which some combination of columns is fixed by the others.

    Two parameters are in one bundle if some direction in which the columns do not vary has a part in both; those of
    no bundle can be told apart from all others.
    """
    if len(terms) < 2:
        return []
    codes = np.hstack([term.codes for term in terms])
    centred = codes - codes.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.where(size > 0.0, size, 1.0)
    values, vectors = linalg.eigh(scaled.T @ scaled, check_finite=False)
    fixed = vectors[:, values <= SINGULAR * max(float(values.max(initial=0.0)), 1e-300)]
    together = np.abs(fixed @ fixed.T)
    ends = np.cumsum([0, *(term.width for term in terms)])
    places = [slice(a, b) for a, b in pairwise(ends)]
    left = [i for i, own in enumerate(places) if together[own, own].max(initial=0.0) > LINKED]
    found: list[tuple[str, ...]] = []
    while left:
        group, new = set[int](), {left[0]}
        while new:
            group |= new
            new = {j for i in new for j in left if j not in group and together[places[i], places[j]].max() > LINKED}
        left = [i for i in left if i not in group]
        found.append(tuple(terms[i].name for i in sorted(group)))
    return [group for group in found if len(group) > 1]
