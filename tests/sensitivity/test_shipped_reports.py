"""What the report says of the studies that are shipped, against the same figures by hand from the store."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from orbitsens.sensitivity.wording import figure
from runner.__main__ import app
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.location import SHIPPED

SEEDING, SIZES = "sweep-seeds-v2", "sweep-architecture-batch_size-v1"
AXES = ["width", "depth", "batch_size"]
NUMBER = r"-?[\d.]+"
MATTERS = (
    rf"(\w+) matters: (\d+) has ({NUMBER}) % more acceleration error than (\d+) "
    rf"\({NUMBER} % to {NUMBER} %\), ({NUMBER}) times the seed noise \(p . 0\.\d+\)\."
)
NO_MATTER = (
    rf"(\w+) does not matter beyond ({NUMBER}) %: no two of its values differ by more "
    rf"\(largest difference ({NUMBER}) %, ({NUMBER}) times the seed noise\)\."
)


def runs_of(group: str) -> pd.DataFrame:
    with read_catalogue(SHIPPED) as con:
        runs = queries.run_metric(con, of_group(group), "acceleration_error", "complex_TBP_planar_10_test", "test")
    return runs.assign(y=np.log10(runs["value"]))


def report_of(group: str) -> str:
    done = CliRunner().invoke(app, ["report", group, "--store", str(SHIPPED)])
    assert done.exit_code == 0, done.output
    return done.output


def answer_of(text: str) -> list[str]:
    return text.partition("## Answer")[2].partition("##")[0].strip().splitlines()


def percent(difference: float) -> str:
    return figure(100 * (10**difference - 1))


def diverged_line(n: int) -> str:
    high = stats.norm.ppf(0.975) ** 2 / (n + stats.norm.ppf(0.975) ** 2)  # Wilson's upper end for none of n
    return f"- 0 of {n} runs that ended diverged (0 to {figure(100 * high)} %, Wilson interval)."


def test_the_seeding_study() -> None:
    text, runs = report_of(SEEDING), runs_of(SEEDING)
    n, sd = len(runs), runs["y"].std(ddof=1)
    low, high = (sd * np.sqrt((n - 1) / stats.chi2.ppf(q, n - 1)) for q in (0.975, 0.025))
    spread = f"(one standard deviation within settings; {percent(low)} % to {percent(high)} %)"
    assert n == 20
    assert "20 of 20 matched runs used." in text
    assert answer_of(text) == [
        "- All used runs have the same setting, so there is no effect to estimate; vary a parameter.",
        f"- The seed alone moves the acceleration error by {percent(sd)} % {spread}.",
        "- There is only one setting, so there is nothing to choose from.",
        diverged_line(n),
    ]
    assert "## Sobol indices\n\nAll used runs have the same setting, so no parameter has a Sobol index." in text


@pytest.fixture(scope="module")
def sizes() -> tuple[str, pd.DataFrame]:
    return report_of(SIZES), runs_of(SIZES)


@pytest.mark.parametrize(("name", "worst"), [("width", "16"), ("depth", "1")])
def test_size_matters_and_the_smallest_models_are_worst(sizes: tuple[str, pd.DataFrame], name: str, worst: str) -> None:
    text, runs = sizes
    (said,) = (match for line in answer_of(text) if (match := re.fullmatch(f"- {MATTERS}", line)) and match[1] == name)
    means = runs.groupby(name)["y"].mean()  # all combinations were run, so this is the adjusted mean
    floor = np.sqrt(runs.groupby(AXES)["y"].var(ddof=1).mean())
    assert said[2] == worst == str(means.idxmax())
    assert said[4] == str(means.idxmin())
    assert said[3] == percent(np.ptp(means))
    assert said[5] == figure(np.ptp(means) / floor)


def test_the_batch_size_is_within_the_seed_noise(sizes: tuple[str, pd.DataFrame]) -> None:
    text, runs = sizes
    (line,) = (line for line in answer_of(text) if line.startswith("- batch_size"))
    effect = np.ptp(runs.groupby("batch_size")["y"].mean())
    floor = np.sqrt(runs.groupby(AXES)["y"].var(ddof=1).mean())
    said = re.fullmatch(f"- {NO_MATTER}", line)
    assert said is not None, line
    assert (said[3], said[4]) == (percent(effect), figure(effect / floor))
    assert 0 < float(said[2]) < float(percent(floor))


def test_the_rest_of_the_answer_about_sizes(sizes: tuple[str, pd.DataFrame]) -> None:
    text, runs = sizes
    lines = answer_of(text)
    means = runs.groupby(AXES)["y"].mean()
    best = " · ".join(f"{name} {value}" for name, value in zip(AXES, means.idxmin(), strict=True))
    sizes_make = f"(width {NUMBER} %, depth|depth {NUMBER} %, width) {NUMBER} %"
    is_best = f"- {best} has the smallest mean acceleration error, {10 ** means.min():.3g} %"
    flattered = f"being the best of 48 flatters it: expect {NUMBER} % from new seeds"
    expected = [
        r"- width and depth act together: the effect of each depends on the other \(p . 0\.\d+\)\.",
        rf"- Of the variance, noise makes {NUMBER} %, {sizes_make}, width x depth {NUMBER} %\.",
        rf"- The seed alone moves the acceleration error by {NUMBER} % \(one standard deviation within settings; .*",
        rf"{is_best}, but \d+ of 48 settings cannot be told from the best \(probability .* 0\.\d\d\); {flattered}\.",
        re.escape(diverged_line(len(runs))),
    ]
    assert len(runs) == 240
    assert len(lines) == 3 + len(expected)
    for line, pattern in zip(lines[3:], expected, strict=True):
        assert re.fullmatch(pattern, line), line
    assert re.search(r"Gaussian process of 48 setting means with held-out R2 0\.\d\d", text)
