"""The shared filter: which runs it finds, held against a plain search through the records."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from store import queries
from store.connect import StoreError, read_catalogue
from store.filters import EVERYTHING, Range, RunFilter, Value, of_group
from store.records import RunRecord
from tests.factories import TEST, crashed_run, diverged_run, filled_store, old_run, replaced, run_record

NOTES = "It's 100 % ÜBEL; \\ \" and _underscored_"


def made() -> list[RunRecord]:
    """Runs of three groups and of none, in three states, on three days, with odd texts and keys without a column."""
    records = [
        run_record(seed, group=group, parameters={"width": width, "lr_strategy": lr}, run_id=f"{group}-{seed}-{width}")
        for group in ("alpha", "beta's", None)
        for width, lr in ((16, [0.001]), (32, [0.001, 0.0001]), (64, [0.01]))
        for seed in range(2)
    ]
    records += [diverged_run(group="alpha"), crashed_run(group="beta's"), old_run(group="alpha"), old_run(1, flat=True)]
    records[3] = replaced(
        records[3], notes=NOTES, tags=("a tag", "b%"), created_at=datetime(2026, 1, 30, 23, 59, tzinfo=UTC)
    )
    records[4] = replaced(records[4], notes=None, tags=(), name="Grüße", created_at=datetime(2026, 1, 31, tzinfo=UTC))
    return records


RECORDS = made()


def key(record: RunRecord) -> str:
    return f"{record.entity}/{record.project}/{record.run_id}"


def parameters(record: RunRecord) -> dict[str, Any]:
    nested = record.config.get("parameters", record.config)
    return {name: str(value) if isinstance(value, list) else value for name, value in nested.items()}


def state(record: RunRecord) -> str:
    return "diverged" if record.run_id == diverged_run(group="alpha").run_id else record.state


def meets(record: RunRecord, which: RunFilter) -> bool:
    """Whether a filter means a run, told as plainly as can be."""
    has = parameters(record)
    day = record.created_at
    words = [record.run_id, record.name, record.group or "", record.notes or "", *record.tags]
    return (
        (not which.groups or record.group in which.groups)
        and (not which.states or state(record) in which.states)
        and all(fits(has.get(name), wanted) for name, wanted in which.parameters)
        and (which.created_from is None or (day is not None and day >= midnight(which.created_from)))
        and (which.created_to is None or (day is not None and day.date() <= which.created_to))
        and (not which.tags or any(tag in record.tags for tag in which.tags))
        and any(which.text.lower() in word.lower() for word in words)
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def fits(value: Any, wanted: tuple[Value, ...] | Range) -> bool:
    if not isinstance(wanted, Range):
        return value in wanted
    low, high = wanted.low, wanted.high
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("matching") / "store"
    filled_store(store, RECORDS)
    return store


@pytest.fixture
def catalogue(searched: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with read_catalogue(searched) as con:
        yield con


def found(con: duckdb.DuckDBPyConnection, which: RunFilter) -> list[str]:
    n = queries.count_matching(con, which)
    keys = [row[0] for row in con.sql("SELECT run_key FROM matched ORDER BY ALL").fetchall()]
    assert len(keys) == n
    return keys


def test_everything_is_every_run(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert found(catalogue, EVERYTHING) == sorted(map(key, RECORDS))


ENDS = (None, 16.0, 31.5, 32.0, 64.0, 1e9)
WANTED: dict[str, list[tuple[Value, ...] | Range]] = {
    "width": [(16,), (16, 64), (128,), (None,), (32, None), *(Range(low, high) for low in ENDS for high in ENDS)],
    "rtol": [(1e-6,), (1e-3, None), (None,), Range(1e-7, 1e-5)],
    "lr_strategy": [("[0.001]",), ("[0.001, 0.0001]", "[0.01]")],
    "planar_constraint": [(True,), (False, None)],
    "network": [("mlp_v0",), (None,), ("mlp_v1", None), ("x",)],
}


def some_filter(rng: random.Random) -> RunFilter:
    """A filter with a few of all possible restrictions."""

    def few(*values: Any) -> tuple[Any, ...]:
        return tuple(rng.sample(values, rng.choice((0, 0, 1, 2))))

    return RunFilter(
        groups=few("alpha", "beta's", None, "no such"),
        states=few("finished", "crashed", "diverged", "failed"),
        parameters=tuple((name, rng.choice(WANTED[name])) for name in few(*WANTED)),
        created_from=rng.choice((None, None, date(2026, 1, 28), date(2026, 1, 31))),
        created_to=rng.choice((None, None, date(2026, 1, 28), date(2026, 1, 30))),
        tags=rng.choice(((), (), (), ("seeding",), ("a tag", "b%"), ("none such",))),
        text=rng.choice(("", "", "", "ALPHA", "übel", "it's", "%", "_under", '"', "\\", "quiet-orbit", "seeding")),
    )


def test_a_filter_finds_what_a_plain_search_finds(catalogue: duckdb.DuckDBPyConnection) -> None:
    rng = random.Random(7)
    found_some = 0
    for which in (some_filter(rng) for _ in range(400)):
        expected = sorted(key(record) for record in RECORDS if meets(record, which))
        assert found(catalogue, which) == expected, which
        found_some += 0 < len(expected) < len(RECORDS)
    assert found_some > 50


def test_ends_of_ranges_and_of_days_are_included(catalogue: duckdb.DuckDBPyConnection) -> None:
    def widths(which: Range) -> list[int]:
        runs = queries.run_metric(
            catalogue, RunFilter(parameters=(("width", which),)), "acceleration_error", TEST, "test"
        )
        return sorted(set(runs["width"].tolist()))

    assert widths(Range(16, 32)) == [16, 32]
    assert widths(Range(16.5, 32)) == [32]
    assert widths(Range(low=32)) == [32, 64]
    the_30th = RunFilter(created_from=date(2026, 1, 30), created_to=date(2026, 1, 30))
    assert found(catalogue, the_30th) == [key(RECORDS[3])]


def test_text_is_no_pattern_and_does_not_reach_over_fields(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert found(catalogue, RunFilter(text="100 % ü")) == [key(RECORDS[3])]
    assert found(catalogue, RunFilter(text="GRÜSSE")) == []
    assert found(catalogue, RunFilter(text="grüße")) == [key(RECORDS[4])]
    joined = f"{RECORDS[0].run_id} {RECORDS[0].name}"
    assert found(catalogue, RunFilter(text=joined)) == []


def test_a_parameter_that_no_run_has_is_said_so(catalogue: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(StoreError, match=r"No run of the store has a parameter 'widht' \(did you mean 'width'\?\)"):
        found(catalogue, RunFilter(parameters=(("widht", (16,)),)))
    with pytest.raises(StoreError, match="No run of the store has a parameter 'run_key'"):
        found(catalogue, RunFilter(parameters=(("run_key", ("x",)),)))
    with pytest.raises(StoreError, match="'lr_strategy' is not a number, so it has no range"):
        found(catalogue, RunFilter(parameters=(("lr_strategy", Range(0, 1)),)))


def test_a_range_of_a_key_without_a_column_is_over_its_numbers(tmp_path: Path) -> None:
    values = {"a": 0.5, "b": 2, "c": "3", "d": None, "e": True}
    records = [
        replaced(one, config={**one.config, "parameters": {**one.config["parameters"], "blend": value}})
        for name, value in values.items()
        for one in [run_record(0, run_id=name)]
    ]
    filled_store(tmp_path, [*records, run_record(1, run_id="f")])
    with read_catalogue(tmp_path) as con:

        def ids(wanted: tuple[Value, ...] | Range) -> str:
            return "".join(k[-1] for k in found(con, RunFilter(parameters=(("blend", wanted),))))

        assert ids(Range()) == "ab"
        assert ids(Range(low=1)) == "b"
        assert ids((2, "3")) == "bc"
        assert ids((True,)) == "e"
        assert ids((0.5, None)) == "adf"


def test_queries_are_about_the_runs_that_match(catalogue: duckdb.DuckDBPyConnection) -> None:
    wide = RunFilter(groups=("alpha", None), parameters=(("width", (32, 64)),))
    runs = queries.run_metric(catalogue, wide, "acceleration_error", TEST, "test")
    expected = [record for record in RECORDS if meets(record, wide)]
    assert sorted(runs["run_key"]) == sorted(map(key, expected))
    assert runs["group"].isna().sum() == sum(record.group is None for record in expected)
    one_setting = replace(wide, parameters=(("width", (32,)),))
    assert queries.varying_parameters(catalogue, one_setting) == []
    assert queries.varying_parameters(catalogue, one_setting, ()) == ["seed"]
    assert "width" in queries.varying_parameters(catalogue, wide)
    assert dict(zip(*(queries.groups(catalogue, wide)[c] for c in ("group", "n_runs")), strict=True))["alpha"] == len(
        [record for record in expected if record.group == "alpha"]
    )
    choices = queries.metric_choices(catalogue, replace(wide, states=("crashed",)))
    assert choices.empty
    assert queries.varying_parameters(catalogue, of_group("no such")) == []


def test_what_runs_can_be_filtered_by(catalogue: duckdb.DuckDBPyConnection) -> None:
    choices = queries.filter_choices(catalogue, of_group("alpha"))
    assert dict(choices.states.itertuples(index=False, name=None)) == {"finished": 7, "diverged": 1}
    assert dict(choices.tags.itertuples(index=False, name=None)) == {"seeding": 5, "test": 5, "a tag": 1, "b%": 1}
    known = choices.parameters.set_index("name")
    assert known.loc[["width", "rtol", "planar_constraint", "lr_strategy", "network"], "kind"].tolist() == [
        "whole",
        "number",
        "truth",
        "word",
        "extra",
    ]
    assert known.loc[["width", "seed", "network", "segment_ratio_final"], "varies"].tolist() == [True] * 4
    assert not known.loc["test_file", "varies"]


def test_values_of_a_parameter_with_their_numbers_of_runs(catalogue: duckdb.DuckDBPyConnection) -> None:
    width = queries.parameter_values(catalogue, of_group("alpha"), "width", 10)
    assert width.values == ((16, 2), (32, 2), (64, 4))
    assert (width.n_values, width.low, width.high) == (3, 16, 64)
    rtol = queries.parameter_values(catalogue, of_group("alpha"), "rtol", 10)
    assert rtol.values == ((1e-6, 7), (None, 1))
    most_common = queries.parameter_values(catalogue, of_group("alpha"), "width", 1)
    assert most_common.values == ((64, 4),)
    assert (most_common.n_values, most_common.high) == (3, 64)
    assert queries.parameter_values(catalogue, of_group("alpha"), "network", 10).values == (("mlp_v0", 1), (None, 7))
    assert queries.parameter_values(catalogue, of_group("alpha"), "activation", 10).values[-1] == (None, 1)


def test_each_filter_replaces_the_one_before(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert len(found(catalogue, RunFilter(states=("crashed",)))) == 1
    assert len(found(catalogue, EVERYTHING)) == len(RECORDS)
