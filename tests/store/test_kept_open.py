"""A catalogue that a server keeps open, with a connection for each question."""

import shutil
from pathlib import Path

from store import queries
from store.connect import Connection, beside, open_version
from store.filters import EVERYTHING, of_group
from store.records import RunRecord
from tests.factories import filled_store, run_record


def kept_open(store: Path, *records: RunRecord) -> Connection:
    version = filled_store(store, records).version
    assert version is not None
    return open_version(store, version)


def test_each_connection_has_its_own_matching_runs(store: Path) -> None:
    kept = kept_open(store, run_record(0, group="a"), run_record(1, group="a"), run_record(2, group="b"))
    with beside(kept) as one, beside(kept) as other:
        assert queries.count_matching(one, of_group("a")) == 2
        assert queries.count_matching(other, of_group("b")) == 1
        assert one.table("matched").count("*").fetchall() == [(2,)]


def test_questions_go_on_where_the_catalogue_is_let_go_or_its_file_is_removed(store: Path) -> None:
    kept = kept_open(store, run_record(0), run_record(1))
    shutil.rmtree(store)
    with beside(kept) as con:
        del kept
        assert queries.count_matching(con, EVERYTHING) == 2
