"""Runs with missing, unknown and refused keys: nothing is lost, nothing is filled in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.queries import RunDetail
from store.records import RunRecord
from tests.factories import TRAIN, filled_store, old_run, run_record


def stored(store: Path, *records: RunRecord) -> list[RunDetail]:
    filled_store(store, records)
    with read_catalogue(store) as con:
        return [queries.run(con, f"{r.entity}/{r.project}/{r.run_id}") for r in records]


@pytest.mark.parametrize("flat", [False, True])
def test_a_key_that_was_not_logged_is_unset_and_one_that_is_unknown_is_kept(store: Path, flat: bool) -> None:
    (detail,) = stored(store, old_run(3, flat=flat))
    logged = {key: value for key, value in detail.parameters.items() if value is not None}
    assert logged == {
        "dataset_name": TRAIN,
        "problem": "2BP",
        "seed": 3,
        "width": 64,
        "depth": 3,
        "lr_strategy": "[0.001, 0.0001]",
        "segment_ratio_final": 5.0,
    }
    assert detail.parameters["activation"] is None
    assert detail.extra_parameters == {"network": "mlp_v0"}
    assert detail.model_problem == "The artifact was deleted."


def test_flat_and_nested_configs_are_the_same_setting(store: Path) -> None:
    nested, flat = old_run(0), replace(old_run(0, flat=True), run_id="flat")
    one, two = stored(store, nested, flat)
    assert (one.setting_hash, one.config_hash) == (two.setting_hash, two.config_hash)


def test_settings_of_old_runs_differ_by_everything_but_the_seed(store: Path) -> None:
    other = old_run(0)
    config: dict[str, Any] = {**other.config, "parameters": {**other.config["parameters"], "network": "mlp_v1"}}
    one, two, three = stored(store, old_run(0), old_run(1), replace(other, run_id="other", config=config))
    assert one.setting_hash == two.setting_hash != three.setting_hash
    assert one.config_hash != two.config_hash


def test_logged_hashes_are_kept(store: Path) -> None:
    record = run_record(0)
    (detail,) = stored(store, record)
    assert detail.setting_hash == record.config["orbitsens"]["setting_hash"]
    assert detail.config_hash == record.config["orbitsens"]["config_hash"]


@pytest.mark.parametrize(("key", "value"), [("width", "wide"), ("activation", "my_relu"), ("width", 2**70)])
def test_a_known_key_with_a_refused_value_is_kept_as_an_extra_one(store: Path, key: str, value: object) -> None:
    record = run_record(0)
    config = {**record.config, "parameters": {**record.config["parameters"], key: value}}
    (detail,) = stored(store, replace(record, config=config))
    assert detail.parameters[key] is None
    assert detail.extra_parameters == {key: value}
    assert detail.config["parameters"][key] == value


def test_a_run_without_anything_is_a_run(store: Path) -> None:
    bare = replace(
        old_run(0), config={}, summary={}, group=None, created_at=None, finished_at=None, model=None, notes=None
    )
    (detail,) = stored(store, replace(bare, history=bare.history.slice(0, 0)))
    assert set(detail.parameters.values()) == {None}
    assert (detail.group, detail.created_at, detail.duration, detail.n_history_rows) == (None, None, None, 0)
    assert detail.metrics.empty
    assert not list(store.glob("curves/*"))


def test_not_a_number_in_a_config_is_kept_as_the_text_that_wandb_uses(store: Path) -> None:
    record = run_record(0)
    (detail,) = stored(store, replace(record, config={"a": float("nan"), "b": [float("-inf")]}, summary={"c": 1.0}))
    assert detail.config == {"a": "NaN", "b": ["-Infinity"]}
    assert detail.extra_parameters == {"a": "NaN", "b": ["-Infinity"]}


@pytest.mark.parametrize("text", ["", "naïve ☃ 🛰", "quote ' \" ; DROP TABLE runs --", "line\nbreak\ttab", "null \x00"])
def test_any_text_comes_out_as_it_went_in(store: Path, text: str) -> None:
    record = replace(run_record(0, group=text), name=text, notes=text, tags=(text,), config={"x": {text: text}})
    (detail,) = stored(store, record)
    assert (detail.name, detail.notes, detail.tags, detail.group) == (text, text, (text,), text)
    assert detail.config == {"x": {text: text}}
    with read_catalogue(store) as con:
        assert queries.groups(con)["n_runs"].tolist() == [1]
        assert len(queries.run_metric(con, of_group(text), text, text, text)) == 1
