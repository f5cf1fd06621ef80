"""The Sensitivity page: sentences first, then the chart, a pair with its plan, and details."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.effects import Effects
from orbitsens.sensitivity.importance import importances
from orbitsens.sensitivity.response import response
from pages.shared.charts.effects import effect_chart, importance_chart
from tests.factories import architecture_group, filled_store, mixed_group, seeding_group
from tests.sensitivity.simulated import SD, factorial, random_settings, sweep

ROOT = Path(__file__).resolve().parents[2]
Opened = Callable[..., AppTest]


@pytest.fixture
def open_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Open the page alone, on a store with these records."""

    def opened(records: list[object], **query: str) -> AppTest:
        filled_store(tmp_path / "store", records)
        monkeypatch.setenv("ORBITSENS_STORE", str(tmp_path / "store"))
        page = ROOT / "pages" / "sensitivity.py"
        app = AppTest.from_string(
            f"import streamlit as st\nst.navigation([st.Page({str(page)!r}, title='Sensitivity')]).run()",
            default_timeout=60,
        )
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        return app

    return opened


def words(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "info", "warning", "subheader")
    text = "\n".join(element.value for kind in kinds for element in app.get(kind))
    plain = re.sub(r"\[([^\]]+)\]\(help#[^)]*\)", r"\1", text)  # terms without what they show on hover
    return re.sub(r"\\(.)", r"\1", plain)


def test_a_sweep_reads_from_the_answer_to_the_plan(open_page: Opened) -> None:
    app = open_page(architecture_group(5, "sizes"), group="sizes")
    said = words(app)
    assert "- width: cannot tell with these runs; 32 has 8.2 % more acceleration error than 64" in said
    assert "- depth does not matter beyond 18 %" in said
    assert "20 of 20 matched runs used, 95 % level." in said
    assert re.search(
        r"On 5 shared seeds [AB] has [\d.]+ % more acceleration error than [AB] \(-?[\d.]+ % to [\d.]+ %;", said
    )
    assert "with 80 % power at the 5 % level" in said
    assert [button.label for button in app.get("download_button")] == [
        "Sweep file",
        "Report (Markdown)",
        "Tables (CSV)",
    ]


def test_the_seeding_study_says_what_is_missing(open_page: Opened) -> None:
    said = words(open_page(seeding_group(6)))
    assert "All used runs have the same setting" in said
    assert "The seed alone moves the acceleration error by" in said


def test_runs_in_every_state_are_counted(open_page: Opened) -> None:
    assert "1 crashed, 1 diverged, 1 failed, 1 killed" in words(open_page(mixed_group()))


def test_charts_show_the_floor_and_the_band() -> None:
    rng = np.random.default_rng(0)
    table = factorial({"width": [16, 64], "depth": [1, 2]}, 5, rng, lambda s: 4 * SD * (s["width"] == 16))
    found = analyse(table, ["width", "depth"]).effects
    assert isinstance(found, Effects)
    drawn = effect_chart(found, "light").to_dict()
    values = [row for data in drawn["datasets"].values() for row in data]
    assert {"at": 1.0} in values
    (width,) = (row for row in values if row.get("parameter") == "width")
    assert width["verdict"] == "matters"
    assert width["low"] < width["effect"] < width["high"]
    settings = random_settings(20, rng)
    importance = importances(response(sweep(settings, 2, rng), list(settings[0])))
    drawn = importance_chart(importance, "dark").to_dict()
    assert {"at": importance.table["band"].max()} in [row for data in drawn["datasets"].values() for row in data]
