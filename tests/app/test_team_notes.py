"""Tags and notes of the team on the page of runs: who writes them, and who reads them."""

from pathlib import Path

import pytest

from store.annotations import annotations
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, seed_study_runs
from tests.app.test_runs_page import RUNS, SEEDS, table, words


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada looks, and may edit."""
    monkeypatch.setattr("pages.shared.access.role", lambda: "editor")
    monkeypatch.setattr("pages.shared.runs.said.who", lambda: "ada")


@pytest.mark.usefixtures("editor")
def test_a_note_is_kept_shown_and_taken_back(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs()[:2])
    key = f"mlds-lab/neuralODEs/{SEEDS[0]}"
    app = open_app(tmp_path, RUNS, run=SEEDS[0], columns=["run:notes", "run:tags"])
    app.text_area[0].input("Looks *odd*\nafter step 200")
    app.button(key=f"FormSubmitter:note_{key}-Add the note").click().run()
    assert not app.exception
    assert r"Looks \*odd\*  " + "\nafter step 200" in words(app)
    assert annotations(tmp_path)[key].notes[0].who == "ada"
    assert "Looks *odd*\nafter step 200" in table(app)["notes"].tolist()
    app.button(key=f"take_back_{annotations(tmp_path)[key].notes[0].id}").click().run()
    assert not app.exception
    assert key not in annotations(tmp_path)
    assert "Looks" not in words(app)


@pytest.mark.usefixtures("editor")
def test_an_empty_note_is_refused_in_a_sentence(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs()[:1])
    app = open_app(tmp_path, RUNS, run=SEEDS[0])
    app.button(key=f"FormSubmitter:note_mlds-lab/neuralODEs/{SEEDS[0]}-Add the note").click().run()
    assert "A note has from 1 to 10,000 letters" in app.error[0].value


@pytest.mark.usefixtures("editor")
def test_tags_are_put_on_and_taken_off(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs()[:2])
    key = f"mlds-lab/neuralODEs/{SEEDS[0]}"
    app = open_app(tmp_path, RUNS, run=SEEDS[0], columns=["run:tags"])
    app.multiselect(key=f"tags_{key}").set_value(["odd", "for the paper"]).run()
    assert not app.exception
    assert annotations(tmp_path)[key].tags == ("for the paper", "odd")
    assert ["sample", "for the paper", "odd"] in table(app)["tags"].map(list).tolist()
    app.multiselect(key=f"tags_{key}").set_value(["odd"]).run()
    assert annotations(tmp_path)[key].tags == ("odd",)


def test_viewers_read_and_do_not_write(tmp_path: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_runs(tmp_path, seed_study_runs()[:1])
    monkeypatch.setattr("pages.shared.access.role", lambda: "viewer")
    app = open_app(tmp_path, RUNS, run=SEEDS[0])
    assert app.text_area[0].disabled
    assert app.multiselect(key=f"tags_mlds-lab/neuralODEs/{SEEDS[0]}").disabled
