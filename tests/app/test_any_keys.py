"""The app with keys and values of any kind: every page opens, and says what was logged."""

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pages.shared.page_list import PAGES
from pages.shared.runs.compare_views import compared_rows
from pages.shared.runs.differences import compare, metric_table, parameter_table
from pages.shared.text import spoken
from store.connect import read_catalogue
from store.run_queries import compared_extras, compared_metrics, compared_runs
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, sample_run
from tests.app.test_filter import query
from tests.app.test_pages import words
from tests.factories import replaced

RUNS, COMPARE = "pages/runs.py", "pages/compare.py"
COLUMNS = (
    "run_key", "run_id", "name", "group", "state", "reason", "created_at", "setting_hash", "n_parameters",
    "train_seconds", "n_history_rows", "key", "value", "setting", "index", "run", "x", "y", "tags", "notes",
)  # fmt: skip
ODD: list[Any] = [0.001, "0.001", True, "true", 1, "1", [64, 64], None, "word " * 400]


def odd_runs() -> list[Any]:
    return [sample_run("odd", i, 5.0 + i, parameters={"lr": value}, history=False) for i, value in enumerate(ODD)]


@pytest.fixture(scope="module")
def odd_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Values of one key that look alike; a key for each column of the tables; refused values of known keys."""
    store = tmp_path_factory.mktemp("odd") / "store"
    records = odd_runs()
    records += [sample_run("names", i, 5.0 + i, parameters={name: f"{name} {i}" for name in COLUMNS}) for i in range(3)]
    refused = [{"batch_size": "auto"}, {"activation": "GELU", "batch_size": [8]}, {"loss_fcn": "huber"}, {"seed": None}]
    records += [
        sample_run("refused", i, 5.0 + i, parameters=parameters, run_id=f"refused{i}")
        for i, parameters in enumerate(refused)
    ]
    publish_runs(store, records)
    return store


@pytest.mark.parametrize("page", [page.file for page in PAGES if page.file != "pages/help.py"])
@pytest.mark.parametrize("group", ["odd", "names", "refused"])
def test_every_page_opens(odd_store: Path, open_app: Open, page: str, group: str) -> None:
    app = open_app(odd_store, page, group=group)
    assert not app.error


def test_each_offered_value_finds_as_many_runs_as_it_says(odd_store: Path, open_app: Open) -> None:
    app = open_app(odd_store, RUNS, group="odd")
    app.multiselect(key="parameters").set_value(["lr"]).run()
    options = app.multiselect(key="values of lr").options
    told = [option[: option.rindex(" (")] for option in options]
    assert told[:7] == ["0.001", "1", "true", '"0.001"', '"1"', '"true"', "[64, 64]"]
    assert told[7].startswith('"word word word')
    assert len(told[7]) < 120
    assert told[8:] == ["(unset)"]
    for option in options:
        one = option[: option.rindex(" (")]
        app.multiselect(key="values of lr").set_value([one]).run()
        assert not app.exception
        assert "**1 of 16 runs match**" in words(app), option
        again = open_app(odd_store, RUNS, **{key: app.query_params[key] for key in app.query_params})
        assert "**1 of 16 runs match**" in words(again), option
        assert again.multiselect(key="values of lr").value == [one]
    app.multiselect(key="values of lr").set_value([option[: option.rindex(" (")] for option in options]).run()
    assert f"**{len(ODD)} of 16 runs match**" in words(app)


def test_a_value_that_a_known_key_refuses_is_offered_and_kept_in_the_link(odd_store: Path, open_app: Open) -> None:
    app = open_app(odd_store, RUNS, group="refused")
    app.multiselect(key="parameters").set_value(["batch_size"]).run()
    assert app.multiselect(key="values of batch_size").options == ["64 (2)", "auto (1)", "[8] (1)"]
    app.multiselect(key="values of batch_size").set_value(["auto"]).run()
    assert query(app)["p.batch_size"] == ['json:"auto"']
    assert "**1 of 16 runs match**" in words(app)
    table = next(frame.value for frame in app.dataframe if "batch_size" in frame.value or len(frame.value) == 1)
    assert len(table) == 1


@pytest.mark.parametrize("text", ["auto", "true", "[1", "null", "1e999999", "9" * 400, "nan", "(unset)", "json:{}"])
def test_whatever_is_typed_into_a_link_is_no_exception(odd_store: Path, open_app: Open, text: str) -> None:
    for key in ("p.batch_size", "p.rtol", "p.planar_constraint", "p.lr_strategy", "p.lr"):
        open_app(odd_store, RUNS, **{"group": "odd", key: text})


def side_by_side(store: Path, run_ids: list[str]) -> tuple[Any, Any]:
    with read_catalogue(store) as con:
        keys = [f"mlds-lab/neuralODEs/{run_id}" for run_id in run_ids]
        return compare(compared_runs(con, keys), compared_extras(con, keys)), compared_metrics(con, keys)


def test_keys_that_are_called_as_columns_are_shown_once_with_what_was_logged(odd_store: Path) -> None:
    runs = [
        sample_run("names", i, 5.0 + i, parameters={name: f"{name} {i}" for name in COLUMNS}).run_id for i in range(3)
    ]
    found, metrics = side_by_side(odd_store, runs)
    assert set(found.parameters) == {*COLUMNS, "seed"}
    table = parameter_table(found)
    for name in COLUMNS:
        assert table[name].tolist() == [f"{name} {i}" for i in range(3)], name
    assert not [name for name in table if str(name).endswith(("_x", "_y"))]
    whole = compared_rows(found, metric_table(found, metrics)[0])
    assert whole.columns.is_unique
    assert whole["run_id"].tolist() == runs
    assert whole["run_id (parameter)"].tolist() == [f"run_id {i}" for i in range(3)]


def test_a_refused_value_is_compared_as_what_was_logged(odd_store: Path) -> None:
    found, _ = side_by_side(odd_store, [f"refused{i}" for i in range(4)])
    table = parameter_table(found).set_index("run")
    assert sorted(table["batch_size"]) == ["64", "64", "[8]", "auto"]
    assert sorted(table["activation"]) == ["GELU", *["leaky_relu"] * 3]
    assert "huber" in set(table["loss_fcn"])
    assert sorted(table["seed"]) == ["0", "1", "2", "null"]


def test_thousands_of_keys_are_compared_at_once(tmp_path: Path, open_app: Open) -> None:
    many = {f"module.option_{i:04}": i for i in range(2000)}
    records = [
        sample_run("wide", seed, 5.0 + seed, parameters={k: v + seed % 3 for k, v in many.items()})
        for seed in range(10)
    ]
    publish_runs(tmp_path, records)
    begin = time.process_time()
    found, _ = side_by_side(tmp_path, [record.run_id for record in records])
    assert time.process_time() - begin < 2.0
    assert len(found.parameters) == 2001
    assert found.settings == ["setting 1", "setting 2", "setting 3"]
    app = open_app(tmp_path, COMPARE)
    assert "they differ in 2,001 parameters, such as " in words(app)
    assert "All 2,001 parameters that differ, a row each." in words(app)
    table = app.dataframe[0].value
    assert table.shape == (2001, 11)
    assert table.iloc[1, 1:].tolist() == sorted(table.iloc[1, 1:], key=int)


def test_groups_and_datasets_that_are_missing_have_words(tmp_path: Path, open_app: Open) -> None:
    known = sample_run("with", 0, 5.0)
    bare = [
        replaced(sample_run("", i, 6.0, run_id=f"bare{i}", state=state), config={"parameters": {"seed": i}})
        for i, state in enumerate(("finished", "running"))
    ]
    publish_runs(tmp_path, [known, *bare])
    said = spoken(words(open_app(tmp_path, "pages/home.py")))
    assert "trained on (unset)" in said
    assert "trained on complex_TBP_planar_10_train" in said
    said = spoken(words(open_app(tmp_path, "pages/jobs.py")))
    assert "1 run of (no group) in training" in said
    for page in ("pages/seeding.py", "pages/runs.py", COMPARE, "pages/generalisation.py"):
        assert "nan" not in spoken(words(open_app(tmp_path, page, group="(no group)"))).split()


def test_own_numbers_are_numbers_on_axes_and_in_tables(tmp_path: Path, open_app: Open) -> None:
    sizes = [10, 9, 100, 1e-5, 2, 2.5, 1, 50, 20, 30, 40, 70]
    publish_runs(tmp_path, [sample_run("sizes", 0, float(v), parameters={"size": v}, run_id=f"s{v}") for v in sizes])
    said = words(open_app(tmp_path, "pages/scatter.py", x="extra:size"))
    assert "rises as size grows: rank correlation **+1.00**" in said
    app = open_app(tmp_path, RUNS, columns="extra:size", sort="extra:size")
    assert app.dataframe[0].value["size"].tolist() == sorted(sizes)
    assert pd.api.types.is_float_dtype(app.dataframe[0].value["size"])
    open_app(tmp_path, "pages/parallel.py", axis="extra:size")


def test_a_range_of_a_metric_is_part_of_the_one_filter(sample_store: Path, open_app: Open) -> None:
    test = "complex_TBP_planar_10_test"
    app = open_app(sample_store, "pages/seeding.py", group="sweep-seeds-v2")
    name = f"acceleration error (%) on {test}"
    assert app.multiselect(key="metrics").options[0] == name
    app.multiselect(key="metrics").set_value([name]).run()
    low = app.number_input(key=f"{name} from")
    assert low.label == "acceleration error from"
    assert 5.0 < float(low.placeholder) < 8.0
    app.number_input(key=f"{name} to").set_value(8.0).run()
    assert not app.exception
    assert query(app)["m.acceleration_error"] == [f"..8:test:{test}"]
    matching = next(line for line in words(app).splitlines() if "runs match**" in line)
    assert matching not in ("**20 of 60 runs match**", "**0 of 60 runs match**")
    assert f"acceleration error (%) on {test} at most 8.00" in spoken(words(app))
    app.query_params.clear()
    app.switch_page(RUNS).run()
    assert matching in words(app)
    app.multiselect(key="metrics").set_value([]).run()
    assert "m.acceleration_error" not in query(app)
    assert "**20 of 60 runs match**" in words(app)


def test_all_pages_begin_with_the_metric_that_most_runs_have(tmp_path: Path, open_app: Open) -> None:
    records = [sample_run("few", seed, 5.0 + seed, history=False) for seed in range(4)]
    evaluations = records[0].summary["evaluations"]
    odd = {**evaluations[1], "dataset": "a_first_test"}
    records[0] = replaced(records[0], summary={**records[0].summary, "evaluations": [*evaluations, odd]})
    publish_runs(tmp_path, records)
    test = "complex_TBP_planar_10_test"
    for page in ("seeding", "sensitivity", "architecture", "parallel"):
        assert open_app(tmp_path, f"pages/{page}.py").selectbox(key="dataset").value == test
    assert open_app(tmp_path, "pages/scatter.py").selectbox(key="y").value == f"metric:acceleration_error:{test}:test"
    shown = open_app(tmp_path, RUNS).multiselect(key="columns").value
    assert next(name for name in shown if name.startswith("metric:")) == f"metric:acceleration_error:{test}:test"
