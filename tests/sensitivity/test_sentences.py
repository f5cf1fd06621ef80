"""Each sentence of the answer, in sweeps whose truth is known."""

import re

import numpy as np

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.scope_wording import divergence_sentences, seed_sentence
from orbitsens.sensitivity.wording import (
    bundle_sentences,
    discovery_sentence,
    noise_sentence,
    parameter_sentences,
    share_sentence,
)
from tests.sensitivity.reports import ERROR, LEVELS, text_of
from tests.sensitivity.simulated import SD, factorial, sweep


def test_sentences_of_a_sweep_with_one_effect() -> None:
    table = factorial(LEVELS, 20, np.random.default_rng(0), lambda s: 3 * SD * (s["width"] == 16))
    answer = analyse(table, list(LEVELS))
    assert not isinstance(answer.effects, str)
    width, depth = map(str, parameter_sentences(answer.effects, ERROR))
    row = answer.effects.table.iloc[0]
    size = f"{10 ** row['effect']:.3g}"
    said = f"on average over the other parameters, 16 has {size} times the acceleration error of 64 ("
    assert width.startswith(f"width matters: {said}")
    assert re.search(r"p < 0\.001\), [\d.]+ times the seed noise of these settings\.$", width)
    bound = f"{10 ** answer.effects.table.loc[1, 'bound']:.3g}"
    assert depth.startswith(f"depth does not matter on average beyond {bound} times: ")


def test_an_interaction_is_said() -> None:
    table = factorial(LEVELS, 5, np.random.default_rng(0), lambda s: 3 * SD * (s["width"] == 16) * (s["depth"] == 1))
    said = text_of(table, list(LEVELS))
    assert re.search(
        r"- width and depth act together: the effect of each depends on the other \(p . 0\.00\d*\)\.", said
    )


def test_under_a_pure_interaction_nothing_is_said_not_to_matter() -> None:
    table = factorial(
        LEVELS, 12, np.random.default_rng(0), lambda s: 2 * SD * (-1.0) ** ((s["width"] == 16) + s["depth"])
    )
    answer = analyse(table, list(LEVELS))
    said = list(map(str, parameter_sentences(answer.effects, ERROR)))
    assert {line.partition(":")[0] for line in said} == {
        "width matters together with depth",
        "depth matters together with width",
    }
    assert not any("no two of its values" in line for line in said)


def test_no_two_values_is_said_of_averages_unless_it_holds_at_every_setting() -> None:
    few = analyse(factorial(LEVELS, 8, np.random.default_rng(1)), list(LEVELS))
    many = analyse(factorial(LEVELS, 60, np.random.default_rng(1)), list(LEVELS))
    (average,) = {str(s).partition(": ")[2][:8] for s in parameter_sentences(few.effects, ERROR)}
    assert average == "averaged"
    for said in map(str, parameter_sentences(many.effects, ERROR)):
        assert re.search(
            r": no two of its values differ by more than 1\.\d+ times at any setting of the others\.$", said
        )


def test_what_cannot_be_told_says_what_would_tell() -> None:
    answer = analyse(factorial({"width": [16, 64]}, 3, np.random.default_rng(3)), ["width"])
    (said,) = map(str, parameter_sentences(answer.effects, ERROR))
    assert said.startswith("width: cannot tell with these runs; ")
    assert "more seeds per setting would tell" in said


def test_the_split_is_said_beside_the_noise_and_percents_sum_to_100() -> None:
    table = factorial({"width": [16, 64]}, 20, np.random.default_rng(0), lambda s: 8 * SD * (s["width"] == 16))
    split = np.random.default_rng(1).normal(size=4)
    table = table.assign(split_seed=table["seed"] % 4, seed=table["seed"] // 4)
    table["value"] *= 10.0 ** (2 * SD * split[table["split_seed"]])
    answer = analyse(table, ["width"])
    (said,) = share_sentence(answer.decomposition, answer.effects)
    assert re.match(r"Of the variance: seed noise \d+ %, width \d+ %.*, split seed [\d]+ %\.$", said)
    assert sum(map(int, re.findall(r"(\d+) %", said))) == 100


def test_in_pure_noise_no_parameter_is_named_with_a_share() -> None:
    answer = analyse(factorial(LEVELS, 5, np.random.default_rng(0)), list(LEVELS))
    (said,) = share_sentence(answer.decomposition, answer.effects)
    assert re.fullmatch(
        r"Of the variance: seed noise \d+ %(, the 2 parameters and 1 interaction, which are not shown to matter, "
        r"\d+ %)?\.",
        said,
    )


def test_parameters_that_change_together_have_one_share() -> None:
    settings = [{"width": w, "depth": d, "activation": a} for w, d in ((16, 1), (64, 2)) for a in ("elu", "relu")]
    table = sweep(settings, 5, np.random.default_rng(5), lambda s: 0.5 * (s["width"] == 64))
    answer = analyse(table, ["width", "depth", "activation"])
    (said,) = share_sentence(answer.decomposition, answer.effects)
    assert re.search(r"width and depth together 9\d %", said)
    assert sum(map(int, re.findall(r"(\d+) %", said))) == 100
    (together,) = bundle_sentences(answer.effects)
    assert together.startswith(
        "width and depth change together in these runs and can only be judged as one: together they"
    )


def test_unequal_noise_is_said_with_its_range() -> None:
    table = factorial(LEVELS, 10, np.random.default_rng(2), sd=lambda s: SD * (8 if s["width"] == 64 else 1))
    said = noise_sentence(analyse(table, list(LEVELS)).noise, ERROR)
    assert re.search(r"from 1\.\d+ in width 16 · depth \d to [\d.]+ in width 64 · depth \d; .* beyond chance", said)


def test_a_screening_says_what_is_worth_following_up() -> None:
    rng = np.random.default_rng(1)
    names = [f"p{i}" for i in range(8)]
    settings = [{name: int(rng.integers(2)) for name in names} for _ in range(40)]
    table = sweep(settings, 3, rng, lambda s: 0.2 * sum(s[name] for name in names[:4]), sd=0.3)
    answer = analyse(table, names)
    assert not isinstance(answer.effects, str)
    strict = int((answer.effects.table["p_holm"] < 0.05).sum())
    few = int((answer.effects.table["q"] < 0.05).sum())
    assert few > strict
    (said,) = discovery_sentence(answer.effects)
    assert said.startswith(f"As a screening, {few} of 8 parameters are worth following up: ")
    assert f"names {strict})" in said


def test_divergence_that_depends_on_a_parameter_is_said() -> None:
    table = factorial({"width": [16, 64], "depth": [1, 2, 3, 4, 5, 6]}, 5, np.random.default_rng(0))
    table.loc[(table["width"] == 64) & (table["seed"] < 3), ["value", "state"]] = [np.nan, "diverged"]
    said = divergence_sentences(analyse(table, ["width", "depth"]))
    assert said[0].startswith("18 of 60 runs that ended diverged (")
    assert re.fullmatch(
        r"Whether training diverges depends on width \(p = 0\.0\d+\): 16 0 of 30, 64 18 of 30\.", said[1]
    )


def test_shared_seeds_are_said_with_what_they_are_worth() -> None:
    table = factorial({"width": [16, 32, 64, 128]}, 8, np.random.default_rng(0))
    table["value"] *= 10.0 ** (2 * SD * np.random.default_rng(1).normal(size=8)[table["seed"]])
    (said,) = seed_sentence(analyse(table, ["width"]).effects)
    assert re.match(r"Runs of one seed have \d+ % of the variance within settings in common \(p < 0\.001\)\.", said)
