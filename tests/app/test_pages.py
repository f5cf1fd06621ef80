"""Every page on every kind of store: what it says, and that it always says what to do next."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from store.location import SHIPPED
from tests.app.conftest import APP, Open
from tests.app.sample_runs import publish_runs, sample_run, seed_study_runs

HOME, SEEDING = "pages/home.py", "pages/seeding.py"
PAGES = (HOME, SEEDING)


def words(app: AppTest) -> str:
    """All that a page says, its terms without what they show on hover."""
    kinds = ("title", "markdown", "caption", "info", "warning", "error", "code", "subheader")
    text = "\n".join(element.value for kind in kinds for element in app.get(kind))
    return re.sub(r"\[([^\]]+)\]\(help#[^)]*\)", r"\1", text)


def test_home_names_each_group_with_its_states_and_the_last_sync(sample_store: Path, open_app: Open) -> None:
    said = words(open_app(sample_store, HOME))
    assert "60 runs in 2 groups" in said
    assert "last sync" in said
    assert r"20 finished · trained on complex\_TBP\_planar\_10\_train · newest run" in said
    assert "36 finished, 1 running, 1 crashed, 2 diverged · " in said


def test_seeding_answers_in_one_sentence(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-seeds-v2")
    assert (
        r"##### 20 runs on complex\_TBP\_planar\_10\_test: median acceleration error **7.29 %** "
        "(quartiles 7.00 to 7.47 %); seeds 3 and 17 stand out."
    ) in words(app)
    assert "20 of 20 matched runs used." in words(app)
    summary, outliers = app.dataframe[0].value, app.dataframe[1].value
    assert summary["n"].tolist() == [20]
    assert {"median (%)", "mean (%)", "sd (%)", "min (%)", "max (%)", "95 % CI of median"} <= set(summary.columns)
    assert outliers["seed"].tolist() == ["17", "3"]


def test_every_choice_but_the_defaults_is_in_the_url(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING)
    assert app.query_params["group"] == "sweep-seeds-v2"
    assert app.selectbox(key="metric").value == "acceleration_error"
    assert app.selectbox(key="dataset").value == "complex_TBP_planar_10_test"
    assert set(app.query_params) == {"group"}
    app.multiselect(key="group").set_value(["sweep-width"]).run()
    app.selectbox(key="metric").select("accel_angle_deg").run()
    app.toggle(key="log").set_value(False).run()
    assert not app.exception
    assert app.query_params["group"] == "sweep-width"
    assert app.query_params["metric"] == "accel_angle_deg"
    assert app.query_params["log"] == "off"
    assert "median acceleration angle **2.10 deg** in each" in words(app)
    app.selectbox(key="metric").select("acceleration_error").run()
    assert "metric" not in app.query_params
    assert app.selectbox(key="metric").value == "acceleration_error"


def test_a_link_shows_what_its_sender_saw(sample_store: Path, open_app: Open) -> None:
    app = open_app(
        sample_store,
        SEEDING,
        group="sweep-width",
        metric="accel_angle_deg",
        dataset="complex_TBP_planar_10_train",
        log="off",
    )
    assert app.multiselect(key="group").value == ["sweep-width"]
    assert [app.selectbox(key=key).value for key in ("metric", "dataset")] == [
        "accel_angle_deg",
        "complex_TBP_planar_10_train",
    ]
    assert app.toggle(key="log").value is False
    assert not app.toast


def test_a_stale_link_says_so_and_leads_on(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="deleted-group")
    assert r"No run of this store matches the filter in the sidebar: group deleted\-group." in words(app)
    assert app.multiselect(key="group").value == ["deleted-group"]
    app.button(key="clear_filter_here").click().run()
    assert not app.exception
    assert app.query_params["group"] == "sweep-seeds-v2"
    assert "20 of 20 matched runs used." in words(app)


def test_a_run_in_the_url_shows_its_curves_metrics_and_parameters(sample_store: Path, open_app: Open) -> None:
    run = next(record for record in seed_study_runs() if record.config["parameters"]["seed"] == 3)
    app = open_app(sample_store, SEEDING, group="sweep-seeds-v2", run=run.run_id)
    assert len(app.get("vega_lite_chart")) == 4  # the violin and three curves
    assert f"**seed 3** · run `{run.run_id}`" in words(app)
    metrics, parameters = app.dataframe[0].value, app.dataframe[1].value
    assert metrics["metric"].tolist()[:2] == ["orbits", "acceleration error (%)"]
    assert dict(zip(parameters["parameter"], parameters["value"], strict=True))["seed"] == "3"
    assert "(unset)" in parameters["value"].tolist()  # atol was not logged
    app.selectbox(key="run").select("").run()
    assert "run" not in app.query_params


def test_changing_the_group_forgets_the_run(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-seeds-v2", run=seed_study_runs()[0].run_id)
    app.multiselect(key="group").set_value(["sweep-width"]).run()
    assert not app.exception
    assert "run" not in app.query_params
    assert not app.toast


def test_every_unused_run_is_counted_and_listed(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-width")
    assert "36 of 40 matched runs used (not used: 1 crashed, 2 diverged, 1 running)." in words(app)
    unused = app.dataframe[-1].value
    assert unused["why not"].tolist() == ["diverged", "diverged", "crashed", "running"]
    assert "median acceleration error from **5.27 %** (width 64) to **9.99 %** (width 8)" in words(app)


def test_all_runs_diverged_is_said_and_listed(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("bad", seed, float("nan")) for seed in range(3)])
    app = open_app(tmp_path, SEEDING)
    assert "Not one run of bad is finished with a finite value" in app.warning[0].value
    assert app.dataframe[-1].value["why not"].tolist() == ["diverged"] * 3
    assert not app.get("vega_lite_chart")


def test_a_group_without_measurements_says_how_to_get_them(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("young", 0, None, state="running")])
    app = open_app(tmp_path, SEEDING)
    assert "No run of young has been measured yet" in app.info[0].value
    assert "python -m runner sync young" in words(app)


def test_a_finished_group_without_a_metric_says_what_it_logged_and_not_to_sync(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("other", seed, None) for seed in range(2)])
    app = open_app(tmp_path, SEEDING)
    said = app.info[0].value.replace("\\", "")
    assert "No run of other has been measured yet. None of the 2 runs logged acceleration_error" in said
    assert "train_loss" in said
    assert "runner sync" not in words(app)


def test_one_run_only(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("lonely", 5, 7.0)])
    app = open_app(tmp_path, SEEDING)
    assert "1 run on" in words(app)
    assert "too few to say which stand out" in words(app)
    assert app.dataframe[0].value["95 % CI of mean"].tolist() == ["needs 2 runs"]


def test_a_metric_with_zeros_has_a_linear_axis_and_says_so(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-seeds-v2", metric="radial_sign_violation_pct")
    assert "The axis is linear: zero has no logarithm." in words(app)


def test_runs_without_seed_key_history_or_group_are_shown(tmp_path: Path, open_app: Open) -> None:
    old = sample_run("old", None, 7.0, history=False, run_id="old1")
    publish_runs(tmp_path, [old, sample_run("old", 1, 7.5), sample_run("", 2, 7.5)])
    app = open_app(tmp_path, SEEDING, group="old", run="old1")
    assert "This run logged no history" in words(app)
    assert dict(app.dataframe[1].value[["parameter", "value"]].to_numpy())["seed"] == "(unset)"


def test_runs_without_a_group_can_be_chosen_and_are_not_the_default(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("", 2, 7.5), sample_run("newer", 900, 7.0)])
    links = [link.proto.label for link in open_app(tmp_path, HOME).get("page_link")]
    assert links == ["**newer**", r"**\(no group\)**"]
    app = open_app(tmp_path, SEEDING)
    assert app.query_params["group"] == "newer"
    app.multiselect(key="group").set_value(["(no group)"]).run()
    assert not app.exception
    assert "median acceleration error **7.50 %**" in words(app)


def test_two_projects_may_share_a_run_id(tmp_path: Path, open_app: Open) -> None:
    one = sample_run("shared", 0, 7.0, run_id="same")
    publish_runs(tmp_path, [one, replace(one, project="other")])
    app = open_app(tmp_path, SEEDING, run="mlds-lab/other/same")
    assert app.selectbox(key="run").value == "mlds-lab/other/same"
    assert not app.toast


def test_a_new_version_shows_on_the_next_run_of_the_page(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs(n=10))
    app = open_app(tmp_path, SEEDING)
    assert "10 of 10 matched runs used" in words(app)
    publish_runs(tmp_path, seed_study_runs(n=20))
    assert "20 of 20 matched runs used" in words(app.run())
    (tmp_path / "SYNCED").write_text(f"{datetime.now(UTC) - timedelta(hours=3)}\n")
    assert "Version 2, last sync 3 hours ago (" in words(app.run())
    (tmp_path / "SYNCED").write_text("rubbish")
    assert "Version 2, last sync unknown" in words(app.run())


def test_own_runs_and_shipped_studies_can_be_chosen(
    sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_runs(tmp_path / "own", [sample_run("mine", 0, 7.0)])
    monkeypatch.delenv("ORBITSENS_STORE", raising=False)
    monkeypatch.setattr("store.location.DEFAULT", tmp_path / "own")
    monkeypatch.setattr("store.location.SHIPPED", sample_store)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert "1 run in 1 group: own runs" in words(app)
    app.query_params["group"] = "mine"
    app.selectbox(key="store").select("shipped studies").run()
    assert "60 runs in 2 groups: shipped studies" in words(app)
    assert "group" not in app.query_params  # it is of the other store
    app.switch_page(SEEDING).run()
    assert not app.exception
    assert app.selectbox(key="store").value == "shipped studies"  # remembered from page to page
    assert app.query_params["store"] == "shipped studies"
    assert "20 runs on" in words(app)


def test_a_store_can_be_named_on_the_command_line(
    sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORBITSENS_STORE", str(tmp_path / "none"))
    monkeypatch.setattr("sys.argv", ["app.py", "--store", str(sample_store)])
    assert "60 runs in 2 groups" in words(AppTest.from_file(str(APP), default_timeout=60).run())


def test_infinite_errors_are_kept_apart(tmp_path: Path, open_app: Open) -> None:
    records = [sample_run("inf", seed, error) for seed, error in enumerate([7.0, 7.2, np.inf])]
    publish_runs(tmp_path, records)
    app = open_app(tmp_path, SEEDING)
    assert "2 of 3 matched runs used (not used: 1 diverged (seed 2))." in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_on_the_shipped_studies(open_app: Open, page: str) -> None:
    app = open_app(SHIPPED, page, group="sweep-seeds-v2")
    assert "80 finished" in words(app) or "80 of 80 matched runs used." in words(app)
    assert not app.error
