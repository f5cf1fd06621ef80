"""The runs behind maps and curves: every run that is meant, with its metric and its cost."""

from pathlib import Path

import pandas as pd
import pytest

from store.cell_queries import cell_runs, varying_counts
from store.connect import StoreError, read_catalogue
from store.filters import RunFilter, of_group
from tests.factories import (
    TEST,
    TRAIN,
    architecture_group,
    crashed_run,
    diverged_run,
    filled_store,
    old_run,
    replaced,
    run_record,
)

SIZES = "sizes"
ON_TEST = [(TEST, "test")]


@pytest.fixture
def sizes(store: Path) -> Path:
    odd = [diverged_run(50, group=SIZES), crashed_run(51, group=SIZES), old_run(52, group=SIZES)]
    filled_store(store, [*architecture_group(3, group=SIZES), *odd, run_record(0, group="other")])
    return store


def test_every_run_is_there_with_its_metric_its_cost_and_the_parameters_asked_for(sizes: Path) -> None:
    with read_catalogue(sizes) as con:
        table = cell_runs(con, of_group(SIZES), "acceleration_error", ON_TEST, ["width", "depth"])
    assert len(table) == 12 + 3
    assert table["state"].value_counts().to_dict() == {"finished": 13, "diverged": 1, "crashed": 1}
    run = next(r for r in architecture_group(3, group=SIZES) if r.config["parameters"]["width"] == 32)
    row = table.set_index("run_id").loc[run.run_id]
    assert row["value"] == run.summary["evaluations"][1]["metrics"]["acceleration_error"]["mean"]
    assert (row["width"], row["depth"], row["n_parameters"], row["train_seconds"]) == (32, 2, 9220, 2.25)
    assert {"width": "Int64", "n_parameters": "Int64", "seed": "Int64"}.items() <= {
        str(name): str(kind) for name, kind in table.dtypes.items()
    }.items()
    assert str(table["created_at"].dtype) == "datetime64[us, UTC]"
    assert "activation" not in table
    assert table.set_index("state").loc[["diverged", "crashed"], "value"].isna().all()


def test_a_filter_is_obeyed(sizes: Path) -> None:
    which = RunFilter(groups=(SIZES,), parameters=(("width", (32,)),))
    with read_catalogue(sizes) as con:
        assert cell_runs(con, which, "acceleration_error", ON_TEST, ["width"])["width"].tolist() == [32] * 6
        assert cell_runs(con, RunFilter(text="nothing has this"), "acceleration_error", ON_TEST, ["width"]).empty


def test_each_place_has_every_run(sizes: Path) -> None:
    with read_catalogue(sizes) as con:
        table = cell_runs(con, of_group(SIZES), "acceleration_error", [*ON_TEST, (TRAIN, "train")], [])
    assert table.groupby("measured_on").size().to_dict() == {TEST: 15, TRAIN: 15}
    assert not table.duplicated(["run_key", "measured_on"]).any()
    finished = table[table["state"].eq("finished") & ~table["run_id"].str.startswith("old")]
    assert finished["value"].notna().all()


def test_a_place_without_a_name_is_one_too(store: Path) -> None:
    nameless = replaced(old_run(1), config={"parameters": {"seed": 1}})
    filled_store(store, [nameless])
    with read_catalogue(store) as con:
        table = cell_runs(con, RunFilter(), "acceleration_error", [(None, "train")], [])
    assert table["value"].tolist() == [7.5]
    assert pd.isna(table["measured_on"].iloc[0])


def test_an_unknown_parameter_is_a_sentence(sizes: Path) -> None:
    with read_catalogue(sizes) as con, pytest.raises(StoreError, match="no parameter 'widht'"):
        cell_runs(con, of_group(SIZES), "acceleration_error", ON_TEST, ["widht"])


def test_a_run_that_ended_early_has_the_counts_of_its_setting(store: Path) -> None:
    early, alone = crashed_run(1), crashed_run(2, parameters={"width": 8})
    filled_store(store, [run_record(0), early, alone])
    with read_catalogue(store) as con:
        table = cell_runs(con, RunFilter(), "acceleration_error", ON_TEST, ["num_train_orbits", "segment_ratio_final"])
        assert varying_counts(con, RunFilter()) == []
    table = table.set_index("run_id")
    assert table.loc[early.run_id, ["num_train_orbits", "segment_ratio_final"]].tolist() == [10, 1.11]
    assert table.loc[alone.run_id, "num_train_orbits"] is pd.NA


def test_counts_that_differ_are_named(store: Path) -> None:
    few = run_record(1)
    filled_store(store, [run_record(0), replaced(few, summary={**few.summary, "num_train_orbits": 5})])
    with read_catalogue(store) as con:
        assert varying_counts(con, RunFilter()) == ["num_train_orbits"]
