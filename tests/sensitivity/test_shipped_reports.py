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
AXES, WORDS = ["width", "depth", "batch_size"], ["width", "depth", "batch size"]
NUMBER = r"-?[\d.]+"
P = r"\(p . 0\.\d+\)"
SEED_NOISE = r"(?P<noises>[\d.]+) times the seed noise"
# What may be said of a parameter: the figures are held to the store's, and which it is only where it is beyond doubt.
MATTERS = (
    rf"(?P<name>\w+(?: \w+)?) matters: (?P<worst>\w+) has (?P<size>{NUMBER}) % more acceleration error than "
    rf"(?P<best>\w+) \({NUMBER} % to {NUMBER} %\), {SEED_NOISE} {P}\."
)
NO_MATTER = (
    rf"(?P<name>\w+(?: \w+)?) does not matter beyond (?P<bound>{NUMBER}) %: no two of its values differ by more "
    rf"\(largest difference (?P<size>{NUMBER}) %, {SEED_NOISE}\)\."
)
CANNOT_TELL = (
    rf"(?P<name>\w+(?: \w+)?): cannot tell with these runs; (?P<worst>\w+) has (?P<size>{NUMBER}) % more "
    rf"acceleration error than (?P<best>\w+), (?:but anything from {NUMBER} % to {NUMBER} % fits|which would stand out "
    rf"alone \({NUMBER} % to {NUMBER} %\), but not among \d+ parameters {P})\. .* from nothing\."
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


def noise_line(runs: pd.DataFrame, by: list[str]) -> str:
    """The sentence about the seeds: the pooled deviation and its chi-square interval, whatever its spread is like."""
    variances, n = runs.groupby(by)["y"].var(ddof=1), runs.groupby(by)["y"].size() - 1
    sd, df = np.sqrt((variances * n).sum() / n.sum()), n.sum()
    low, high = (sd * np.sqrt(df / stats.chi2.ppf(q, df)) for q in (0.975, 0.025))
    spread = f"one standard deviation within settings; {percent(low)} % to {percent(high)} %"
    return f"- The seed alone moves the acceleration error by {percent(sd)} % ({spread})"


def diverged_line(runs: pd.DataFrame) -> str:
    n, k = len(runs), int((runs["state"] == "diverged").sum())
    z2 = stats.norm.ppf(0.975) ** 2
    half = np.sqrt(z2 * (k * (n - k) / n + z2 / 4))  # Wilson's interval
    low, high = ((k + z2 / 2 - half) / (n + z2), (k + z2 / 2 + half) / (n + z2))
    span = f"{figure(100 * max(low, 0.0))} to {figure(100 * high)} %"
    return f"- {k} of {n} runs that ended diverged ({span}, Wilson interval)."


def test_the_seeding_study() -> None:
    text, runs = report_of(SEEDING), runs_of(SEEDING)
    used = runs[runs["state"] == "finished"]
    means = used.groupby("dataset_name")["y"].mean()
    assert len(runs) == 80
    assert runs.groupby("dataset_name").size().tolist() == [20] * 4
    assert f"{len(used)} of 80 matched runs used" in text
    effect, shares, noise, best, diverged = answer_of(text)
    said = re.fullmatch(f"- {MATTERS}", effect)
    assert said is not None, effect
    assert (said["name"], said["worst"], said["best"]) == ("training dataset", means.idxmax(), means.idxmin())
    assert said["size"] == percent(np.ptp(means))
    assert re.fullmatch(rf"- Of the variance, noise makes {NUMBER} %, training dataset {NUMBER} %\.", shares)
    assert noise.startswith(noise_line(used, ["dataset_name"]))
    assert best.startswith(f"- training dataset {means.idxmin()} has the smallest mean acceleration error, ")
    assert f"{10 ** means.min():.3g} %, and is distinguishable from all others" in best
    assert diverged == diverged_line(runs)


@pytest.fixture(scope="module")
def sizes() -> tuple[str, pd.DataFrame]:
    return report_of(SIZES), runs_of(SIZES)


def sentence_of(text: str, name: str) -> re.Match[str]:
    """The one sentence about a parameter's effect, in whichever of the three forms."""
    forms = [re.fullmatch(f"- {form}", line) for line in answer_of(text) for form in (MATTERS, NO_MATTER, CANNOT_TELL)]
    (said,) = (match for match in forms if match and match["name"] == name)
    return said


def of_parameter(runs: pd.DataFrame, name: str) -> tuple["pd.Series[float]", float]:
    """The means of its values and the seed noise: all combinations were run, so these are the adjusted means."""
    return runs.groupby(name)["y"].mean(), float(np.sqrt(runs.groupby(AXES)["y"].var(ddof=1).mean()))


@pytest.mark.parametrize(("name", "worst"), [("width", "16"), ("depth", "1")])
def test_size_matters_and_the_smallest_models_are_worst(sizes: tuple[str, pd.DataFrame], name: str, worst: str) -> None:
    text, runs = sizes
    said, (means, floor) = sentence_of(text, name), of_parameter(runs, name)
    assert said[0].startswith(f"- {name} matters: ")
    assert said["worst"] == worst == str(means.idxmax())
    assert said["best"] == str(means.idxmin())
    assert said["size"] == percent(np.ptp(means))
    assert said["noises"] == figure(np.ptp(means) / floor)


def test_the_batch_size_moves_less_than_size_and_seed(sizes: tuple[str, pd.DataFrame]) -> None:
    text, runs = sizes
    said, (means, floor) = sentence_of(text, "batch size"), of_parameter(runs, "batch_size")
    assert said["size"] == percent(np.ptp(means))
    assert np.ptp(means) < floor
    assert float(said["size"]) < min(float(sentence_of(text, name)["size"]) for name in ("width", "depth"))
    if "bound" in said.groupdict():
        assert float(said["size"]) <= float(said["bound"])


def test_the_rest_of_the_answer_about_sizes(sizes: tuple[str, pd.DataFrame]) -> None:
    text, runs = sizes
    lines = answer_of(text)
    means = runs.groupby(AXES)["y"].mean()
    best = " · ".join(f"{name} {value}" for name, value in zip(WORDS, means.idxmin(), strict=True))
    (shares,) = (line for line in lines if line.startswith("- Of the variance, noise makes "))
    of = {name: float(share) for name, share in re.findall(rf", ([\w ]+) ({NUMBER}) %", shares)}
    assert len(runs) == 240
    assert sum(any(line.startswith(f"- {name}") for name in WORDS) for line in lines[:3]) == 3
    assert any(re.fullmatch(rf"- width and depth act together: .* on the other {P}\.", line) for line in lines[3:])
    assert min(of["width"], of["depth"]) > max(of[name] for name in of if name not in ("noise makes", "width", "depth"))
    assert [line for line in lines if line.startswith(noise_line(runs, AXES))]
    (line,) = (line for line in lines if line.startswith("- width") and "smallest mean" in line)
    assert line.startswith(f"- {best} has the smallest mean acceleration error, {10 ** means.min():.3g} %")
    assert re.search(rf"; being the best of 48 flatters it: expect {NUMBER} % from new seeds\.$", line)
    assert lines[-1] == diverged_line(runs)
    assert re.search(r"Gaussian process of 48 setting means with held-out R2 0\.\d\d", text)
