"""The Parallel page: what it says and draws, a range of the metric, and what the best runs have in common."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pages.shared.charts.axes import axis
from pages.shared.relations.brushing import box, covered
from pages.shared.relations.parallel_text import answer
from pages.shared.text import Metric, spoken
from store.records import RunRecord
from tests.app.conftest import Open
from tests.app.sample_runs import TEST, publish_runs, sample_run, width_study_runs
from tests.app.test_pages import words

PAGE = "pages/parallel.py"
RANGE = "m.acceleration_error"


def error_of(run: RunRecord) -> float | None:
    """A sample run's error on the test orbits; None where it was not measured."""
    measured = run.summary.get("evaluations")
    return measured[1]["metrics"]["acceleration_error"]["mean"] if measured else None


def test_axes_are_the_parameters_that_vary_and_every_run_is_counted(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE, group="sweep-width")
    assert app.multiselect(key="axis").value == ["width"]
    said = words(app)
    assert "36 of 40 matched runs in colour, by acceleration error on" in said
    assert "4 runs without a finite value in grey. Line: one run." in said


def test_where_only_the_seed_varies_it_is_the_axis(sample_store: Path, open_app: Open) -> None:
    assert open_app(sample_store, PAGE, group="sweep-seeds-v2").multiselect(key="axis").value == ["seed"]


def test_a_link_holds_axes_and_a_range_of_the_metric(sample_store: Path, open_app: Open) -> None:
    link = {"group": "sweep-width", "axis": ["seed", "width"], RANGE: f"5.0..6.0:test:{TEST}"}
    app = open_app(sample_store, PAGE, **link)
    assert app.multiselect(key="axis").value == ["seed", "width"]
    errors = [error for run in width_study_runs() if (error := error_of(run)) is not None]
    inside = sum(5.0 <= error <= 6.0 for error in errors)
    assert 0 < inside < len(errors)
    assert f"**{inside} of 60 runs match**" in words(app)
    assert f"{inside} of {inside} matched runs in colour" in words(app)


def test_a_range_of_a_link_of_before_becomes_part_of_the_filter(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE, group="sweep-width", value="acceleration_error:5.0..6.0")
    assert "value" not in app.query_params
    assert app.query_params[RANGE] == f"5..6:test:{TEST}"
    new = open_app(sample_store, PAGE, **{"group": "sweep-width", RANGE: f"5.0..6.0:test:{TEST}"})
    assert words(new) == words(app)


@pytest.mark.parametrize("value", ["accel_angle_deg:1.0..2.0", "acceleration_error:one..two", "rubbish"])
def test_a_range_of_another_metric_or_none_is_left_alone(sample_store: Path, open_app: Open, value: str) -> None:
    assert "36 of 40 matched runs" in words(open_app(sample_store, PAGE, group="sweep-width", value=value))


def test_an_empty_range_says_what_to_do(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE, **{"group": "sweep-width", RANGE: f"0.1..0.2:test:{TEST}"})
    assert f"acceleration error (%) on {TEST} 0.100 to 0.200. Take a restriction away" in spoken(app.info[0].value)
    assert not app.get("vega_lite_chart")
    app.button(key="clear_filter_here").click().run()
    assert "20 of 20 matched runs in colour" in words(app)


def test_all_runs_diverged_and_one_run(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("lonely", 5, 7.0), *(sample_run("bad", s, float("nan")) for s in range(3))])
    for group, n in (("bad", "0 of 3 matched runs"), ("lonely", "1 of 1 matched run")):
        app = open_app(tmp_path, PAGE, group=group)
        assert n in words(app)
        assert "too few to say what the best have in common" in words(app)
        assert len(app.get("vega_lite_chart")) == 1


def test_a_key_that_some_runs_lack_is_an_axis(tmp_path: Path, open_app: Open) -> None:
    odd = {0: {"network": "old"}, 1: {"width": 8}, 2: {"width": 8}}
    runs = [sample_run("some", seed, 7.0 + seed, parameters=parameters) for seed, parameters in odd.items()]
    publish_runs(tmp_path, runs)
    app = open_app(tmp_path, PAGE, group="some", axis=["extra:network", "width"])
    assert not app.toast
    assert "3 of 3 matched runs in colour" in words(app)


@pytest.mark.parametrize(
    ("low", "high", "axes"), [(0.8, 1.2, [1]), (-0.3, 1.4, [0, 1]), (0.1, 0.3, [0]), (0.6, 0.9, [1]), (9.0, 9.5, [2])]
)
def test_a_drag_covers_axes_or_means_the_nearest(low: float, high: float, axes: list[int]) -> None:
    assert covered(low, high, 3) == axes


def test_a_box_means_values_of_parameters_and_a_range_of_the_metric() -> None:
    width = pd.Series(np.resize([8, 16, 32], 30), dtype="Int64")
    error = pd.Series(np.linspace(1.0, 30.0, 30))
    axes = [axis("width", width), axis("error (%)", error)]
    both = box(axes, ["width"], (-0.2, 1.3), (0.4, 1.1))
    assert both is not None
    assert both.parameters == (("width", (16, 32)),)
    assert both.metric == (13.0, 30.0)
    assert both.runs.sum() == ((width >= 16) & (error >= 13.0)).sum()
    assert both.words(Metric("error", "%", "")) == "width 16 or 32, error 13.0 to 30.0 %"
    one = box(axes, ["width"], (0.9, 1.1), (-0.1, 0.01))
    assert one is not None
    assert (one.parameters, one.metric, int(one.runs.sum())) == ((), (1.0, 1.0), 1)
    assert box(axes, ["width"], (-0.2, 0.3), (0.1, 0.4)) is None


def test_the_answer_counts_settings_and_not_their_seeds() -> None:
    settings = pd.Series(np.arange(600) // 5)
    width = np.resize([8, 16, 32, 64], 120)[settings]
    errors = np.random.default_rng(3).permutation(120)[settings] / 10.0 + 5.0
    noise = pd.DataFrame({"width": width, "seed": np.arange(600) % 5, "value": errors})
    both = ["width", "seed"]
    said = answer(noise, both, "%", settings)
    assert said.startswith("Among the best 12 of 120 settings (600 runs with a finite value), up to ")
    assert said.endswith("no value is clearly more common than among all")
    real = noise.assign(value=errors - 5.0 * (width == 64))
    assert answer(real, both, "%", settings).startswith(
        "**12** of the best 12 of 120 settings (600 runs with a finite "
    )
    assert answer(real, both, "%", settings).endswith(", have width **64**; of all settings 25 % do")
    assert "19 settings (95 runs with a finite value), too few" in answer(real.head(95), both, "%", settings.head(95))
    assert "clearly" in answer(real.assign(width=8), both, "%", settings)


def test_seeds_add_no_evidence() -> None:
    """The best two settings have a value that a third of all has: with 24 seeds each that is no more than with one."""
    runs = pd.DataFrame({"activation": ["silu", "tanh", "relu"] * 8, "value": np.arange(24) + 1.0})
    runs.loc[[0, 3], "value"] = [0.1, 0.2]
    seeds = pd.concat([runs] * 24, ignore_index=True)
    for table, setting in ((runs, pd.Series(range(24))), (seeds, pd.Series(list(range(24)) * 24))):
        assert answer(table, ["activation"], "%", setting).endswith("no value is clearly more common than among all")
