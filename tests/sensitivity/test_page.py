"""The Sensitivity page: sentences first, then the chart, a pair with its plan, and details."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.effects import Effects
from orbitsens.sensitivity.importance import importances
from orbitsens.sensitivity.planning import seeds_per_arm
from orbitsens.sensitivity.response import response
from pages.shared.charts.effects import effect_chart, importance_chart
from pages.shared.sensitivity.pair import own_spreads, plan_table, seeds_for
from tests.app.cell_studies import SIZES, size_study_runs
from tests.factories import architecture_group, filled_store, mixed_group, replaced, run_record, seeding_group
from tests.sensitivity.simulated import SD, factorial, random_settings, sweep

ROOT = Path(__file__).resolve().parents[2]
Opened = Callable[..., AppTest]


@pytest.fixture
def open_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Open the page alone, on a store with these records."""

    def opened(records: list[object], **query: str | list[str]) -> AppTest:
        filled_store(tmp_path / "store", records)
        monkeypatch.setenv("ORBITSENS_STORE", str(tmp_path / "store"))
        page = ROOT / "pages" / "sensitivity.py"
        app = AppTest.from_string(
            f"import streamlit as st\nst.navigation([st.Page({str(page)!r}, title='Sensitivity')]).run()",
            default_timeout=240,
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
    return re.sub(r"\\(.)", r"\1", plain.replace("**", ""))


def test_a_sweep_reads_from_the_answer_to_the_plan(open_page: Opened) -> None:
    app = open_page(architecture_group(5, "sizes"), group="sizes")
    said = words(app)
    assert "- width does not matter on average beyond 1.24 times: averaged over the other parameters" in said
    assert "- depth does not matter on average beyond 1.16 times" in said
    assert "Intervals hold for these 10 test orbits" in said
    assert "20 of 20 matched runs used, 95 % level." in said
    assert re.search(
        r"On 5 shared seeds [AB] has [\d.]+ times the acceleration error of [AB] \([\d.]+ to [\d.]+ times; paired "
        r"t test, p",
        said,
    )
    assert "finds a true difference of 25 % in acceleration error with 80 % power" in said
    plan = app.dataframe[0].value
    assert plan["difference to find"].tolist() == ["10 %", "25 %", "50 %", "100 %"]
    assert plan["seeds of each"].is_monotonic_decreasing
    assert (plan["runs"] == 2 * plan["seeds of each"]).all()
    assert [button.label for button in app.get("download_button")] == [
        *("PNG", "SVG", "CSV"),
        button_of_plan(app),
        "Report (Markdown)",
        "Tables (CSV)",
    ]


def button_of_plan(app: AppTest) -> str:
    """What the plan's file costs is on its button."""
    (text,) = (button.label for button in app.get("download_button") if button.label.startswith("Sweep file"))
    assert re.fullmatch(r"Sweep file \(\d+ runs(, about [\d.]+ min)?\)", text)
    return text


def plan_of(app: AppTest) -> str:
    (sentence,) = (element.value for element in app.markdown if "finds a true difference" in element.value)
    return sentence


def test_the_difference_to_plan_for_is_the_readers_and_in_the_link(open_page: Opened) -> None:
    app = open_page(architecture_group(5, "sizes"), group="sizes", difference="40")
    assert "difference of 40 % in acceleration error" in plan_of(app)
    app.number_input(key="difference").set_value(60).run()
    assert not app.exception
    assert app.query_params["difference"] == "60"
    assert "difference of 60 % in acceleration error" in plan_of(app)


def test_the_plan_is_that_of_the_two_settings_own_spreads() -> None:
    table = factorial(
        {"width": [16, 64]}, 8, np.random.default_rng(0), sd=lambda s: SD * (3 if s["width"] == 64 else 1)
    )
    found = response(table, ["width"])
    sds = own_spreads(found, ("width 16", "width 64"))
    parts = [part.std() for _, part in found.runs.groupby("width")["y"]]
    assert sds == pytest.approx(tuple(parts))
    n = seeds_for(50, sds, 0.0, True, 0.0)
    assert n == seeds_per_arm(np.log10(1.5), sds, correlation=0.0)
    (row,) = plan_table([50], sds, 0.0, True, 0.0, 0.5).to_dict("records")
    assert row == {"difference to find": "50 %", "seeds of each": n, "runs": 2 * n, "training (min)": round(n * 1.0, 1)}
    assert seeds_for(1, (9.0, 9.0), 0.0, True, 0.0) is None


def test_settings_that_share_no_seed_are_planned_for_all_the_same(open_page: Opened) -> None:
    narrow = [run_record(seed, group="apart", parameters={"width": 16}) for seed in range(3)]
    wide = [run_record(seed, group="apart", parameters={"width": 64}) for seed in range(3, 6)]
    app = open_page([*narrow, *wide], group="apart")
    assert "share 0 seeds" in words(app)
    assert "(nothing shows yet that sharing seeds helps)" in plan_of(app)


def test_runs_that_differ_in_what_makes_no_setting_are_no_repetitions_of_each_other(open_page: Opened) -> None:
    runs = architecture_group(5, "sizes")
    again = replaced(runs[0], run_id="again", created_at=runs[0].created_at + timedelta(days=1))
    app = open_page([*runs, again], group="sizes", **{"except": ["seed", "width"]})
    assert "20 of 21 matched runs used (not used: 1 same setting and seed as a later run)" in words(app)
    answers = [line for line in words(app).splitlines() if line.startswith("- ")]
    assert answers[0].startswith("- depth")
    assert not any(line.startswith("- width") for line in answers)
    assert "On 5 shared seeds" in words(app)


def test_sobol_indices_are_shown_where_a_surrogate_earns_them(open_page: Opened) -> None:
    app = open_page(size_study_runs(), group=SIZES)
    assert "Sobol indices: the share" not in words(app)
    app.toggle(key="importance").set_value(True).run()
    assert not app.exception
    assert app.query_params["importance"] == "on"
    assert "Sobol indices: the share of the variance that a parameter causes alone" in words(app)
    assert re.search(r"held-out R2 0\.\d\d; about 95 % intervals", words(app))


def test_verdicts_are_bold(open_page: Opened) -> None:
    said = "\n".join(element.value for element in open_page(architecture_group(5, "sizes"), group="sizes").markdown)
    assert r"- **width does not matter on average beyond 1.24 times**\: averaged over" in said
    assert "- The seed alone" in said or "- The [seed" in said


def test_the_seeding_study_says_what_is_missing(open_page: Opened) -> None:
    said = words(open_page(seeding_group(6)))
    assert "All used runs have the same setting" in said
    assert "The seed alone moves the acceleration error by" in said


def test_runs_in_every_state_are_counted(open_page: Opened) -> None:
    assert "1 crashed, 1 diverged, 1 failed, 1 killed" in words(open_page(mixed_group()))


def test_charts_show_the_margin_and_the_band() -> None:
    rng = np.random.default_rng(0)
    table = factorial({"width": [16, 64], "depth": [1, 2]}, 5, rng, lambda s: 4 * SD * (s["width"] == 16))
    found = analyse(table, ["width", "depth"]).effects
    assert isinstance(found, Effects)
    drawn = effect_chart(found, "light").to_dict()
    values = [row for data in drawn["datasets"].values() for row in data]
    assert {"at": 1.25} in values
    (width,) = (row for row in values if row.get("parameter") == "width")
    row = found.table.set_index("parameter").loc["width"]
    assert width["verdict"] == "matters"
    assert [width[name] for name in ("low", "effect", "high", "bound")] == pytest.approx(
        [10 ** row[name] for name in ("decides_low", "effect", "decides_high", "bound")]
    )
    assert width["low"] > 1.0  # the interval that decides
    settings = random_settings(20, rng)
    importance = importances(response(sweep(settings, 2, rng), list(settings[0])))
    drawn = importance_chart(importance, "dark").to_dict()
    assert {"at": importance.table["band"].max()} in [row for data in drawn["datasets"].values() for row in data]
