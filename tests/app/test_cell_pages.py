"""The Architecture and the Segment ratio page on every kind of group: what they say and draw."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.cells.charts import rows_of
from store.records import RunRecord
from tests.app.cell_studies import RATIOS, SIZES, ratio_study_runs, size_study_runs, with_summary, without
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, sample_run, seed_study_runs

ARCHITECTURE, SEGMENTS = "pages/architecture.py", "pages/segment_ratio.py"
BOTH = (ARCHITECTURE, SEGMENTS)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the model size study and the segment ratio study."""
    store = tmp_path_factory.mktemp("studies") / "store"
    publish_runs(store, [*size_study_runs(), *ratio_study_runs()])
    return store


def published(folder: Path, runs: Sequence[RunRecord]) -> Path:
    publish_runs(folder / "store", runs)
    return folder / "store"


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error")
    text = "\n".join(element.value for kind in kinds for element in app.get(kind)).replace("\\", "")
    return re.sub(r"\[([^\]]+)\]\(help#[^)]*\)", r"\1", text)


def charts(app: AppTest) -> list[Any]:
    return list(app.get("vega_lite_chart"))


def test_a_map_for_each_batch_size_over_width_and_depth(studies: Path, open_app: Open) -> None:
    app = open_app(studies, ARCHITECTURE, group=SIZES)
    assert len(charts(app)) == 3
    told = words(app)
    assert [json.loads(c.proto.spec)["title"] for c in charts(app)] == [f"batch size {n}" for n in (16, 64, 256)]
    assert "208 runs in 42 cells on complex_TBP_planar_10_test: median acceleration error from" in told
    assert "208 of 220 matched runs used (not used: 5 crashed, 7 diverged)." in told
    assert "are indistinguishable from the best" in told
    assert "has the fewest weights (4,932) and takes the fewest training operations (" in told
    assert "hatched: no run; grey: no usable run; cross: all its runs diverged" in told
    assert re.search(r"for all \d+ ranked cells together\); not ranked: cells of which more than a tenth", told)
    table = app.dataframe[-1].value
    assert len(table) == 44 and table["median (%)"].dropna().is_monotonic_increasing
    assert table["against the best cell"].tolist().count("the best") == 1
    assert (app.selectbox(key="x").value, app.selectbox(key="panel").value) == ("width", "batch_size")


@pytest.mark.parametrize(
    ("what", "title"), [("n_parameters", "weights of the model"), ("train_gflop", "training operations")]
)
def test_costs_are_values_too(studies: Path, open_app: Open, what: str, title: str) -> None:
    app = open_app(studies, ARCHITECTURE, group=SIZES, show=what)
    assert all(title in chart.proto.spec for chart in charts(app))
    assert f"Colour: median {title} over the seeds" in words(app)


def test_the_same_as_curves(studies: Path, open_app: Open) -> None:
    app = open_app(studies, ARCHITECTURE, group=SIZES, view="lines")
    assert len(charts(app)) == 3
    assert "band: their quartiles; cross above the axis: a run without a finite value" in words(app)


def test_a_cell_of_the_link_shows_its_runs(studies: Path, open_app: Open) -> None:
    cell = "width 8 · depth 4 · batch size 16"
    run = next(r for r in size_study_runs() if r.config["parameters"]["depth"] == 4)
    app = open_app(studies, ARCHITECTURE, group=SIZES, cell=cell, run=run.run_id)
    (table, *_) = app.dataframe
    assert table.value["used"].tolist() == ["diverged", "diverged", "yes", "yes", "yes"]
    assert "3 used of 5, 2 diverged" in words(app)
    assert f"run `{run.run_id}`" in words(app)
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert "p.width=8&p.depth=4&p.batch_size=16" in links["These runs on the Runs page"]
    assert run.run_id in links["Compare them"]
    gone = open_app(studies, ARCHITECTURE, group=SIZES, cell="width 9 · depth 4 · batch size 16")
    assert "cell" not in gone.query_params and len(gone.dataframe) == 1


def test_other_axes_mix_settings_and_that_is_said(studies: Path, open_app: Open) -> None:
    app = open_app(studies, ARCHITECTURE, group=SIZES, panel="none")
    assert len(charts(app)) == 1
    told = words(app)
    assert "A cell mixes settings: its runs differ in batch size, not only in their seeds." in told
    assert "Choose one value of it in the sidebar, or put it on an axis or into panels." in told
    assert "best cell" not in told and "smallest mean" not in told
    star, cells_apart = "L0.235,-0.324", open_app(studies, ARCHITECTURE, group=SIZES)
    assert star not in charts(app)[0].proto.spec
    assert any(star in chart.proto.spec for chart in charts(cells_apart))
    row = open_app(studies, ARCHITECTURE, group=SIZES, y="none")
    assert "its runs differ in depth, not only in their seeds." in words(row)


def test_a_panel_for_each_dataset(studies: Path, open_app: Open) -> None:
    app = open_app(studies, ARCHITECTURE, group=SIZES, panel="measured_on")
    assert len(charts(app)) == 2
    told = words(app)
    assert "complex_TBP_planar_10_train: 208 of 220 matched runs used (not used:" in told
    assert "on complex_TBP_planar_10_test: median" in told and "on complex_TBP_planar_10_train: median" in told


def test_segment_ratios_are_curves_with_their_cost(studies: Path, open_app: Open) -> None:
    app = open_app(studies, SEGMENTS, group=RATIOS)
    assert len(charts(app)) == 4  # two length strategies: quality, and cost below
    assert (app.selectbox(key="x").value, app.selectbox(key="y").value) == ("segment_ratio_final", "num_train_orbits")
    spec = charts(app)[0].proto.spec
    assert "segment ratio (%)" in spec and "training orbits" in spec and '"type": "log"' in spec
    assert "114 of 120 matched runs used (not used: 6 diverged)." in words(app)
    assert "training operations (GFLOP)" in charts(app)[2].proto.spec
    assert not app.warning


def test_segment_ratios_as_a_map(studies: Path, open_app: Open) -> None:
    app = open_app(studies, SEGMENTS, group=RATIOS, view="map")
    assert "Colour: median acceleration error" in words(app)
    assert len(charts(app)) == 4


@pytest.mark.parametrize("page", BOTH)
@pytest.mark.parametrize("view", ["map", "lines"])
class TestOddGroups:
    """Groups that a page has to bear, as a map and as curves."""

    def test_one_run_only(self, tmp_path: Path, open_app: Open, page: str, view: str) -> None:
        app = open_app(published(tmp_path, seed_study_runs()[:1]), page, view=view)
        assert "A single run says nothing about the seed" in words(app)
        assert "Nothing but the seeds varies among these runs" in words(app)
        assert charts(app)

    def test_all_diverged(self, tmp_path: Path, open_app: Open, page: str, view: str) -> None:
        runs = [
            sample_run("lost", seed, float("nan"), parameters={"width": width}, history=False)
            for width in (8, 64)
            for seed in range(3)
        ]
        app = open_app(published(tmp_path, runs), page, view=view)
        assert "Not one of 6 runs on complex_TBP_planar_10_test is finished with a finite value" in words(app)
        assert "(not used: 6 diverged)." in words(app)
        assert charts(app)

    def test_runs_without_width(self, tmp_path: Path, open_app: Open, page: str, view: str) -> None:
        runs = [without(run, "width") for run in size_study_runs(n_seeds=2)]
        app = open_app(published(tmp_path, runs), page, view=view)
        assert charts(app)
        some = [*size_study_runs("some", n_seeds=2), *(without(run, "width") for run in size_study_runs("some", 2)[:9])]
        renamed = [replace(run, run_id=f"{run.run_id}-{i}") for i, run in enumerate(some)]
        mixed = open_app(published(tmp_path, renamed), page, view=view, group="some", x="width", y="depth")
        assert any("(unset)" in chart.proto.spec for chart in charts(mixed))

    def test_one_seed_a_cell(self, tmp_path: Path, open_app: Open, page: str, view: str) -> None:
        app = open_app(
            published(tmp_path, size_study_runs(n_seeds=1)), page, view=view, x="width", y="depth", panel="batch_size"
        )
        assert "was run with more than one seed" in words(app)
        assert charts(app)

    def test_zeros_make_the_scale_linear(self, tmp_path: Path, open_app: Open, page: str, view: str) -> None:
        app = open_app(
            published(tmp_path, ratio_study_runs()), page, view=view, metric="radial_sign_violation_pct", show="metric"
        )
        mixed = page == ARCHITECTURE  # whose usual axes do not vary here, and others do
        assert ("A cell mixes settings" if mixed else "do not differ at all") in words(app)
        first = charts(app)[0].proto.spec
        assert '"type": "log", "scheme"' not in first
        if view == "lines":
            assert "The axis is linear: zero has no logarithm." in words(app)

    def test_unfinished_runs_alone(self, tmp_path: Path, open_app: Open, page: str, view: str) -> None:
        runs = [sample_run("odd", seed, None, state="crashed", history=False) for seed in range(3)]
        app = open_app(published(tmp_path, runs), page, view=view)
        assert "has been measured yet" in words(app)


def test_too_many_values_are_a_sentence(tmp_path: Path, open_app: Open) -> None:
    runs = [
        sample_run("wide", seed, 5.0 + 0.1 * seed, parameters={"lr_strategy": [0.001 * i]}, history=False)
        for i in range(1, 31)
        for seed in range(2)
    ]
    app = open_app(published(tmp_path, runs), ARCHITECTURE, x="lr_strategy")
    assert "learning rate takes 30 values among these runs, too many for an axis (at most 24)" in words(app)
    assert not charts(app)


def test_axes_begin_with_what_varies_and_can_be_looked_at(studies: Path, open_app: Open) -> None:
    app = open_app(studies, ARCHITECTURE, group=RATIOS)
    assert (app.selectbox(key="x").value, app.selectbox(key="y").value) == ("num_trajs", "length_strategy")
    assert charts(app)


@pytest.mark.parametrize(("n", "rows"), [(1, [1]), (3, [3]), (4, [2, 2]), (5, [2, 3]), (7, [2, 3, 2])])
def test_rows_of_panels_are_about_equally_long(n: int, rows: list[int]) -> None:
    assert [len(row) for row in rows_of(range(n), 3)] == rows


def test_costs_that_were_not_logged_leave_the_map_grey(tmp_path: Path, open_app: Open) -> None:
    runs = [with_summary(run, n_parameters=None) for run in size_study_runs(n_seeds=2)]
    app = open_app(published(tmp_path, runs), ARCHITECTURE, show="train_gflop")
    assert charts(app)
