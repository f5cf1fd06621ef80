"""Shares of variance: the analytic ones of an additive model, of a pure interaction and of the Ishigami function."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.decomposition import Decomposition, decompose
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.sobol import sobol_indices
from tests.sensitivity.simulated import SD, factorial, sweep


def shares(found: Decomposition) -> pd.DataFrame:
    return found.table.set_index("source")


def ishigami(x: Mapping[str, Any]) -> float:
    """Ishigami and Homma 1990, a = 7, b = 0.1, scaled to half an order of magnitude."""
    return float(0.05 * (np.sin(x["x1"]) + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])))


# First-order and total indices by its closed form.
ISHIGAMI = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}


def grid_shares(f: Callable[[Mapping[str, Any]], float], a: list[Any], b: list[Any]) -> tuple[float, float, float]:
    """Shares of a, b and a x b in the variance of f on a grid, without noise."""
    y = np.array([[f({"a": x, "b": z}) for z in b] for x in a])
    of_a, of_b = (y.mean(axis=1) - y.mean()).var(), (y.mean(axis=0) - y.mean()).var()
    return of_a, of_b, y.var() - of_a - of_b


@pytest.mark.parametrize(
    "f",
    [
        lambda s: 0.1 * s["a"] + 0.05 * (s["b"] == 1),
        lambda s: 0.1 * (-1.0) ** (s["a"] + s["b"]),
    ],
    ids=["additive", "pure interaction"],
)
def test_shares_are_the_analytic_ones_within_their_intervals(f: Callable[[Mapping[str, Any]], float]) -> None:
    a, b = [0, 1, 2, 3], [0, 1, 2, 3, 4, 5]
    found = shares(decompose(response(factorial({"a": a, "b": b}, 5, np.random.default_rng(0), f), ["a", "b"])))
    variances = np.array([*grid_shares(f, a, b), SD**2])
    expected = variances / variances.sum()
    for source, share in zip(["a", "b", "a x b", "noise"], expected, strict=True):
        row = found.loc[source]
        assert row["share"] == pytest.approx(share, abs=0.12)
        if source != "noise":
            assert row["low"] - 1e-9 <= share <= row["high"] + 1e-9, source
    assert found["share"].sum() == pytest.approx(1.0)


def test_the_ishigami_functions_shares_on_a_grid() -> None:
    edges = np.linspace(-np.pi, np.pi, 9)
    middle = ((edges[1:] + edges[:-1]) / 2).tolist()
    levels = {"x1": middle, "x2": middle, "x3": middle}
    found = shares(decompose(response(factorial(levels, 1, np.random.default_rng(0), ishigami, sd=0.02), list(levels))))
    y = np.array([[[ishigami({"x1": a, "x2": b, "x3": c}) for c in middle] for b in middle] for a in middle])
    mains = {name: y.mean(axis=tuple({0, 1, 2} - {i})).var() for i, name in enumerate(levels)}
    variances = mains | {"x1 x x3": y.mean(axis=1).var() - mains["x1"] - mains["x3"], "x1 x x2": 0.0, "x2 x x3": 0.0}
    total = y.var() + 0.02**2
    for source, variance in variances.items():
        row = found.loc[source]
        assert row["low"] - 1e-9 <= variance / total <= row["high"], source
    # The grid's indices are near the continuous function's.
    for name, (first, _) in ISHIGAMI.items():
        assert found.loc[name, "share"] == pytest.approx(first, abs=0.04)


def test_sobol_indices_of_the_ishigami_function_on_a_surrogate() -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(-np.pi, np.pi, size=(350, 3))
    table = sweep([dict(zip(ISHIGAMI, map(float, p), strict=True)) for p in points], 1, rng, ishigami, sd=0.01)
    found = sobol_indices(response(table, list(ISHIGAMI)))
    assert found.r2 > 0.9
    for row in found.table.itertuples():
        first, total = ISHIGAMI[row.parameter]
        assert row.first_low <= first <= row.first_high, row.parameter
        assert row.total_low <= total <= row.total_high, row.parameter
    pd.testing.assert_frame_equal(found.table, sobol_indices(response(table, list(ISHIGAMI))).table, check_exact=True)


def test_sobol_indices_of_parameters_that_are_no_numbers() -> None:
    rng = np.random.default_rng(3)
    at = {"elu": 0.0, "relu": 0.3, "tanh": 0.1, "gelu": 0.25}
    settings = [{"x": float(x), "activation": a} for a in at for x in rng.uniform(size=20)]
    found = sobol_indices(
        response(sweep(settings, 2, rng, lambda s: at[s["activation"]] + 0.3 * s["x"], sd=0.01), ["x", "activation"])
    )
    variances = np.array([0.3**2 / 12, np.var(list(at.values()))])
    for row, share in zip(found.table.itertuples(), variances / variances.sum(), strict=True):
        assert row.first_low <= share <= row.first_high, row.parameter
        assert row.first == pytest.approx(row.total, abs=0.05)


def test_a_surrogate_of_noise_earns_no_indices() -> None:
    rng = np.random.default_rng(2)
    table = sweep([{"x": float(x), "z": float(z)} for x, z in rng.uniform(size=(60, 2))], 1, rng)
    with pytest.raises(CannotSay, match=r"held-out R2 .*so none are given"):
        sobol_indices(response(table, ["x", "z"]))


def test_what_seeds_have_in_common_is_the_seeds_share() -> None:
    rng = np.random.default_rng(3)
    table = factorial({"width": [16, 32, 64], "depth": [1, 2, 3]}, 8, rng)
    common = np.random.default_rng(4).normal(size=8)
    table["value"] *= 10.0 ** (SD * common[table["seed"]])
    found = shares(decompose(response(table, ["width", "depth"])))
    expected = common.var(ddof=1) / (common.var(ddof=1) + 1.0)
    assert found.loc["seed", "share"] == pytest.approx(expected, abs=0.15)
    assert found.loc["seed", "low"] > 0.0


def crossed(split: float, n_splits: int = 4, n_seeds: int = 5) -> pd.DataFrame:
    """Nine settings with every split seed and every seed; a split moves its setting by `split` standard deviations."""
    rng = np.random.default_rng(7)
    table = factorial({"width": [16, 32, 64], "depth": [1, 2, 3]}, n_seeds * n_splits, rng)
    moved = rng.normal(size=(9, n_splits))
    place = table.groupby("setting_hash").ngroup()
    table = table.assign(split_seed=table["seed"] % n_splits, seed=table["seed"] // n_splits)
    return table.assign(value=table["value"] * 10.0 ** (split * SD * moved[place, table["split_seed"]]))


def test_the_splits_share_is_told_from_the_seeds() -> None:
    table = crossed(split=1.5)
    decomposed = decompose(response(table, ["width", "depth"]))
    found = shares(decomposed)
    assert found["share"].sum() == pytest.approx(1.0)
    assert found.loc[["seed", "split_seed", "noise"], "kind"].tolist() == ["seed", "seed", "noise"]
    # Of what is within settings; the splits' variance is that of those drawn.
    within = found.loc[["seed", "split_seed", "noise"], "share"] / found.loc["seed":, "share"].sum()
    y = np.log10(table["value"])
    fit = smf.ols("y ~ C(setting_hash) * (C(seed) + C(split_seed))", table.assign(y=y)).fit()
    anova = sm.stats.anova_lm(fit, typ=2)
    squares, dfs = anova["sum_sq"], anova["df"]
    split = squares["C(split_seed)"] + squares["C(setting_hash):C(split_seed)"] - 9 * 3 * fit.mse_resid
    total = ((y - y.mean()) ** 2).sum()
    assert found.loc["split_seed", "share"] == pytest.approx(split / total)
    assert dfs["Residual"] == 9 * 4 * 3
    assert within["split_seed"] > 0.4
    assert found.loc["split_seed", "low"] > 0.0
    assert found.loc["seed", "low"] == 0.0
    assert "split_seed: what each does within a setting" in decomposed.method
    said = " ".join(decomposed.warnings)
    assert "Within a setting, runs of one split seed are alike" in said
    assert "runs of one seed are alike" not in said


def test_splits_that_change_with_the_seed_have_no_share_of_their_own() -> None:
    table = factorial({"width": [16, 32, 64]}, 5, np.random.default_rng(0))
    found = shares(decompose(response(table.assign(split_seed=table["seed"]), ["width"])))
    assert list(found.index) == ["width", "noise"]


def test_lack_of_fit_is_reported() -> None:
    table = factorial(
        {"a": [0, 1], "b": [0, 1], "c": [0, 1]}, 5, np.random.default_rng(5), lambda s: 0.3 * (s["a"] * s["b"] * s["c"])
    )
    found = decompose(response(table, ["a", "b", "c"]))
    assert found.misfit_p < 0.01
    assert shares(found).loc["lack of fit", "share"] > 0.02


def test_shares_are_identical_on_repetition_and_in_any_order() -> None:
    table = factorial({"a": [0, 1], "b": [0, 1, 2]}, 4, np.random.default_rng(6), lambda s: 0.1 * s["a"])
    first = decompose(response(table, ["a", "b"])).table
    again = decompose(response(table.sample(frac=1, random_state=2), ["a", "b"])).table
    pd.testing.assert_frame_equal(first, again, check_exact=True)


def test_nothing_that_varies_is_a_sentence() -> None:
    with pytest.raises(CannotSay, match="same setting"):
        decompose(response(factorial({"a": [1]}, 4, np.random.default_rng(0)), ["a"]))
