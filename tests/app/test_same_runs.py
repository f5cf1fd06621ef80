"""All pages about one metric use the same runs, and say so in the same words, for one link."""

import re
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, sample_run
from tests.app.test_pages import words
from tests.factories import old_run

PAGES = ("seeding", "sensitivity", "architecture", "segment_ratio")
ACCOUNT = re.compile(r"\d+ of \d+ matched runs used(?: \([^)]*\))?")


def accounts(app: AppTest) -> set[str]:
    return set(ACCOUNT.findall(words(app)))


def test_a_run_that_was_logged_twice_counts_once_on_every_page(tmp_path: Path, open_app: Open) -> None:
    once = [
        sample_run("twice", seed, 5.0 + width / 16 + seed / 10, parameters={"width": width})
        for width in (16, 32)
        for seed in range(4)
    ]
    again = [replace(run, run_id=f"{run.run_id}-again") for run in once]
    publish_runs(tmp_path, [*once, *again, sample_run("twice", 9, None, state="crashed", parameters={"width": 16})])
    expected = {"8 of 17 matched runs used (not used: 1 crashed, 8 same setting and seed as a later run)"}
    for page in PAGES:
        assert accounts(open_app(tmp_path, f"pages/{page}.py", group="twice")) == expected, page


def test_settings_of_another_program_are_told_apart_on_every_page(tmp_path: Path, open_app: Open) -> None:
    runs = [
        replace(
            old_run(seed),
            run_id=f"{data}{seed}",
            group="hydra",
            config={"seed": seed, "data": data, "model": {"act": "gelu"}},
            summary={"acceleration_error": level * (1 + 0.01 * seed)},
        )
        for data, level in (("leo", 1.0), ("geo", 10.0), ("molniya", 100.0))
        for seed in range(4)
    ]
    publish_runs(tmp_path, runs)
    said = {page: open_app(tmp_path, f"pages/{page}.py", group="hydra") for page in PAGES}
    for page, app in said.items():
        assert accounts(app) == {"12 of 12 matched runs used"}, page
    assert "12 runs in 3 settings" in words(said["seeding"])
    assert "data matters" in words(said["sensitivity"]).replace("**", "")
    assert {"data"} <= set(open_app(tmp_path, "pages/runs.py", group="hydra").dataframe[0].value)
    assert open_app(tmp_path, "pages/parallel.py", group="hydra").multiselect(key="axis").value == ["extra:data"]
    app = open_app(tmp_path, "pages/architecture.py", group="hydra", x="data", y="none")
    assert "from **1.02 %** (data leo) to **102 %** (data molniya)" in words(app)
