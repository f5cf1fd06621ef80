"""What a design cannot tell apart: parameters that change together, missing combinations, seeds that are not shared."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import linalg

from orbitsens.config import OTHER_KEYS
from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.leastsquares import SINGULAR, Places, well_apart
from orbitsens.sensitivity.model import missing_combinations
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.seed_shares import seeds_alike
from orbitsens.sensitivity.terms import Cells

ALIASED = 1e-8
# Share of a parameter's own variation that the others leave, below which its effect is hardly its own (VIF above 10).
NEARLY = 0.1
# Incomplete pairs that are each worth a sentence.
_MOST_GAPS = 4


def tolerances(cells: Cells) -> pd.DataFrame:
    """How much of each parameter the others leave alone, a row per parameter.

    Columns: parameter, tolerance (1 minus the largest squared canonical correlation with all other parameters: 0
    for one that follows from them, 1 for an orthogonal design), partner (the parameter that it shares most with, or
    None for the only one), status ("aliased", "nearly aliased" or "free").
    """
    rows = []
    codes = np.hstack([np.zeros((len(cells.n), 0)), *(term.codes for term in cells.terms)])
    centred = codes - np.average(codes, axis=0, weights=cells.n)
    gram = centred.T @ (cells.n[:, None] * centred)
    ends = np.cumsum([term.width for term in cells.terms])
    places = {term.name: np.arange(end - term.width, end) for term, end in zip(cells.terms, ends, strict=True)}
    parts = {name: _Part(own, _whitener(gram, own)) for name, own in places.items()}
    for term in cells.terms:
        others = [other for other in cells.terms if other is not term]
        rest = np.concatenate([np.zeros(0, dtype=int), *(places[other.name] for other in others)])
        left = 1.0 - _shared(gram, parts[term.name], _Part(rest, _whitener(gram, rest)))
        shares = [_shared(gram, parts[term.name], parts[other.name]) for other in others]
        partner = others[int(np.argmax(np.round(shares, 9)))].name if others else None
        status = "aliased" if left < ALIASED else "nearly aliased" if left < NEARLY else "free"
        rows.append((term.name, max(left, 0.0), partner, status))
    return pd.DataFrame(rows, columns=["parameter", "tolerance", "partner", "status"])


def warnings(found: Response, cells: Cells, table: pd.DataFrame) -> list[str]:
    """Say in a sentence each what the design cannot tell apart; none for a complete design with shared seeds.

    `table` is that of `tolerances`.
    """
    said = [
        f"{label(parameter)} is nearly confounded with the other parameters (mostly {label(partner)}): "
        f"only {100 * tolerance:.0f} % of its variation is its own."
        for parameter, tolerance, partner, status in table.itertuples(index=False)
        if status == "nearly aliased"
    ]
    holes = [(a.name, b.name, missing_combinations(cells, a.name, b.name)) for a, b in combinations(cells.terms, 2)]
    gaps = [(label(a), label(b), n) for a, b, n in holes if n > 0]
    if len(gaps) > _MOST_GAPS:
        worst = sorted(gaps, key=lambda gap: -gap[2])[:_MOST_GAPS]
        named = ", ".join(f"{a} and {b}" for a, b, _ in worst)
        said.append(
            f"Of {len(gaps)} of the {len(holes)} pairs of parameters some combinations were not run, so their "
            f"interactions are not estimated: most of {named}."
        )
    else:
        said += [
            f"{n} of the combinations of {a} and {b} {'was' if n == 1 else 'were'} not run, "
            "so their interaction is not estimated."
            for a, b, n in gaps
        ]
    if OTHER_KEYS in found.parameters:
        said.append(
            f"{label(OTHER_KEYS)} stands for all the keys of these runs that have no column of their own, because too "
            "many of those differ to tell them apart: choose runs that differ in fewer."
        )
    said += [
        f"{label(name)} has one value among the used runs, so nothing can be said of it." for name in found.constant
    ]
    said += [
        f"Within a setting, runs of one {label(name)} are alike (p = {p:.2g}), so they are worth less than their "
        "number, and intervals are too narrow."
        for name, p in seeds_alike(found)
    ]
    return said + ([] if cells.blocks else seed_warnings(found))


def seed_warnings(found: Response) -> list[str]:
    """Say whether settings were run with different seeds, and whether a parameter's values share none."""
    runs = found.runs
    if runs["setting"].nunique() < 2:
        return []
    if runs["seed"].isna().any():
        return [f"{int(runs['seed'].isna().sum())} runs have no seed on record, so they cannot be paired by seed."]
    everywhere = runs.groupby("seed")["setting"].nunique() == runs["setting"].nunique()
    if everywhere.all():
        return []
    said = []
    if runs["setting"].duplicated().any():
        said.append(
            f"Seeds are not shared by all settings ({int(everywhere.sum())} of {len(everywhere)} seeds are in every "
            "one); differences between settings hold the difference between their seeds."
        )
    for name in found.parameters:
        values_of_seed = runs.groupby("seed")[name].nunique(dropna=False)
        if (values_of_seed == 1).all() and len(values_of_seed) < len(runs):
            said.append(
                f"No two values of {label(name)} share a seed, so its effect and the seeds' cannot be told apart."
            )
    return said


class _Part(NamedTuple):
    """Some columns, and what makes them uncorrelated with variance 1."""

    places: Places
    whitener: Array


def _shared(gram: Array, a: _Part, b: _Part) -> float:
    """Largest squared canonical correlation of two sets of columns."""
    if not (a.places.size and b.places.size):
        return 0.0
    between = a.whitener.T @ gram[np.ix_(a.places, b.places)] @ b.whitener
    return float(linalg.svdvals(between)[0] ** 2)


def _whitener(gram: Array, places: Places) -> Array:
    """Columns W for which W' G W is the identity, G being the gram of some places."""
    if not places.size:
        return np.zeros((0, 0))
    own = gram[np.ix_(places, places)]
    scale = np.sqrt(np.maximum(np.diag(own), 1e-300))
    factor = well_apart(own / np.outer(scale, scale))
    if factor is not None:
        inverse, _ = linalg.lapack.dtrtri(factor, lower=True)
        return np.asarray(np.tril(inverse).T / scale[:, None])
    values, vectors = linalg.eigh(own)
    keep = values > SINGULAR * values.max(initial=0.0)
    return np.asarray(vectors[:, keep] / np.sqrt(values[keep]))
