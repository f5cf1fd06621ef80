"""The Generalisation and Jobs pages without a browser: what they say of models, grids, choices and mistakes."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orbitsens.grid_settings import GridSettings
from runner import jobs
from runner.__main__ import app as command
from runner.jobfiles import END, JOB, now, write
from tests.app.conftest import Open
from tests.runner.stored_models import model_store

PAGE = "pages/generalisation.py"
# What the page's own choices come to, so that its grids are those of the store.
GRID = ["--n-a", "32", "--n-e", "32", "--anomalies", "45", "--rollout"]
N_FEASIBLE = int(GridSettings(n_a=32, n_e=32).feasible.sum())
QUERY = {"cells": "32", "samples": "45", "rollout": "1"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models with a grid each, and one without."""
    made = model_store(tmp_path_factory.mktemp("lab"), [0, 1, 2])
    result = CliRunner().invoke(command, ["evaluate", "run0", "run1", "--store", str(made), *GRID])
    assert result.exit_code == 0, result.output
    return made


def test_a_link_shows_the_models_that_it_names(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, models="run0,run1", **QUERY)
    heading = next(m.value for m in app.markdown if m.value.startswith("#####"))
    assert "Share of the feasible area with acceleration error below 10.0 %" in heading
    assert "seed 0" in heading and "seed 1" in heading
    table = app.dataframe[0].value
    assert table["model"].tolist() == ["complex 10, seed 0", "complex 10, seed 1"]
    assert table["cells"].tolist() == [N_FEASIBLE] * 2
    assert not [button for button in app.button if button.key == "evaluate_grid"]


@pytest.mark.parametrize("view", ["each", "spread", "difference"])
def test_every_view_of_every_field_draws(store: Path, open_app: Open, view: str) -> None:
    app = open_app(store, PAGE, models="run0,run1", view=view, field="position_error_pct", **QUERY)
    assert app.selectbox(key="view").value == view
    assert "rollout position error below" in next(m.value for m in app.markdown if m.value.startswith("#####"))
    assert len(app.get("vega_lite_chart")) == {"each": 4, "spread": 4, "difference": 3}[view]


def test_a_cell_in_the_link_shows_its_orbit(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, models="run0,run1", cell="105", of="complex 10, seed 1", **QUERY)
    assert any(found.value.startswith("Orbit with a = ") for found in app.subheader)
    assert app.selectbox(key="of").value == "complex 10, seed 1"
    assert len(app.get("vega_lite_chart")) == 4 + 3


def test_a_run_from_another_page_is_chosen_and_offered_for_evaluation(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, run="run2", **QUERY)
    assert app.multiselect(key="models").value == ["run2"]
    assert app.query_params["run"] == "run2" and "models" not in app.query_params
    assert any(m.value == "1 of 1 chosen model not yet evaluated on these orbits." for m in app.markdown)
    assert next(button.label for button in app.button if button.key == "evaluate_grid").startswith("Evaluate (about")


def test_all_seeds_of_a_setting_and_their_mean_and_spread_are_a_click(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, models="run0", **QUERY)
    app.button(key="all_seeds").click().run()
    assert not app.exception
    assert app.multiselect(key="models").value == ["run0", "run1", "run2"]
    assert app.selectbox(key="view").value == "spread"
    titles = [json.loads(chart.proto.spec).get("title") for chart in app.get("vega_lite_chart")]
    assert titles[:2] == ["complex 10, mean of 2 models", "complex 10, sd (n - 1)"]  # run2 has no grid
    assert any(m.value == "1 of 3 chosen models not yet evaluated on these orbits." for m in app.markdown)


def test_unasked_it_shows_what_has_been_evaluated(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, **QUERY)
    assert app.multiselect(key="models").value == ["run0"]
    assert len(app.get("vega_lite_chart")) == 3


def test_grids_that_came_with_the_shipped_store_are_shown_at_once(
    store: Path, open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.evaluations.SHIPPED", store)
    monkeypatch.setattr("store.evaluations.DEFAULT", tmp_path / "own" / "store")
    app = open_app(store, PAGE, models="run0,run1", **QUERY)
    assert len(app.get("vega_lite_chart")) == 4
    assert not (tmp_path / "own").exists()


def test_an_orbit_that_was_not_rolled_out_can_be(store: Path, open_app: Open) -> None:
    plain_grid = ["--n-a", "32", "--n-e", "32", "--anomalies", "45"]
    query = {"models": "run0", "cells": "32", "samples": "45", "cell": "105"}
    assert CliRunner().invoke(command, ["evaluate", "run0", "--store", str(store), *plain_grid]).exit_code == 0
    app = open_app(store, PAGE, **query)
    assert [b.label for b in app.button if b.key == "evaluate_orbit"] == ["Roll it out (about 6 s)"]
    assert len(app.get("vega_lite_chart")) == 3 + 2
    settings = GridSettings(n_a=32, n_e=32)
    a, e = (repr(float(x.ravel()[105])) for x in np.meshgrid(settings.a_km, settings.e))
    one = ["--n-a", "1", "--n-e", "1", "--anomalies", "45", "--a-range", a, a, "--e-range", e, e, "--rollout"]
    assert CliRunner().invoke(command, ["evaluate", "run0", "--store", str(store), *one]).exit_code == 0
    app = open_app(store, PAGE, **query)
    assert not [b for b in app.button if b.key == "evaluate_orbit"]
    assert len(app.get("vega_lite_chart")) == 3 + 3


def test_test_orbits_are_listed_one_by_one(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, models="run0,run1", **QUERY)
    table = app.dataframe[-1].value
    assert table.columns[:3].tolist() == ["orbit", "semi-major axis (km)", "eccentricity"]
    assert len(table) == 10
    assert table["complex 10, seed 1"].notna().all()


def test_an_impossible_grid_is_a_sentence(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, models="run0", a0="1000", a1="5000")
    assert [error.value for error in app.error] == [
        "No orbit of this grid stays above the Earth's surface: choose larger axes or less e."
    ]


def test_a_store_without_models_says_so(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE)
    assert "No run that matches has a model file" in app.info[0].value


def test_the_jobs_page_says_who_asked_for_what_and_how_it_ended(tmp_path: Path, open_app: Open) -> None:
    store = model_store(tmp_path, [0])
    app = open_app(store, "pages/jobs.py")
    assert "An evaluation is asked for on the Generalisation page." in app.markdown[-1].value
    folder = store / jobs.FOLDER / "abc"
    folder.mkdir(parents=True)
    write(folder, JOB, {"title": "a grid", "arguments": [], "who": "grace", "at": now(), "limit_s": 1, "at_a_time": 1})
    write(folder, END, {"state": "failed", "message": "The model is corrupt.", "at": now()})
    table = open_app(store, "pages/jobs.py").dataframe[-1].value
    assert table[["what", "state", "by", "message"]].iloc[0].tolist() == [
        "a grid",
        "failed",
        "grace",
        "The model is corrupt.",
    ]


def test_models_are_those_of_the_runs_that_match(store: Path, open_app: Open) -> None:
    app = open_app(store, PAGE, models="run0,run1", **{"p.seed": "1"})
    assert app.multiselect(key="models").value == ["run1"]
    assert len(app.multiselect(key="models").options) == 1
    assert app.toast[0].value == "Without a model among the runs that match: run0."
