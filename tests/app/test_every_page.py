"""What holds for every page: on the shipped studies, on a store of all sorts, on an empty one, without one."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.page_list import PAGES
from store.connect import write_draft
from store.layout import catalogue_path, set_current
from store.location import SHIPPED
from tests.app.conftest import APP, Open
from tests.app.sample_runs import publish_runs, sample_run, seed_study_runs
from tests.app.test_pages import words

FOLDER = APP.parent / "pages"
FILES = [page.file for page in PAGES]
OF_RUNS = [file for file in FILES if file != "pages/help.py"]


def test_every_page_is_in_the_menu_once() -> None:
    assert sorted(FILES) == sorted(f"pages/{file.name}" for file in FOLDER.glob("*.py") if file.stem != "__init__")
    assert len({page.title for page in PAGES}) == len({page.icon for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("file", FILES)
def test_pages_are_short(file: str) -> None:
    assert (APP.parent / file).read_text().count("\n") <= 100


def test_no_sql_in_pages() -> None:
    for file in [APP, *FOLDER.rglob("*.py")]:
        text = file.read_text()
        assert not re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|GROUP BY|ORDER BY)\b|\.(sql|execute)\(", text), file
        assert "duckdb" not in text, file


@pytest.mark.parametrize("file", FILES)
def test_it_opens_on_the_shipped_studies(open_app: Open, file: str) -> None:
    app = open_app(SHIPPED, file)
    assert app.title
    assert not app.error


@pytest.mark.parametrize("file", FILES)
def test_it_opens_on_runs_of_every_state(sample_store: Path, open_app: Open, file: str) -> None:
    app = open_app(sample_store, file, group="sweep-width")
    assert app.title
    assert not app.error


@pytest.mark.parametrize("file", OF_RUNS)
def test_without_a_store_it_says_what_to_do(tmp_path: Path, open_app: Open, file: str) -> None:
    said = words(open_app(tmp_path / "none", file))
    assert "There is no run store at" in said
    assert f"python -m runner sweep runner/sweeps/quickstart.yaml --store {tmp_path / 'none'}" in said


@pytest.mark.parametrize("file", OF_RUNS)
def test_a_store_without_runs_says_what_to_do(tmp_path: Path, open_app: Open, file: str) -> None:
    with write_draft(catalogue_path(tmp_path, 1)):
        set_current(tmp_path, 1)
    said = words(open_app(tmp_path, file))
    assert "holds no run yet" in said
    assert "python -m runner" in said


@pytest.mark.parametrize("file", OF_RUNS)
def test_a_damaged_store_is_one_sentence(tmp_path: Path, open_app: Open, file: str) -> None:
    version = publish_runs(tmp_path, seed_study_runs()[:1])
    assert version is not None
    catalogue_path(tmp_path, version).write_bytes(b"no database")
    app = open_app(tmp_path, file)
    assert len(app.error) == 1
    assert re.search(r"; (restore|sync|update|run) .*\.$", app.error[0].value)
    assert "Traceback" not in app.error[0].value


@pytest.mark.parametrize("file", FILES)
def test_one_run_that_was_never_measured(tmp_path: Path, open_app: Open, file: str) -> None:
    publish_runs(tmp_path, [sample_run("young", 0, None, state="running", history=False)])
    app = open_app(tmp_path, file)
    assert app.title
    assert not app.error


@pytest.mark.parametrize("file", FILES)
def test_nothing_but_diverged_runs(tmp_path: Path, open_app: Open, file: str) -> None:
    publish_runs(tmp_path, [sample_run("bad", seed, float("nan")) for seed in range(3)])
    app = open_app(tmp_path, file)
    assert app.title
    assert not app.error


def test_a_mistake_in_a_page_is_one_sentence_and_its_traceback_is_in_the_log(
    sample_store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ORBITSENS_STORE", str(sample_store))
    with monkeypatch.context() as broken:
        broken.setattr("pages.shared.data.groups", lambda *_: 1 / 0)
        app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert len(app.error) == 1 and not app.exception
    assert app.error[0].value.startswith("This page could not be shown in full, because of a mistake in the app.")
    assert "division by zero" not in app.error[0].value
    (record,) = [record for record in caplog.records if record.name == "orbitsens.app"]
    assert record.exc_info is not None and record.exc_info[0] is ZeroDivisionError
    assert record.getMessage()[:23] in app.error[0].value  # the time that a reader reports
    caplog.clear()
    app.run()
    assert not app.error  # the next visit is well


def test_help_needs_no_store(tmp_path: Path, open_app: Open) -> None:
    app = open_app(tmp_path / "none", "pages/help.py")
    assert "segment ratio" in words(app)
    assert "You are **this machine**, an editor." in words(app)
