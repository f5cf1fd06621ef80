"""Saved views in the sidebar: saved by one person, opened by another; what the team tags is found."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from store.annotations import add_note, add_tag
from store.views import save_view, saved_views
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs

SEEDING = "pages/seeding.py"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    publish_runs(tmp_path, [*seed_study_runs(), *width_study_runs()])
    return tmp_path


def links(app: AppTest) -> dict[str, str]:
    """The saved views in the sidebar with the queries of their links."""
    found = [link.proto for link in app.sidebar.get("page_link")]
    return {link.label: link.query_string for link in found}


def matching(app: AppTest) -> str:
    return str(app.sidebar.markdown[0].value)


def test_a_view_that_one_saves_another_opens(store: Path, open_app: Open) -> None:
    app = open_app(store, SEEDING, **{"group": "sweep-width", "p.width": "16", "log": "off"})
    app.text_input(key="view_name").set_value("Narrow models")
    app.button[[b.label for b in app.button].index("Save")].click().run()
    assert not app.exception
    assert app.toast[0].value == "Saved for the team: Narrow models."
    (view,) = saved_views(store)
    assert view.page == "seeding"
    assert view.query["p.width"] == ["16"] and view.query["log"] == ["off"]

    other = open_app(store)
    assert set(links(other)) == {"Narrow models"}
    assert "p.width=16" in links(other)["Narrow models"]
    fresh = open_app(store, SEEDING, **{key: values[0] for key, values in view.query.items()})
    assert matching(fresh) == matching(app) == "**8 of 60 runs match**"


def test_a_name_that_is_taken_is_said(store: Path, open_app: Open) -> None:
    save_view(store, "mine", "seeding", {"group": ["sweep-width"]}, "ada")
    app = open_app(store, SEEDING)
    app.text_input(key="view_name").set_value("Mine")
    app.button[[b.label for b in app.button].index("Save")].click().run()
    said = app.toast[0].value.replace("\\", "")
    assert said == "There is a view called 'Mine' already: choose another name, or delete that one."
    assert app.text_input(key="view_name").value == "Mine"


def test_a_view_is_deleted(store: Path, open_app: Open) -> None:
    for name in ("one", "two"):
        save_view(store, name, "seeding", {}, "ada")
    app = open_app(store)
    assert app.button(key="delete_view").disabled
    app.selectbox(key="view_to_delete").select("one").run()
    app.button(key="delete_view").click().run()
    assert not app.exception
    assert set(links(app)) == {"two"}


def test_a_view_of_everything_does_not_go_on_with_the_filter_before(store: Path, open_app: Open) -> None:
    save_view(store, "all", "seeding", {"log": ["off"]}, "ada")
    save_view(store, "gone", "no_such_page", {}, "ada")
    assert links(open_app(store)) == {"all": "log=off&group=%2A"}


def test_tags_and_notes_of_the_team_are_found(store: Path, open_app: Open) -> None:
    first, second = (f"mlds-lab/neuralODEs/{record.run_id}" for record in seed_study_runs()[:2])
    add_tag(store, first, "keep", "ada")
    app = open_app(store, SEEDING)
    assert "keep (0)" in app.multiselect(key="tag").options
    app.multiselect(key="tag").set_value(["keep"]).run()
    assert not app.exception
    assert matching(app) == "**1 of 60 runs match**"
    app.multiselect(key="tag").set_value([]).run()
    app.text_input(key="text").set_value("PERIAPSIS").run()
    assert matching(app) == "**0 of 60 runs match**"
    add_note(store, second, "Wild near periapsis.", "ada")
    assert matching(app.run()) == "**1 of 60 runs match**"
