"""Two settings against each other, and all against the best."""

import numpy as np
import pytest
from scipy import stats

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.best import best
from orbitsens.sensitivity.best_wording import best_words
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.noise import noise_floor
from orbitsens.sensitivity.pairs import cautious_correlation, compare
from orbitsens.sensitivity.response import Response, response
from orbitsens.sensitivity.wording import Metric
from tests.sensitivity.simulated import SD, factorial, sweep


def two(n: int, shift: float = 0.0, seed: int = 0) -> Response:
    table = factorial({"width": [16, 64]}, n, np.random.default_rng(seed), lambda s: shift * (s["width"] == 64))
    return response(table, ["width"])


def test_a_pair_is_scipys_paired_t_test() -> None:
    found = two(8, shift=SD)
    pair = compare(found, "width 16", "width 64")
    a, b = (part.to_numpy() for _, part in found.runs.groupby("width")["y"])
    by_hand = stats.ttest_rel(a, b)
    assert pair.p == pytest.approx(by_hand.pvalue)
    assert (pair.low, pair.high) == pytest.approx(tuple(by_hand.confidence_interval()))
    assert pair.correlation == pytest.approx(stats.pearsonr(a, b).statistic)
    assert pair.n == 8
    assert (pair.a_better > 0.5) == (pair.difference < 0.0)
    assert compare(two(8, shift=3 * SD), "width 16", "width 64").a_better > 0.8


def test_the_correlation_to_plan_with_is_cautious() -> None:
    table = factorial({"width": [16, 64]}, 8, np.random.default_rng(0))
    table["value"] *= 10.0 ** (2 * SD * np.random.default_rng(1).normal(size=8)[table["seed"]])
    pair = compare(response(table, ["width"]), "width 16", "width 64")
    a, b = (np.log10(part) for _, part in table.groupby("width")["value"])
    low = stats.pearsonr(a, b).confidence_interval(0.6).low  # two-sided 60 % is one-sided 80 %
    assert cautious_correlation(pair) == pytest.approx(low)
    assert 0.0 < low < pair.correlation - 0.05
    assert cautious_correlation(compare(two(2), "width 16", "width 64")) == 0.0
    assert cautious_correlation(compare(two(3), "width 16", "width 64")) == 0.0


def test_the_p_that_is_printed_can_reach_5_percent_with_three_seeds() -> None:
    pair = compare(two(3, shift=20 * SD), "width 16", "width 64")
    assert pair.p < 0.05


def test_the_chance_to_win_has_an_interval_that_covers() -> None:
    rng = np.random.default_rng(5)
    base = factorial({"width": [16, 64]}, 6, rng)
    truth = float(stats.norm.cdf(0.5))  # the difference is half a standard deviation of it
    hits = 0
    for _ in range(60):
        shift = 0.5 * np.sqrt(2.0) * SD
        y = SD * rng.normal(size=12) + shift * (base["width"] == 64)
        pair = compare(response(base.assign(value=10.0**y), ["width"]), "width 16", "width 64")
        hits += pair.a_better_low <= truth <= pair.a_better_high
    assert hits >= 52  # 57 expected


def test_only_shared_seeds_are_paired() -> None:
    table = sweep([{"width": 16}, {"width": 64}], [3, 6], np.random.default_rng(0))
    pair = compare(response(table, ["width"]), "width 16", "width 64")
    assert (pair.n, pair.n_a, pair.n_b) == (3, 3, 6)


def test_pairs_share_all_their_seeds() -> None:
    table = factorial({"width": [16, 64]}, 6, np.random.default_rng(0))
    table = table.assign(split_seed=table["seed"] % 3, seed=table["seed"] // 3)
    pair = compare(response(table, ["width"]), "width 16", "width 64")
    assert (pair.n, pair.n_a, pair.n_b) == (6, 6, 6)
    assert compare(response(table.drop(index=[0, 7]), ["width"]), "width 16", "width 64").n == 4


def test_pairs_without_shared_seeds_or_of_no_setting_are_a_sentence() -> None:
    table = factorial({"width": [16, 64]}, 3, np.random.default_rng(0))
    apart = response(table.assign(seed=range(6)), ["width"])
    with pytest.raises(CannotSay, match="share 0 seeds"):
        compare(apart, "width 16", "width 64")
    with pytest.raises(CannotSay, match="width 8"):
        compare(apart, "width 8", "width 64")


def test_a_clear_best_is_alone_and_a_tie_is_not() -> None:
    def clear(s: dict[str, int]) -> float:
        return 0.0 if s["width"] == 64 else 1.0

    table = factorial({"width": [8, 16, 32, 64]}, 5, np.random.default_rng(0), clear)
    found = response(table, ["width"])
    answer = best(found, noise_floor(found)).table
    assert answer.loc[0, ["setting", "candidate"]].tolist() == ["width 64", True]
    assert answer["candidate"].sum() == 1
    assert answer.loc[0, ["probability", "rank_low", "rank_high"]].tolist() == [1.0, 1, 1]
    noise = response(factorial({"width": [8, 16, 32, 64]}, 5, np.random.default_rng(0)), ["width"])
    tied = best(noise, noise_floor(noise)).table
    assert tied["candidate"].sum() >= 2
    assert tied["probability"].sum() == pytest.approx(1.0)
    assert (tied["rank_high"] == 4).all()


def test_the_true_best_is_a_candidate_as_often_as_said_and_the_winners_curse_is_lifted() -> None:
    rng = np.random.default_rng(1)
    k, n, sweeps = 8, 3, 120
    base = factorial({"place": list(range(k))}, n, rng)
    kept, naive, corrected, covered = 0, [], [], 0
    for _ in range(sweeps):
        true = 0.5 * SD * rng.normal(size=k)
        table = base.assign(value=10.0 ** (true[base["place"]] + SD * rng.normal(size=k * n)))
        found = response(table, ["place"])
        answer = best(found, noise_floor(found), differ=True)
        kept += bool(answer.table.set_index("setting").loc[f"place {true.argmin()}", "candidate"])
        chosen = true[int(answer.table.loc[0, "setting"].split()[1])]
        naive.append(answer.table.loc[0, "mean"] - chosen)
        corrected.append(answer.corrected - chosen)
        covered += answer.corrected_low <= chosen <= answer.corrected_high
    assert kept / sweeps >= 0.90
    assert np.mean(naive) < -0.3 * SD
    assert abs(np.mean(corrected)) < 0.5 * abs(np.mean(naive))
    assert covered / sweeps >= 0.88


def unequal(n: dict[int, int], gap: float, rng: np.random.Generator) -> Response:
    """Widths of unequal spread, the first the best by `gap`, each with its number of seeds."""
    widths = list(n)
    table = sweep(
        [{"width": width} for width in widths],
        list(n.values()),
        rng,
        lambda s: gap * (s["width"] != widths[0]),
        lambda s: SD * 2.0 ** (widths.index(s["width"]) % 4),
    )
    return response(table, ["width"])


def test_a_setting_of_two_seeds_blurs_no_comparison_but_its_own() -> None:
    seeds = dict.fromkeys((8, 16, 32, 64, 96, 128, 192, 256), 6) | {512: 2}
    found = unequal(seeds, 3.0, np.random.default_rng(0))
    answer = best(found, noise_floor(found), differ=True)
    candidates = answer.table.set_index("setting")["candidate"]
    assert not candidates.drop(["width 8", "width 512"]).any()
    assert answer.table.set_index("setting").loc["width 8", "rank_high"] <= 2


def test_with_unequal_spreads_the_true_best_is_a_candidate_as_often_as_said() -> None:
    rng = np.random.default_rng(2)
    kept = 0
    for _ in range(80):
        found = unequal(dict.fromkeys((8, 16, 32, 64, 96, 128), 5), 0.0, rng)
        answer = best(found, noise_floor(found), differ=True)
        kept += bool(answer.table.set_index("setting").loc["width 8", "candidate"])
    assert kept / 80 >= 0.92


def test_of_equal_settings_none_is_called_unique_nor_excluded_unless_something_differs() -> None:
    table = factorial({"width": [8, 16, 32, 64]}, 5, np.random.default_rng(0))
    found = response(table, ["width"])
    answer = best(found, noise_floor(found), differ=False)
    assert answer.table["candidate"].all()
    assert not answer.unique
    assert (answer.table["rank_high"] == 4).all()


def test_no_setting_wins_on_its_survivors() -> None:
    table = factorial({"width": [8, 16, 64]}, 5, np.random.default_rng(0))
    table.loc[table["width"] == 64, "value"] = 2.0
    table.loc[(table["width"] == 64) & (table["seed"] > 0), ["value", "state"]] = [np.nan, "diverged"]
    answer = analyse(table, ["width"])
    assert not isinstance(answer.best, str)
    assert answer.best.not_ranked == {"width 64": (5, 4)}
    assert "width 64" not in set(answer.best.table["setting"])
    said = best_words(answer.best, Metric("error", "%"))
    assert said.endswith("Not ranked, because more than 10 % of their runs diverged: width 64 (4 of 5).")
    assert not isinstance(answer.effects, str)
    (row,) = answer.effects.table.to_dict("records")
    assert row["verdict"] == "cannot tell"
    assert row["lost"] == "4 of 5 runs with 64 diverged, and 0 of 5 with 16"


def test_a_study_that_lost_runs_everywhere_names_no_best() -> None:
    table = factorial({"width": [8, 16]}, 5, np.random.default_rng(0))
    table.loc[table["seed"] == 0, "state"] = "diverged"
    answer = analyse(table, ["width"])
    assert answer.best == (
        "Each of the 2 settings lost more than 10 % of its runs to divergence, so none is ranked by those that are "
        "left."
    )


def test_the_probability_of_being_best_is_calibrated_among_settings_that_hardly_differ() -> None:
    rng = np.random.default_rng(3)
    k, n = 24, 5
    base = factorial({"place": list(range(k))}, n, rng)
    told, true = [], []
    for _ in range(50):
        mean = 0.3 * SD * rng.normal(size=k)
        found = response(base.assign(value=10.0 ** (mean[base["place"]] + SD * rng.normal(size=k * n))), ["place"])
        table = best(found, noise_floor(found), differ=True).table
        told.append(table.loc[0, "probability"])
        true.append(int(str(table.loc[0, "setting"]).split()[1]) == mean.argmin())
    # A flat prior says 0.4 where 0.15 is true.
    assert abs(np.mean(told) - np.mean(true)) < 0.12


def test_one_setting_has_no_best() -> None:
    found = response(factorial({"width": [8]}, 5, np.random.default_rng(0)), ["width"])
    with pytest.raises(CannotSay, match="only one setting"):
        best(found, noise_floor(found))
