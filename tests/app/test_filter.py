"""The filter in the sidebar: what it finds, that a link shows the same, and that it goes from page to page."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import Open
from tests.app.sample_runs import CREATED, publish_runs, sample_run, seed_study_runs

SEEDING, HOME, SENSITIVITY = "pages/seeding.py", "pages/home.py", "pages/sensitivity.py"


def words(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "info", "warning", "error", "code", "subheader")
    return "\n".join(element.value for kind in kinds for element in app.get(kind))


def query(app: AppTest) -> dict[str, list[str]]:
    """The URL, each key with its values."""
    return {key: [v] if isinstance(v := app.query_params[key], str) else list(v) for key in app.query_params}


def again(open_app: Open, store: Path, page: str, app: AppTest) -> AppTest:
    """What a fresh browser shows of a page's URL."""
    return open_app(store, page, **{key: app.query_params[key] for key in app.query_params})


def test_a_parameter_is_chosen_then_its_values(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-width")
    assert "**40 of 60 runs match**" in words(app)
    assert app.multiselect(key="parameters").options[0] == "width"  # those that vary come first
    app.multiselect(key="parameters").set_value(["width"]).run()
    values = app.multiselect(key="values of width")
    assert values.options == ["8 (8)", "16 (8)", "32 (8)", "64 (8)", "128 (8)"]
    values.set_value(["16", "64"]).run()
    assert not app.exception
    assert query(app)["p.width"] == ["16", "64"]
    assert "**16 of 60 runs match**" in words(app)
    assert "14 of 16 matched runs used (not used: 1 crashed, 1 running)." in words(app)
    fresh = again(open_app, sample_store, SEEDING, app)
    assert words(fresh) == words(app)
    assert fresh.multiselect(key="values of width").value == ["16", "64"]
    fresh.multiselect(key="parameters").set_value([]).run()
    assert "p.width" not in query(fresh)
    assert "**40 of 60 runs match**" in words(fresh)


def test_a_number_of_many_values_is_filtered_by_range(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-seeds-v2")
    app.multiselect(key="parameters").set_value(["seed"]).run()
    assert app.number_input(key="seed from").placeholder == "0"
    assert app.number_input(key="seed to").placeholder == "19"
    app.number_input(key="seed from").set_value(5).run()
    assert query(app)["p.seed"] == ["5.."]
    app.number_input(key="seed to").set_value(9).run()
    assert query(app)["p.seed"] == ["5..9"]
    assert "**5 of 60 runs match**" in words(app)
    assert "5 of 5 matched runs used." in words(app)
    app.number_input(key="seed from").set_value(None).run()
    assert query(app)["p.seed"] == ["..9"]
    app.number_input(key="seed to").set_value(None).run()
    assert "p.seed" not in query(app)


def test_states_text_tags_and_dates(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, HOME)
    assert "60 of 60 runs match" in words(app)
    app.multiselect(key="state").set_value(["diverged", "crashed"]).run()
    assert "**3 of 60 runs match**" in words(app)
    app.text_input(key="text").set_value("no such thing").run()
    assert "No run of this store matches the filter in the sidebar: state diverged or crashed; text" in words(app)
    app.button(key="clear_filter_here").click().run()
    assert "60 of 60 runs match" in words(app)
    assert query(app) == {}
    app.text_input(key="text").set_value("SEEDS-V2").run()
    assert "**20 of 60 runs match**" in words(app)
    app.text_input(key="text").set_value("").run()
    day = CREATED.date()
    app.date_input(key="from").set_value(day - timedelta(days=1)).run()
    assert "**20 of 60 runs match**" in words(app)
    assert query(app) == {"from": [(day - timedelta(days=1)).isoformat()]}
    assert "**20 of 60 runs match**" in words(again(open_app, sample_store, HOME, app))


def test_runs_that_lack_a_key_are_found_as_unset(tmp_path: Path, open_app: Open) -> None:
    records = [sample_run("old", seed, 7.0 + seed, parameters={"atol": 1e-8} if seed else None) for seed in range(3)]
    publish_runs(tmp_path, records)
    app = open_app(tmp_path, SEEDING)
    app.multiselect(key="parameters").set_value(["atol"]).run()
    assert app.multiselect(key="values of atol").options == ["1e-08 (2)", "(unset) (1)"]
    app.multiselect(key="values of atol").set_value(["(unset)"]).run()
    assert query(app)["p.atol"] == ["(unset)"]
    assert "**1 of 3 runs match**" in words(app)
    assert "1 of 1 matched run used." in words(again(open_app, tmp_path, SEEDING, app))


def test_an_unknown_parameter_in_a_link_is_one_sentence(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, **{"p.widht": "16"})
    assert r"parameter 'widht' \(did you mean 'width'?\)\: leave it out." in words(app)
    assert not app.error
    app.button(key="clear_filter_here").click().run()
    assert "20 of 20 matched runs used." in words(app)


def test_a_value_that_is_none_is_said_and_left_out(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, **{"group": "sweep-width", "p.width": "wide"})
    assert app.toast[0].value == "width: wide is no value of it, so it is left out."
    assert "p.width" not in query(app)
    assert "**40 of 60 runs match**" in words(app)


def test_all_groups_can_be_meant_on_a_page_that_begins_with_one(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING)
    assert query(app)["group"] == ["sweep-seeds-v2"]
    app.multiselect(key="group").set_value([]).run()
    assert query(app)["group"] == ["*"]
    assert "**60 of 60 runs match**" in words(app)
    assert "49 of 60 matched runs used" in words(again(open_app, sample_store, SEEDING, app))
    app.multiselect(key="group").set_value(["sweep-width", "sweep-seeds-v2"]).run()
    assert query(app)["group"] == ["sweep-width", "sweep-seeds-v2"]
    app.button(key="clear_filter").click().run()
    assert query(app)["group"] == ["sweep-seeds-v2"]


def test_the_filter_goes_from_page_to_page(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, **{"group": "sweep-width", "state": "finished", "p.width": "32"})
    app.query_params.clear()  # as the menu of pages does
    app.switch_page(SENSITIVITY).run()
    assert not app.exception
    assert query(app)["group"] == ["sweep-width"]
    assert query(app)["p.width"] == ["32"]
    assert "**8 of 60 runs match**" in words(app)
    app.query_params.clear()
    app.switch_page(HOME).run()
    assert "**8 of 60 runs match**" in words(app)  # Home lists the groups itself; the width is what restricts
    app.button(key="clear_filter").click().run()
    assert query(app) == {}
    app.switch_page(SEEDING).run()
    assert query(app)["group"] == ["sweep-seeds-v2"]


def test_the_group_that_a_page_begins_with_is_no_choice(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING)
    assert query(app)["group"] == ["sweep-seeds-v2"]
    app.query_params.clear()
    app.switch_page("pages/generalisation.py").run()
    assert not app.exception
    assert "group" not in query(app)
    assert "**60 of 60 runs match**" in words(app)


def test_group_by_everything_except(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, SEEDING, group="sweep-width")
    assert "in 5 settings on" in words(app)
    assert app.multiselect(key="except").value == ["seed", "split_seed", "init_seed", "batch_seed"]
    app.multiselect(key="except").set_value(["seed", "split_seed", "init_seed", "batch_seed", "width"]).run()
    assert not app.exception
    assert app.dataframe[0].value["setting"].tolist() == ["all runs"]
    assert "36 runs on" in words(app)
    assert words(again(open_app, sample_store, SEEDING, app)) == words(app)
    app.multiselect(key="except").set_value([]).run()
    assert query(app)["except"] == ["none"]
    assert "36 runs in 36 settings on" in words(app)


def test_runs_of_merged_settings_are_no_repetitions_of_each_other(sample_store: Path, open_app: Open) -> None:
    link = {"group": "sweep-width", "except": "seed"}
    assert "36 of 40 matched runs used" in words(open_app(sample_store, SENSITIVITY, **link))
    app = open_app(sample_store, SENSITIVITY, group="sweep-width")
    app.multiselect(key="except").set_value(["seed", "split_seed", "init_seed", "batch_seed", "width"]).run()
    assert not app.exception
    assert "All used runs have the same" in words(app)
    assert "36 of 40 matched runs used" in words(app)


def test_a_store_published_anew_keeps_the_filter(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs(n=10))
    app = open_app(tmp_path, SEEDING, **{"p.seed": "5.."})
    assert "**5 of 10 runs match**" in words(app)
    publish_runs(tmp_path, [*seed_study_runs(n=20), sample_run("newer", 900, 7.0)])
    app.run()
    assert "**15 of 21 runs match**" in words(app)
    assert query(app)["group"] == ["sweep-seeds-v2"]


@pytest.mark.parametrize("page", [HOME, SEEDING, SENSITIVITY, "pages/generalisation.py"])
def test_nothing_matching_is_a_sentence_on_every_page(sample_store: Path, open_app: Open, page: str) -> None:
    app = open_app(sample_store, page, to=date(1999, 1, 1).isoformat())
    assert "No run of this store matches the filter in the sidebar: created to 1999" in words(app)
    assert "**0 of 60 runs match**" in words(app)


def test_more_settings_than_a_chart_can_show_come_in_parts(tmp_path: Path, open_app: Open) -> None:
    records = [
        sample_run("many", seed, 5.0 + width / 10, parameters={"width": width}, history=False)
        for width in range(1, 46)
        for seed in range(2)
    ]
    publish_runs(tmp_path, records)
    app = open_app(tmp_path, SEEDING)
    assert "Below are settings 1 to 40 of 45: 80 of 90 matched runs." in words(app)
    assert "80 of 80 matched runs used." in words(app)
    assert app.dataframe[0].value["setting"].tolist()[0::39] == ["width 1", "width 40"]
    app.selectbox(key="part").select("1").run()
    assert not app.exception
    assert app.dataframe[0].value["setting"].tolist() == [f"width {width}" for width in range(41, 46)]
    assert query(app)["part"] == ["1"]
    assert words(again(open_app, tmp_path, SEEDING, app)) == words(app)
    linked = open_app(tmp_path, SEEDING, run=records[-1].run_id)
    assert query(linked)["part"] == ["1"]
    assert not linked.toast
    linked.multiselect(key="parameters").set_value(["width"]).run()
    linked.number_input(key="width to").set_value(10).run()
    assert "part" not in query(linked)
    assert "20 of 20 matched runs used." in words(linked)
