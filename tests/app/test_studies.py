"""The studies on the home page: each that the store has, with its question, its answer and its picture."""

import re
from pathlib import Path

import pytest

from pages.shared.page_list import PAGES
from pages.shared.studies.known import STUDIES
from store import queries
from store.connect import read_catalogue
from store.location import SHIPPED
from tests.app.conftest import Open
from tests.app.test_pages import HOME, words

SWEEPS = Path("runner/sweeps")


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.group)
def test_a_study_has_its_page_and_its_sweep_files(study):
    assert f"pages/{study.page}.py" in {page.file for page in PAGES}
    assert study.sweeps and all((SWEEPS / f"{name}.yaml").exists() for name in study.sweeps)


def test_the_shipped_store_has_every_study_and_home_answers_each(open_app: Open) -> None:
    with read_catalogue(SHIPPED) as con:
        assert set(queries.groups(con)["group"]) == {study.group for study in STUDIES}
    app = open_app(SHIPPED, HOME)
    said = words(app)
    assert all(study.question in said for study in STUDIES)
    assert len(app.get("vega_lite_chart")) == len(STUDIES) + 1  # the generalisation has a map of each kind of model
    assert "Not in this store" not in said
    assert "width matters" in said.replace("**", "")
    assert "Share of the feasible area" in said
    assert "The seed alone moves the acceleration error by" in said
    assert "has the smallest acceleration error" in said


def test_what_a_store_lacks_is_said_and_a_store_of_other_groups_lists_them_alone(
    sample_store: Path, open_app: Open
) -> None:
    said = words(open_app(sample_store, HOME))  # has the seeding study and a group of another name
    assert "Not in this store: Model size, Generalisation, Segment ratio, Screening and The best setting found." in said
    assert STUDIES[0].question not in said
    assert "The seed alone moves the acceleration error by" in said


@pytest.mark.parametrize("page", ["pages/home.py", "pages/seeding.py", "pages/sensitivity.py"])
def test_a_best_setting_that_is_a_linear_map_is_called_one_wherever_it_is_named(open_app: Open, page: str) -> None:
    said = words(open_app(SHIPPED, page, **({} if page == "pages/home.py" else {"group": "sweep-best"})))
    assert "its MLP is a linear map of the features" in said
    assert re.search(r"that learns a nonlinear map comes to 0\.15\d %", said)
