"""Effects: agreeing with statsmodels, honest on pure noise, found at the promised rate, covering what they say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.multitest import multipletests

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.decomposition import decompose
from orbitsens.sensitivity.effects import MATTERS, NO_MATTER, UNKNOWN, Effects
from orbitsens.sensitivity.family import holm
from orbitsens.sensitivity.fit import Fit
from orbitsens.sensitivity.leastsquares import solve
from orbitsens.sensitivity.model import without
from orbitsens.sensitivity.planning import seeds_per_arm
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.term_tests import TermTests
from tests.sensitivity.simulated import LEVELS, SD, apart, estimated, factorial, random_settings, sweep


def named(found: Effects) -> pd.DataFrame:
    return found.table.set_index("parameter")


def test_type_ii_sums_of_squares_are_those_of_statsmodels_in_an_unbalanced_design() -> None:
    rng = np.random.default_rng(0)
    table = factorial(LEVELS, 4, rng, lambda s: 0.1 * (s["width"] == 16) + 0.05 * (s["depth"] == 2))
    table = apart(table.drop(index=rng.choice(len(table), 8, replace=False)))
    found = estimated(table, list(LEVELS))
    y = table.assign(y=np.log10(table["value"]))
    fit = smf.ols("y ~ (C(width) + C(depth) + C(activation)) ** 2", y).fit()
    cells = smf.ols("y ~ C(width) * C(depth) * C(activation)", y).fit()
    anova = sm.stats.anova_lm(fit, typ=2)
    assert found.error.source == "seeds"
    assert (found.error.variance, found.error.df) == pytest.approx((cells.mse_resid, cells.df_resid))
    shares = decompose(response(table, list(LEVELS)), fitted=Fit(found.model, found.table, ())).table
    assert shares["share"].sum() == pytest.approx(1.0)
    test = TermTests(found.model, found.error, found.model.x * found.model.cells.n[:, None])
    for name in LEVELS:
        base, own = without(found.model, name), found.model.columns[(name,)]
        places = np.concatenate([base, own])
        square = test.of(solve(found.model.gram, places), places, np.arange(base.size, places.size)).square
        assert square == pytest.approx(anova.loc[f"C({name})", "sum_sq"])
    both = np.arange(found.model.x.shape[1])
    square = test.of(solve(found.model.gram, both), both, found.model.columns[("width", "depth")]).square
    assert square == pytest.approx(anova.loc["C(width):C(depth)", "sum_sq"])


def test_of_equal_spreads_the_f_test_is_nearly_the_classical_one() -> None:
    table = apart(factorial({"width": [16, 32, 64], "depth": [1, 2]}, 12, np.random.default_rng(3)))
    found = estimated(table, ["width", "depth"])
    y = table.assign(y=np.log10(table["value"]))
    anova = sm.stats.anova_lm(smf.ols("y ~ C(width) * C(depth)", y).fit(), typ=2)
    assert named(found)["f"].tolist() == pytest.approx(anova["F"].iloc[:2].tolist(), rel=0.02)
    assert named(found)["p"].tolist() == pytest.approx(anova["PR(>F)"].iloc[:2].tolist(), rel=0.05)


def test_one_family_has_parameters_interactions_and_the_lack_of_fit() -> None:
    found = estimated(factorial(LEVELS, 4, np.random.default_rng(0)), list(LEVELS))
    p = np.array([*found.table["p"], *found.interactions["p"], *found.misfit["p"]])
    share = np.array([2 / 9] * 3 + [1 / 12] * 4)
    order = np.argsort(p / share)
    by_hand, worst = np.zeros(7), 0.0
    for i, place in enumerate(order):
        worst = max(worst, p[place] / share[place] * share[order[i:]].sum())
        by_hand[place] = min(worst, 1.0)
    strict = [*found.table["p_holm"], *found.interactions["p_holm"], *found.misfit["p_holm"]]
    assert strict == pytest.approx(by_hand.tolist())
    assert found.table["q"].tolist() == pytest.approx(multipletests(found.table["p"], method="fdr_bh")[1].tolist())


def test_a_family_of_parameters_alone_is_holms() -> None:
    p = np.array([0.01, 0.04, np.nan, 0.03])
    known = multipletests(p[[0, 1, 3]], method="holm")[1]
    assert holm(p)[[0, 1, 3]].tolist() == pytest.approx(known.tolist())
    assert np.isnan(holm(p)[2])


@pytest.mark.parametrize("ratio", [1, 12])
def test_one_parameter_of_two_values_is_welchs_t_test(ratio: float) -> None:
    table = apart(
        factorial(
            {"width": [16, 64]}, 5, np.random.default_rng(1), sd=lambda s: SD * (ratio if s["width"] == 64 else 1)
        )
    )
    a, b = (np.log10(part) for _, part in table.groupby("width")["value"])
    by_hand = stats.ttest_ind(a, b, equal_var=False)
    interval = by_hand.confidence_interval()
    row = estimated(table, ["width"]).table.iloc[0]
    assert row[["p", "df"]].tolist() == pytest.approx([by_hand.pvalue, by_hand.df])
    assert row["effect"] == pytest.approx(abs(a.mean() - b.mean()))
    assert row["high"] - row["low"] == pytest.approx(interval.high - interval.low)


def test_two_settings_on_shared_seeds_are_the_paired_t_test() -> None:
    table = factorial(
        {"width": [16, 64]}, 5, np.random.default_rng(1), sd=lambda s: SD * (5 if s["width"] == 64 else 1)
    )
    a, b = (np.log10(part).to_numpy() for _, part in table.groupby("width")["value"])
    by_hand = stats.ttest_rel(a, b)
    interval = by_hand.confidence_interval()
    row = estimated(table, ["width"]).table.iloc[0]
    assert row[["p", "df"]].tolist() == pytest.approx([by_hand.pvalue, 4])
    assert row["high"] - row["low"] == pytest.approx(interval.high - interval.low)


def test_shared_seeds_are_blocks_as_in_statsmodels() -> None:
    table = factorial({"width": [16, 32, 64, 128]}, 6, np.random.default_rng(1))
    table["value"] *= 10.0 ** (3 * SD * np.random.default_rng(2).normal(size=6)[table["seed"]])
    found = estimated(table, ["width"])
    fit = smf.ols("y ~ C(width) + C(seed)", table.assign(y=np.log10(table["value"]))).fit()
    assert (found.error.variance, found.error.df) == pytest.approx((fit.mse_resid, fit.df_resid))
    seeds = found.model.cells.blocks
    assert seeds is not None
    assert seeds.complete
    assert seeds.share > 0.8
    anova = sm.stats.anova_lm(fit, typ=2)
    assert seeds.p == pytest.approx(anova.loc["C(seed)", "PR(>F)"])


def test_a_trend_is_found_in_a_random_sweep_without_repetition() -> None:
    rng = np.random.default_rng(3)
    settings = random_settings(120, rng)
    found = estimated(sweep(settings, 1, rng, lambda s: 0.1 * np.log10(s["rtol"])), list(settings[0]))
    rtol = named(found).loc["rtol"]
    assert (rtol["kind"], rtol["verdict"]) == ("trend", MATTERS)
    assert float(rtol["best"]) < float(rtol["worst"])
    assert rtol["low"] < 0.36 < rtol["high"]  # from the 5th to the 95th percentile of four decades
    assert found.error.source == "residual"


def test_a_misfit_makes_settings_the_sample() -> None:
    rng = np.random.default_rng(4)
    settings = random_settings(40, rng)
    table = sweep(
        settings, 3, rng, lambda s: 0.3 * (s["width"] == 64) * (s["depth"] == 3) * np.sin(3e3 * s["rtol"] ** 0.5)
    )
    assert estimated(table, list(settings[0])).error.source == "misfit"


def test_parameters_that_change_together_are_called_out_and_not_attributed() -> None:
    settings = [{"width": w, "depth": d, "activation": a} for w, d in ((16, 1), (64, 2)) for a in ("elu", "relu")]
    table = sweep(settings, 5, np.random.default_rng(5), lambda s: 0.5 * (s["width"] == 64))
    found = estimated(table, ["width", "depth", "activation"])
    assert named(found)["verdict"][["width", "depth"]].tolist() == [UNKNOWN, UNKNOWN]
    assert named(found)["effect"].isna().tolist() == [True, True, False]
    assert found.bundles["parameters"].tolist() == [("width", "depth")]
    assert found.bundles["verdict"].tolist() == [MATTERS]


def test_nearly_aliased_parameters_missing_cells_and_seeds_that_differ_are_called_out() -> None:
    pairs = [(16, 1)] * 10 + [(64, 2)] * 10 + [(64, 1)]
    settings = [{"width": w, "depth": d, "place": i} for i, (w, d) in enumerate(pairs)]
    table = sweep(settings, 1, np.random.default_rng(6))
    found = estimated(table.drop(columns="place").assign(seed=range(21)), ["width", "depth"])
    said = " ".join(found.warnings)
    assert "1 of the combinations of width and depth was not run" in said
    shifted = factorial({"width": [16, 64]}, 3, np.random.default_rng(7))
    shifted["seed"] += np.where(shifted["width"] == 64, 2, 0)
    assert "1 of 5 seeds are in every one" in " ".join(estimated(shifted, ["width"]).warnings)
    shifted["seed"] += np.where(shifted["width"] == 64, 9, 0)
    assert "No two values of width share a seed" not in " ".join(estimated(shifted, ["width"]).warnings)
    both = factorial({"width": [16, 64], "depth": [1, 2]}, 3, np.random.default_rng(7))
    both["seed"] += np.where(both["width"] == 64, 9, 0)
    assert "No two values of width share a seed" in " ".join(estimated(both, ["width", "depth"]).warnings)


def test_without_effect_many_seeds_show_that_it_does_not_matter() -> None:
    table = factorial({"width": [16, 64]}, 40, np.random.default_rng(9))
    found = estimated(table, ["width"])
    row = found.table.iloc[0]
    assert row["verdict"] == NO_MATTER
    assert abs(row["effect"]) < row["bound"] < found.margin


def test_few_seeds_cannot_tell_and_say_how_many_would() -> None:
    found = estimated(apart(factorial({"width": [16, 64]}, 3, np.random.default_rng(3))), ["width"], margin=SD)
    row = found.table.iloc[0]
    assert row["verdict"] == UNKNOWN
    needed = 3 * row["runs_factor"]
    sd = row["se"] * np.sqrt(3 / 2)
    # Both tests, of difference and of equivalence, must tell: a little more than the one takes.
    assert seeds_per_arm(SD, sd) <= needed <= 1.25 * seeds_per_arm(SD, sd)


def test_margin_is_the_callers() -> None:
    table = factorial({"width": [16, 64]}, 5, np.random.default_rng(9))
    assert estimated(table, ["width"], margin=1.0).table.loc[0, "verdict"] == NO_MATTER


@pytest.mark.parametrize(
    ("table", "varying", "said"),
    [
        (factorial({"width": [16]}, 5, np.random.default_rng(0)), ["width"], "same setting"),
        (factorial({"width": [16, 64]}, 1, np.random.default_rng(0)), ["width"], "nothing to estimate the noise from"),
    ],
)
def test_too_little_is_a_sentence(table: pd.DataFrame, varying: list[str], said: str) -> None:
    with pytest.raises(CannotSay, match=said):
        estimated(table, varying)


def test_row_order_changes_nothing_and_repetition_neither() -> None:
    table = factorial(LEVELS, 3, np.random.default_rng(10))
    first = estimated(table, list(LEVELS))
    pd.testing.assert_frame_equal(first.table, estimated(table, list(LEVELS)).table, check_exact=True)
    shuffled = estimated(table.sample(frac=1, random_state=3), list(LEVELS))
    pd.testing.assert_frame_equal(first.table, shuffled.table, check_exact=True)


def test_many_incomplete_pairs_are_one_sentence() -> None:
    names = ["a", "b", "c", "d"]
    settings = [{name: f"v{(i * (k + 1)) % 5}" for k, name in enumerate(names)} for i in range(12)]
    found = estimated(sweep(settings, 3, np.random.default_rng(0)), names)
    said = [warning for warning in found.warnings if "combinations" in warning]
    assert len(said) == 1
    assert said[0].startswith("Of 6 of the 6 pairs of parameters some combinations were not run")


def test_the_interval_that_is_quoted_is_the_one_that_decides() -> None:
    rng = np.random.default_rng(4)
    names = [f"p{i}" for i in range(8)]
    settings = [{name: int(rng.integers(2)) for name in names} for _ in range(40)]
    table = estimated(sweep(settings, 3, rng, lambda s: 0.05 * s["p0"]), names).table
    assert (table["verdict"] == UNKNOWN).any() or (table["verdict"] == NO_MATTER).any()
    for row in table.itertuples():
        if row.verdict == UNKNOWN:
            assert row.decides_low < 0.0
            assert row.decides_low < row.low
        elif row.verdict == NO_MATTER:
            assert row.decides_high < np.log10(1.25)
        else:
            assert (row.decides_low, row.decides_high) == (row.low, row.high)
