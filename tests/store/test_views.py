"""Saved views: under a name, by whom and when; shared, never half written, never overwritten."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.errors import StoreError
from store.views import FOLDER, delete_view, save_view, saved_views

QUERY = {"group": ["a", "b"], "p.width": ["16..64"]}


def test_a_view_is_found_as_it_was_saved(tmp_path: Path) -> None:
    save_view(tmp_path, "  Größe und\tBatch ", "seeding", QUERY, "ada@lab.org")
    (view,) = saved_views(tmp_path)
    assert (view.name, view.page, view.query, view.who) == ("Größe und Batch", "seeding", QUERY, "ada@lab.org")
    assert abs((datetime.now(UTC) - view.at).total_seconds()) < 60


def test_views_are_in_alphabetical_order_and_can_be_deleted(tmp_path: Path) -> None:
    assert saved_views(tmp_path) == []
    for name in ("beta", "Alpha", "日本", "日 本"):
        save_view(tmp_path, name, "", {}, "ada")
    assert [view.name for view in saved_views(tmp_path)] == ["Alpha", "beta", "日 本", "日本"]
    delete_view(tmp_path, "日本")
    delete_view(tmp_path, "日本")
    assert [view.name for view in saved_views(tmp_path)] == ["Alpha", "beta", "日 本"]


def test_a_name_is_taken_once_whatever_its_case(tmp_path: Path) -> None:
    save_view(tmp_path, "mine", "seeding", QUERY, "ada")
    with pytest.raises(StoreError, match="There is a view called 'Mine' already: choose another name"):
        save_view(tmp_path, "Mine", "runs", {}, "bob")
    (view,) = saved_views(tmp_path)
    assert view.who == "ada"


def test_of_many_who_save_one_name_at_once_one_succeeds(tmp_path: Path) -> None:
    def save(who: int) -> bool:
        try:
            save_view(tmp_path, "wanted", "seeding", QUERY, f"person {who}")
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(save, range(8)))
    assert saved.count(True) == 1
    assert saved_views(tmp_path)[0].who == f"person {saved.index(True)}"
    assert [path.suffix for path in (tmp_path / FOLDER).iterdir()] == [".json"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="A view's name has from 1 to 80 letters"):
        save_view(tmp_path, name, "seeding", {}, "ada")


def test_names_stay_inside_the_folder(tmp_path: Path) -> None:
    save_view(tmp_path / "store", "../../etc/passwd", "seeding", {}, "ada")
    assert [path.parent for path in tmp_path.rglob("*.json")] == [tmp_path / "store" / FOLDER]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "x"}', '{"name": "x", "page": "", "query": 3, "who": 1}'])
def test_a_file_that_is_no_view_hides_no_other(tmp_path: Path, content: str) -> None:
    save_view(tmp_path, "good", "seeding", QUERY, "ada")
    (tmp_path / FOLDER / "bad.json").write_text(content)
    assert [view.name for view in saved_views(tmp_path)] == ["good"]


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file in the way")
    with pytest.raises(StoreError, match="the view is not saved"):
        save_view(tmp_path, "mine", "seeding", QUERY, "ada")
    assert os.listdir(tmp_path) == [FOLDER]  # noqa: PTH208
