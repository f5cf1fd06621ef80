"""The Scatter page: what it says and draws, what its links hold, and what happens to runs without numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pages.shared.relations.scatter_text import answer, used
from pages.shared.text import spoken
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, sample_run, seed_study_runs
from tests.app.test_pages import words

PAGE = "pages/scatter.py"
ERROR = "metric:acceleration_error:complex_TBP_planar_10_test:test"


def test_it_begins_with_the_error_of_the_newest_group(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE)
    assert [app.selectbox(key=key).value for key in ("x", "y")] == ["seed", ERROR]
    assert app.query_params["group"] == "sweep-seeds-v2"
    assert "20 of 20 matched runs on the axes." in words(app)
    assert len(app.get("vega_lite_chart")) == 1


def test_a_link_holds_all_choices_and_lost_runs_are_counted(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE, group="sweep-width", x="width", y=ERROR, colour="seed", log_x="off")
    assert not app.toast
    assert [app.selectbox(key=key).value for key in ("x", "y", "colour")] == ["width", ERROR, "seed"]
    assert app.toggle(key="log_x").value is False
    said = words(app)
    assert "36 of 40 matched runs on the axes; not finite or unset, in the strips: 2 diverged, 1 " in said
    assert "too few different values (5 settings) to say how they go together" in said


def test_a_run_in_the_link_is_shown_with_its_curves(sample_store: Path, open_app: Open) -> None:
    run_id = seed_study_runs()[3].run_id
    app = open_app(sample_store, PAGE, group="sweep-seeds-v2", run=run_id)
    assert f"**seed 3** · run `{run_id}`" in words(app)
    assert len(app.get("vega_lite_chart")) > 1


def test_a_metric_with_zeros_has_a_linear_axis_and_says_so(sample_store: Path, open_app: Open) -> None:
    zeros = "metric:radial_sign_violation_pct:complex_TBP_planar_10_test:test"
    app = open_app(sample_store, PAGE, group="sweep-width", x="width", y=zeros)
    assert "Linear: outward accelerations (%) on complex_TBP_planar_10_test." in spoken(words(app))


@pytest.mark.parametrize(("x", "y"), [("activation", ERROR), ("run:created_at", ERROR), ("seed", "run:state")])
def test_names_and_times_can_be_axes(sample_store: Path, open_app: Open, x: str, y: str) -> None:
    app = open_app(sample_store, PAGE, group="sweep-width", x=x, y=y)
    assert not app.toast
    assert len(app.get("vega_lite_chart")) == 1


def test_one_run_and_all_runs_diverged(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("lonely", 5, 7.0), *(sample_run("bad", s, float("nan")) for s in range(3))])
    assert "too few different values" in words(open_app(tmp_path, PAGE, group="lonely"))
    said = words(open_app(tmp_path, PAGE, group="bad"))
    assert "0 of 3 matched runs on the axes; not finite or unset, in the strips: 3 diverged." in said


def test_the_answer_tells_a_relation_from_none() -> None:
    rng = np.random.default_rng(1)
    settings = pd.Series(np.arange(300) // 5)
    x = rng.standard_normal(60)[settings]
    same = answer(pd.DataFrame({"x": x, "y": x**3}), "a", "b", settings)
    assert same.startswith("b rises as a grows: rank correlation **+1.00")
    assert same.endswith(", 60 settings, 300 runs)")
    told = answer(pd.DataFrame({"x": x, "y": rng.standard_normal(300)}), "a", "b", settings)
    assert told.startswith("b and a: no clear relation")
    alone = answer(pd.DataFrame({"x": x, "y": x}), "a", "b", pd.Series(np.zeros(300)))
    assert alone.endswith("300 runs of one setting)")
    names = pd.DataFrame({"x": ["u", "v"], "y": [1.0, 2.0]})
    assert answer(names, "a", "b", settings) == "b by a"
    assert used(names.assign(state=["finished", "crashed"]), np.array([True, False])).endswith(
        "in the strips: 1 crashed."
    )
