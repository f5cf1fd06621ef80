"""What the report says of the studies that are shipped, against the same figures by hand from the store."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from orbitsens.sensitivity.wording import amount, figure
from runner.__main__ import app
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.location import SHIPPED

SEEDING, SIZES = "sweep-seeds-v2", "sweep-architecture-batch_size-v1"
AXES, WORDS = ["width", "depth", "batch_size"], ["width", "depth", "batch size"]
NUMBER = r"-?[\d.]+"
P = r"p . 0\.\d+"
ON_AVERAGE = "on average over the other parameters, "
ORBITS = rf"; {NUMBER} to {NUMBER} for test orbits like these"
# What may be said of a parameter: the figures are held to the store's, and which it is only where it is beyond doubt.
SIZE = rf"(?:{ON_AVERAGE})?(?P<worst>\w+) has (?P<size>{NUMBER}) times the acceleration error of (?P<best>\w+)"
MATTERS = (
    rf"(?P<name>\w+(?: \w+)?) matters: {SIZE} \({NUMBER} to {NUMBER}(?:{ORBITS})?; {P}\), (?P<noises>[\d.]+) times "
    rf"the seed "
    r"noise of these settings\."
)
NO_MATTER = (
    rf"(?P<name>\w+(?: \w+)?) does not matter on average beyond (?P<bound>{NUMBER}) times: averaged over the other "
    rf"parameters, no two of its values differ by more \(largest difference (?P<size>{NUMBER}) times\); at single "
    rf"settings "
    r"they may\."
)
CANNOT_TELL = (
    rf"(?P<name>\w+(?: \w+)?): cannot tell with these runs; {SIZE}, but anything from {NUMBER} to {NUMBER} fits"
    rf"(?:{ORBITS})?\. Any average effect is below {NUMBER} times\. .* from nothing\."
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


def factor(difference: float) -> str:
    return amount(difference, log=True)


def noise_line(runs: pd.DataFrame, by: list[str]) -> str:
    """The sentence about the seeds: the median of the settings' deviations, and how many they are."""
    groups = runs.groupby(by)["y"]
    sd, df = groups.std(ddof=1), groups.size() - 1
    typical = float(np.median(sd / np.sqrt(stats.chi2.median(df) / df)))
    return (
        f"- The seed alone moves the acceleration error by a factor of {factor(typical)} in a typical setting (one "
        "standard "
        f"deviation, median of {len(sd)} settings; from {factor(sd.min())} in "
    )


def diverged_line(runs: pd.DataFrame) -> str:
    n, k = len(runs), int((runs["state"] == "diverged").sum())
    z2 = stats.norm.ppf(0.975) ** 2
    half = np.sqrt(z2 * (k * (n - k) / n + z2 / 4))  # Wilson's interval
    low, high = ((k + z2 / 2 - half) / (n + z2), (k + z2 / 2 + half) / (n + z2))
    span = f"{figure(100 * max(low, 0.0))} to {figure(100 * high)} %"
    return f"- {k} of {n} runs that ended diverged ({span}, Wilson interval, by settings)."


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
    assert said["size"] == factor(np.ptp(means))
    assert re.fullmatch(r"- Of the variance: seed noise \d+ %, training dataset \d+ %\.", shares)
    assert noise.startswith(noise_line(used, ["dataset_name"]))
    assert best.startswith(
        f"- training dataset {means.idxmin()} has the smallest acceleration error (geometric mean "
        f"{10 ** means.min():.3g} %, "
    )
    assert "and is distinguishable from all 3 others" in best
    # The 10 test orbits say less of the mean than the 20 seeds do.
    low, high, wide_low, wide_high = map(
        float, re.search(r"\(([\d.]+) to ([\d.]+)\), on test orbits like these ([\d.]+) to ([\d.]+);", best).groups()
    )
    assert (wide_high / wide_low) > 2 * (high / low) - 1
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
    """The means of its values (all combinations were run, so these are the adjusted means) and the noise of the worst
    and the best of them.
    """
    means = runs.groupby(name)["y"].mean()
    sds = runs[runs[name].isin([means.idxmin(), means.idxmax()])].groupby(AXES)["y"].std(ddof=1)
    return means, float(np.median(sds) / np.sqrt(stats.chi2.median(4) / 4))


@pytest.mark.parametrize(("name", "worst"), [("width", "16"), ("depth", "1")])
def test_size_matters_and_the_smallest_models_are_worst(sizes: tuple[str, pd.DataFrame], name: str, worst: str) -> None:
    text, runs = sizes
    said, (means, floor) = sentence_of(text, name), of_parameter(runs, name)
    assert said[0].startswith(f"- {name} matters: ")
    assert said["worst"] == worst == str(means.idxmax())
    assert said["best"] == str(means.idxmin())
    assert said["size"] == factor(np.ptp(means))
    assert said["noises"] == figure(np.ptp(means) / floor)


def test_the_batch_size_moves_less_than_size_and_seed(sizes: tuple[str, pd.DataFrame]) -> None:
    text, runs = sizes
    said, (means, floor) = sentence_of(text, "batch size"), of_parameter(runs, "batch_size")
    assert said["size"] == factor(np.ptp(means))
    assert np.ptp(means) < floor
    assert float(said["size"]) < min(float(sentence_of(text, name)["size"]) for name in ("width", "depth"))
    if "bound" in said.groupdict():
        assert float(said["size"]) <= float(said["bound"])


def test_the_rest_of_the_answer_about_sizes(sizes: tuple[str, pd.DataFrame]) -> None:
    text, runs = sizes
    lines = answer_of(text)
    means = runs.groupby(AXES)["y"].mean()
    best = " · ".join(f"{name} {value}" for name, value in zip(WORDS, means.idxmin(), strict=True))
    (shares,) = (line for line in lines if line.startswith("- Of the variance: seed noise "))
    of = {name: float(share) for name, share in re.findall(rf"(?:: |, )([\w ]+) ({NUMBER}) %", shares)}
    assert sum(of.values()) == 100
    assert len(runs) == 240
    assert sum(any(line.startswith(f"- {name}") for name in WORDS) for line in lines[:3]) == 3
    assert any(re.fullmatch(rf"- width and depth act together: .* on the other \({P}\)\.", line) for line in lines[3:])
    assert min(of["width"], of["depth"]) > max(of[name] for name in of if name not in ("seed noise", "width", "depth"))
    assert [line for line in lines if line.startswith(noise_line(runs, AXES))]
    (line,) = (line for line in lines if line.startswith("- width") and "has the smallest" in line)
    assert line.startswith(f"- {best} has the smallest acceleration error (geometric mean {10 ** means.min():.3g} %")
    assert re.search(
        r"being chosen from 48 is allowed for\. With redrawn test orbits it stays the best in \d+ %\.$", line
    )
    assert lines[-1] == diverged_line(runs)
    assert re.search(r"Gaussian process of 48 setting means with held-out R2 0\.\d\d", text)
