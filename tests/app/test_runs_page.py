"""The pages of runs on every kind of store: the table, one run, several compared, tags and notes."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.text import spoken
from store.records import ModelFile
from tests.app.conftest import APP, Open
from tests.app.sample_runs import TEST, publish_runs, sample_run, seed_study_runs, width_study_runs
from tests.factories import filled_store, mixed_group, model_file, old_run, run_record

RUNS, COMPARE = "pages/runs.py", "pages/compare.py"
ERROR = f"acceleration error (%) on {TEST}"
SEEDS = [run.run_id for run in seed_study_runs()]
WIDTH_RUN = width_study_runs()[0].run_id


def words(app: AppTest) -> str:
    """All that a page says, without the explanations on hover."""
    kinds = ("title", "markdown", "caption", "info", "warning", "error", "subheader")
    said = "\n".join(element.value for kind in kinds for element in app.get(kind))
    return re.sub(r'\[([^\]]+)\]\(help#.*?"\)', r"\1", said)


def links(app: AppTest) -> dict[str, str]:
    return {link.proto.label: f"{link.proto.page}?{link.proto.query_string}" for link in app.get("page_link")}


def table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def test_the_table_begins_with_what_varies_and_the_headline(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, RUNS, group="sweep-width")
    assert table(app).columns.tolist() == ["run", "state", "width", "seed", ERROR, "created (UTC)"]
    assert len(table(app)) == 40
    assert table(app)["state"].value_counts()["diverged"] == 2
    assert "40 runs of 40 matching listed, newest first." in words(app)


def test_several_groups_are_told_apart(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, RUNS)
    assert set(table(app)["group"]) == {"sweep-seeds-v2", "sweep-width"}
    assert "60 runs of 60 matching listed" in words(app)


def test_columns_and_order_are_in_the_link(sample_store: Path, open_app: Open) -> None:
    app = open_app(
        sample_store,
        RUNS,
        group="sweep-seeds-v2",
        columns=["seed", f"metric:acceleration_error:{TEST}:test", "history:train_loss:min", "run:tags", "activation"],
        sort=f"-metric:acceleration_error:{TEST}:test",
    )
    shown = table(app)
    assert shown.columns.tolist() == ["run", "state", "seed", ERROR, "loss, least", "tags", "activation"]
    assert shown[ERROR].is_monotonic_decreasing
    assert shown["seed"].tolist()[:2] == [17, 3]
    assert shown["tags"].map(list).tolist() == [["sample"]] * 20
    app.selectbox(key="sort").select("seed").run()
    assert not app.exception
    assert table(app)["seed"].tolist() == list(range(20))


def test_a_stale_column_is_said(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, RUNS, columns=["seed", "wdth"])
    assert "Columns: wdth is not here." in app.toast[0].value
    assert table(app).columns.tolist() == ["run", "state", "seed"]


def test_a_key_that_runs_lack_is_missing_and_not_dropped(tmp_path: Path, open_app: Open) -> None:
    filled_store(tmp_path, mixed_group())
    app = open_app(tmp_path, RUNS, columns=["activation", "extra:network", "planar_constraint"])
    shown = table(app)
    assert len(shown) == 11
    assert shown["activation"].isna().sum() == 1
    assert shown["network"].dropna().tolist() == ["mlp_v0"]
    assert set(shown["planar_constraint"].dropna()) == {"true"}
    assert app.dataframe[0].proto.placeholder == "(unset)"


def test_many_runs_come_in_parts_and_all_are_exported(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("many", seed, 7.0 + seed, history=False) for seed in range(203)])
    app = open_app(tmp_path, RUNS, sort="seed")
    assert table(app)["seed"].tolist() == list(range(200))
    assert "200 runs of 203 matching listed" in words(app)
    app.selectbox(key="part").select("1").run()
    assert table(app)["seed"].tolist() == [200, 201, 202]
    assert app.query_params["part"] == "1"


def test_one_run_is_shown_whole(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, RUNS, group="sweep-width", run=WIDTH_RUN)
    said = words(app)
    assert f"run `{WIDTH_RUN}`" in said
    assert "From W&B: :gray-badge[sample]" in said
    assert "10 orbits" in said
    assert "sample runs have no model file" in said
    assert len(app.get("vega_lite_chart")) == 4  # three curves and the orbits
    parameters = app.dataframe[2].value
    assert parameters["parameter"].tolist()[:2] == ["width", "seed"]  # what differs within its group
    assert parameters["between runs"].tolist()[:3] == ["differs", "differs", ""]
    assert "Compare" not in "".join(links(app))


def test_a_run_without_history_model_or_measurement(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("young", 0, None, state="running", history=False, run_id="young0")])
    said = words(open_app(tmp_path, RUNS, run="young0"))
    assert "This run logged no history, so there are no curves." in said
    assert "This run has not been measured." in said
    assert r"running: The process ended\: running" in said


def test_any_history_key_can_be_drawn_and_smoothed(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, RUNS, run=SEEDS[3], curves=["segment_length", "train_loss"], smoothing="21")
    charts = app.get("vega_lite_chart")
    assert len(charts) == 3
    assert app.multiselect(key="curves").value == ["segment_length", "train_loss"]
    assert app.selectbox(key="smoothing").value == "21"


def test_all_runs_diverged(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("bad", seed, float("nan"), run_id=f"bad{seed}") for seed in range(3)])
    app = open_app(tmp_path, RUNS)
    assert table(app)["state"].tolist() == ["diverged"] * 3
    app = open_app(tmp_path, COMPARE)
    assert "3 runs of one setting: they differ in seed." in words(app)
    assert "not finite in 3 lines (cross at the top): seed 0 · bad0 from step 201" in words(app)
    assert len(app.get("vega_lite_chart")) == 3
    assert "not finite" in words(open_app(tmp_path, RUNS, run="bad0"))


def test_a_run_that_is_not_there(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, RUNS, run="gone")
    assert "There is no run gone in this store" in app.warning[0].value
    app = open_app(sample_store, COMPARE, runs=f"gone,{SEEDS[0]}")
    assert "Not in this store: gone." in app.warning[0].value
    assert "One run" in words(app)
    app = open_app(sample_store, COMPARE, runs="gone")
    assert "Choose runs" in links(app)


def test_selected_runs_lead_to_their_comparison_with_the_filter(sample_store: Path, open_app: Open) -> None:
    names = ",".join([SEEDS[3], SEEDS[17]])
    app = open_app(sample_store, RUNS, group="sweep-seeds-v2", runs=names)
    (link,) = [url for label, url in links(app).items() if label.startswith("Compare")]
    assert "group=sweep-seeds-v2" in link
    assert f"runs={SEEDS[3]}%2C{SEEDS[17]}" in link
    app = open_app(sample_store, COMPARE, group="sweep-seeds-v2", runs=names)
    assert "2 runs of one setting: they differ in seed." in words(app)
    parameters, shared, metrics = (element.value for element in app.dataframe[:3])
    assert parameters["seed"].tolist() == ["3", "17"]
    assert "width" in shared["parameter"].tolist()
    assert metrics[ERROR].tolist() == pytest.approx([15.22, 21.31], abs=0.01)
    assert app.toggle(key="band").value is False


def test_too_many_to_compare_says_so(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, COMPARE)
    assert "60 runs match, and at most 50 can be compared" in app.info[0].value
    names = ",".join(f"r{i}" for i in range(51))
    app = open_app(sample_store, RUNS, runs=names)
    assert "At most 50 runs can be compared" in words(app)


def test_settings_are_compared_with_bands_over_their_seeds(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, COMPARE, group="sweep-width")
    said = words(app)
    assert "40 runs of 5 settings: they differ in width and seed." in said
    assert "36 finished, 1 running, 1 crashed, 2 diverged" in said
    assert "Shaded: least to largest of a setting's runs" in said
    assert "not finite in 2 lines" in said
    assert "36 of 40 matched runs used (not used: 1 crashed, 2 diverged, 1 running)." in said
    summary = next(d.value for d in app.dataframe if "95 % CI of median" in d.value)
    assert summary["setting"].tolist() == ["width 8", "width 16", "width 32", "width 64", "width 128"]
    assert summary["n"].tolist() == [6, 7, 8, 7, 8]
    app.selectbox(key="metric").select("accel_angle_deg").run()
    assert "acceleration angle (deg) on complex_TBP_planar_10_test: 36 of 40" in spoken(words(app))
    app.toggle(key="band").set_value(False).run()
    assert not app.exception
    assert "Shaded" not in words(app)
    assert app.query_params["band"] == "off"


def test_values_at_a_step(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, COMPARE, runs=",".join(SEEDS[:2]), curves=["curriculum_phase"], at="300")
    assert app.dataframe[-1].value["training stage"].tolist() == [0.0, 0.0]
    app.number_input(key="at").set_value(301).run()
    assert not app.exception
    assert app.query_params["at"] == "301"
    assert app.dataframe[-1].value["training stage"].tolist() == [1.0, 1.0]


def test_runs_without_history_are_compared_without_curves(tmp_path: Path, open_app: Open) -> None:
    runs = [sample_run("old", seed, 7.0 + seed, history=False) for seed in range(2)]
    publish_runs(tmp_path, runs)
    app = open_app(tmp_path, COMPARE)
    assert "None of these runs logged a history" in words(app)
    publish_runs(tmp_path, [sample_run("old", 5, 7.0)])
    assert "1 of 3 runs logged a history." in words(app.run())


def test_one_run_only(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("lonely", 5, 7.0)])
    assert len(table(open_app(tmp_path, RUNS))) == 1
    assert "choose at least one more" in words(open_app(tmp_path, COMPARE))


def test_two_projects_may_share_a_run_id(tmp_path: Path, open_app: Open) -> None:
    one = sample_run("shared", 0, 7.0, run_id="same")
    publish_runs(tmp_path, [one, replace(one, project="other")])
    app = open_app(tmp_path, RUNS)
    assert sorted(table(app)["run"]) == ["mlds-lab/neuralODEs/same", "mlds-lab/other/same"]
    app = open_app(tmp_path, COMPARE, runs="mlds-lab/neuralODEs/same,mlds-lab/other/same")
    assert "2 runs of one setting" in words(app)


def test_a_model_file_can_be_downloaded(tmp_path: Path, open_app: Open) -> None:
    filled_store(tmp_path / "store", [run_record(0, run_id="kept", model_dir=tmp_path)])
    app = open_app(tmp_path / "store", RUNS, run="kept")
    labels = [button.proto.label for button in app.get("download_button")]
    assert "Model file (2 kB)" in labels
    assert model_file(tmp_path, "kept", 0).path is not None


def test_a_link_to_wandb_is_offered(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [replace(seed_study_runs()[0], url="https://wandb.ai/mlds-lab/neuralODEs/runs/x")])
    assert "[W&B](https://wandb.ai/mlds-lab/neuralODEs/runs/x)" in words(open_app(tmp_path, RUNS, run=SEEDS[0]))


def test_the_table_of_runs_waits_for_no_statistics_and_no_jax() -> None:
    program = (
        "import sys, pages.shared.runs.bar, pages.shared.runs.columns, pages.shared.runs.more\n"
        "print([name for name in ('jax', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=APP.parent, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_chosen_column_is_hidden(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, "pages/runs.py", group="sweep-width")
    hidden = [name for name, of in json.loads(app.dataframe[0].proto.columns).items() if of.get("hidden")]
    assert {"width", "seed"} <= set(app.multiselect(key="columns").value)
    assert set(hidden) <= {"_index"}


def test_a_run_shows_what_its_model_is_read_with_and_what_is_wrong_with_its_file(
    tmp_path: Path, open_app: Open
) -> None:
    (tmp_path / "m.eqx").write_bytes(b"{}\n")
    run = replace(
        old_run(0, group="team"),
        assumed={"feature_layer": "rmag_v_and_direction", "planar_constraint": False},
        model=ModelFile(tmp_path / "m.eqx", "m", "The model file of m cannot be used."),
    )
    filled_store(tmp_path / "store", [run])
    shown = words(open_app(tmp_path / "store", RUNS, group="team", run="old00000")).replace("\\", "")
    assert "read as the team's loader reads it: feature_layer rmag_v_and_direction, planar_constraint false." in shown
    assert "The model file of m cannot be used." in shown
    assert "kept as derivative_error" in shown  # the run is of 2024
