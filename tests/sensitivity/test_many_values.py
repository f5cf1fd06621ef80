"""A parameter of many values: its pairs are compared as if one after the other."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.leastsquares import solve
from orbitsens.sensitivity.model import Error, build, without
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.term_tests import Pairs, TermTests, errors_of_pairs
from orbitsens.sensitivity.terms import cells

VALUES = 40


@pytest.mark.parametrize("own", [False, True], ids=["one spread", "own spreads"])
def test_errors_of_all_pairs_are_those_of_each_pair(own: bool) -> None:
    rng = np.random.default_rng(0)
    rows = [
        {"name": f"value {i:02}", "width": width, "seed": seed}
        for i in range(VALUES)
        for width in (8, 16)
        for seed in range(3 + i % 3)
    ]
    spread = [0.1 + 0.01 * int(row["name"].split()[1]) for row in rows]
    table = pd.DataFrame(rows).assign(
        value=10.0 ** (2.0 + rng.normal(scale=spread)), state="finished", setting_hash="", run_key=range(len(rows))
    )
    found = response(table, ["name", "width"])
    model = build(cells(found))
    term = model.cells.terms[0]
    places = np.concatenate([without(model, "name"), model.columns[("name",)]])
    fit, chosen = solve(model.gram, places), Error(0.04, 100, "seeds" if own else "misfit")
    spread = model.spread if own else None

    pairs = Pairs(*np.triu_indices(VALUES, 1))
    se, df = errors_of_pairs(TermTests(model, chosen, model.x * model.cells.n[:, None]), term, places, fit, pairs)

    each = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert each == list(combinations(range(VALUES), 2))
    for i in (0, 17, 300, len(each) - 1):
        first, second = each[i]
        contrast = np.zeros(places.size)
        contrast[-term.width :] = term.contrasts[second] - term.contrasts[first]
        if spread is None:
            expected, freedom = contrast @ fit.covariance @ contrast * chosen.variance, chosen.df
        else:
            n = model.cells.n
            shares = (contrast @ fit.covariance @ model.x[:, places].T) ** 2 * n * spread.variance
            expected, freedom = shares.sum(), shares.sum() ** 2 / (shares**2 / spread.df).sum()
        assert se[i] == pytest.approx(np.sqrt(expected), rel=1e-9)
        assert df[i] == pytest.approx(freedom, rel=1e-9)
