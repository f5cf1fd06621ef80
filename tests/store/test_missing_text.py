"""A missing text is None in every table that the store gives: pandas' own is a NaN, which is true."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from store import evaluations, queries, run_queries, sync_queries
from store.connect import read_catalogue
from store.filters import EVERYTHING
from store.frames import pandas
from store.records import RunRecord
from tests.factories import crashed_run, filled_store, replaced, run_record

METRIC = "acceleration_error"


def bare(run_id: str, record: RunRecord) -> RunRecord:
    """A run with nothing that it need not have: no group, dataset, notes, reason, model."""
    config = {"parameters": {"seed": 0, "odd": "x"}}
    summary = {METRIC: 7.0, "evaluations": [{**record.summary["evaluations"][0], "dataset": None}]}
    more = {"config": config, "summary": summary, "group": "bare", "notes": None, "url": None, "reason": None}
    return replaced(record, run_id=run_id, model=None, **more)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    store, models = (tmp_path_factory.mktemp(name) for name in ("bare", "models"))
    whole = run_record(1, model_dir=models)
    lost = replaced(crashed_run(group=None), reason=None)
    unnamed = bare("unnamed", run_record(2, model_dir=models))
    with_model = replaced(unnamed, run_id="modelled", model=run_record(2, model_dir=models).model)
    filled_store(store / "store", [whole, unnamed, with_model, lost])
    with read_catalogue(store / "store") as con:
        yield con


def keys(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in con.sql("SELECT run_key FROM runs").fetchall()]


TABLES: dict[str, Callable[[duckdb.DuckDBPyConnection], Any]] = {
    "groups": queries.groups,
    "metric_choices": lambda con: queries.metric_choices(con, EVERYTHING),
    "run_metric": lambda con: queries.run_metric(con, EVERYTHING, METRIC, None, "train"),
    "cell_runs": lambda con: queries.cell_runs(con, EVERYTHING, METRIC, [(None, "train")], ["activation"]),
    "models": lambda con: queries.models(con, EVERYTHING, 99, (), ())[0],
    "model_checksums": lambda con: queries.model_checksums(con, EVERYTHING),
    "test_errors": lambda con: queries.test_errors(con, EVERYTHING, METRIC),
    "states": lambda con: queries.filter_choices(con, EVERYTHING).states,
    "tags": lambda con: queries.filter_choices(con, EVERYTHING).tags,
    "parameters": lambda con: queries.filter_choices(con, EVERYTHING).parameters,
    "run_metrics": lambda con: queries.run(con, f"{keys(con)[0].rpartition('/')[0]}/unnamed").metrics,
    "run_orbit_metrics": lambda con: queries.run_orbit_metrics(con, f"{keys(con)[0].rpartition('/')[0]}/unnamed"),
    "compared_runs": lambda con: run_queries.compared_runs(con, keys(con)),
    "compared_extras": lambda con: run_queries.compared_extras(con, keys(con)),
    "compared_metrics": lambda con: pandas(run_queries.compared_metrics(con, keys(con))),
    "unfinished": sync_queries.unfinished,
    "syncs": sync_queries.syncs,
    "stored_models": evaluations.stored_models,
}
WITH_NOTHING = {
    "groups": ("group", "datasets"),
    "metric_choices": ("dataset",),
    "run_metric": ("group", "reason", "dataset_name"),
    "cell_runs": ("reason", "measured_on", "activation"),
    "models": ("dataset_name",),
    "model_checksums": ("trained_on",),
    "run_metrics": ("dataset",),
    "compared_runs": ("group", "dataset_name"),
    "unfinished": ("group", "reason"),
    "stored_models": ("group", "dataset_name", "model_file"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_text_is_none(catalogue: duckdb.DuckDBPyConnection, name: str) -> None:
    table: pd.DataFrame = TABLES[name](catalogue)
    for column in WITH_NOTHING.get(name, ()):
        assert any(value is None for value in table[column]), column
    for column in table:
        if not pd.api.types.is_object_dtype(table[column].dtype) and not pd.api.types.is_string_dtype(table[column]):
            continue
        assert not any(isinstance(value, float) for value in table[column].tolist()), column


def test_texts_numbers_and_truths_keep_their_types() -> None:
    table = pa.table(
        {
            "text": pa.chunked_array([["a", None], ["a"]]),
            "whole": pa.array([1, None, 2]),
            "real": [1.5, None, 2.5],
            "truth": [True, None, False],
        }
    )
    found = pandas(table)
    assert found.dtypes.astype(str).tolist() == ["object", "Int64", "float64", "boolean"]
    assert found["text"].tolist() == ["a", None, "a"]
    assert pandas(table.slice(0, 0)).columns.tolist() == ["text", "whole", "real", "truth"]
