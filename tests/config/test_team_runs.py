"""What the team's names meant when: recognised runs, dated layers and metrics, notes."""

from datetime import UTC, date, datetime

import pytest

from orbitsens.config import ConfigError, Data, parse_dataset_name
from orbitsens.config.model_settings import LOADER_DEFAULTS, model_settings
from orbitsens.config.team_notes import assumed_notes, team_notes
from orbitsens.config.team_runs import headline_key, is_team_run, key_as_meant, run_note
from tests.team_files import TEAM_HEAD

NESTED = {"data": {"dataset_name": "complex_TBP_planar_10_train"}, "parameters": TEAM_HEAD}
OWN = {**NESTED, "orbitsens": {"version": "0.1.0"}}
FOREIGN = {"seed": 1, "dataset_name": "mine", "width": 16, "depth": 2, "model": {"act": "gelu"}}
OCTOBER, DECEMBER = datetime(2025, 10, 3, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("config", "team"),
    [
        (NESTED, True),
        ({"dataset_name": "perturbed_2BP_j2_planar_100"}, True),
        ({"lr_strategy": [0.1]}, True),
        (OWN, False),
        ({**NESTED, "fitted": {"length_km": 1.0}}, False),
        (FOREIGN, False),
        ({"parameters": "v2", "data": "leo"}, False),
        ({}, False),
    ],
)
def test_a_run_of_the_team_is_recognised(config, team):
    assert is_team_run(config) is team


@pytest.mark.parametrize(
    ("config", "when", "key"),
    [
        (NESTED, OCTOBER, "derivative_error"),
        (NESTED, date(2025, 11, 30), "derivative_error"),
        (NESTED, DECEMBER, "acceleration_error"),
        (NESTED, None, "undated_acceleration_error"),
        (OWN, OCTOBER, "acceleration_error"),
        (FOREIGN, None, "acceleration_error"),
        (FOREIGN, OCTOBER, "acceleration_error"),
    ],
)
def test_the_headline_of_a_run_is_what_it_measured(config, when, key):
    assert headline_key(config, when) == key


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("acceleration_error", "derivative_error"),
        ("val_acceleration_error", "val_derivative_error"),
        ("test/acceleration_error", "test/derivative_error"),
        ("acceleration_error_max", "acceleration_error_max"),
        ("my-acceleration_error", "my-acceleration_error"),
        ("train_loss", "train_loss"),
    ],
)
def test_keys_that_end_in_the_headline_are_renamed(key, meant):
    assert key_as_meant(key, "derivative_error") == meant


@pytest.mark.parametrize(
    ("name", "when", "read", "assumed"),
    [
        ("mlp_4D", date(2025, 11, 19), "mlp_4D_signed", {"output_layer": "mlp_4D_signed"}),
        ("mlp_4D", date(2025, 11, 20), "mlp_4D", {}),
        ("mlp_4D_activation", date(2025, 11, 24), "mlp_4D_activation", {"output_layer": "mlp_4D_activation"}),
        ("mlp_4D_activation", date(2025, 11, 25), "mlp_4D_activation", {}),
        (
            "mlp_4D_activation",
            date(2025, 11, 26),
            "mlp_4D_activation_sigmoid",
            {"output_layer": "mlp_4D_activation_sigmoid"},
        ),
        ("mlp_simple", None, "std_output_6", {"output_layer": "std_output_6"}),
        ("mlp_simple_hybrid", None, "mlp_simple", {}),
        ("mlp_4D_softplus", None, "mlp_4D_accsoftplus", {}),
    ],
)
def test_the_teams_names_are_read_by_their_dates(name, when, read, assumed):
    settings = model_settings({"parameters": {**TEAM_HEAD, "output_layer": name, "scalar": 1.0}}, when)
    assert (settings.output_layer, settings.assumed, settings.problem) == (read, assumed, None)
    # Read again with what was assumed, without a date: the same.
    again = model_settings({"parameters": {**TEAM_HEAD, "output_layer": name}}, when, {**assumed, "scalar": 1.0})
    assert again.output_layer == read


@pytest.mark.parametrize("name", ["mlp_4D", "mlp_4D_activation"])
def test_without_a_date_a_dated_name_is_a_problem(name):
    settings = model_settings({**TEAM_HEAD, "output_layer": name}, None)
    assert settings.problem and f"its output_layer {name} meant" in settings.problem and "--date" in settings.problem


def test_names_in_orbitsens_own_configs_keep_their_meaning():
    for name in ("mlp_4D", "mlp_4D_activation", "mlp_simple"):
        settings = model_settings({"fitted": {}, "parameters": {**TEAM_HEAD, "output_layer": name}}, date(2025, 1, 1))
        assert (settings.output_layer, settings.assumed, settings.zeroed) == (name, {}, (2, 5))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"output_layer": None}, "its output_layer is None, which is unknown here"),
        ({"feature_layer": ["cartesian"]}, "its feature_layer is"),
        ({"planar_constraint": "yes"}, "its planar_constraint is 'yes'"),
        ({"width": True}, "its width is True"),
        ({"feature_transform": "standardise"}, "its feature_transform is 'standardise', and the numbers of that"),
        ({"final_activation": "my_act"}, "its final_activation is 'my_act'"),
    ],
)
def test_a_value_that_is_unknown_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        model_settings({**TEAM_HEAD, **change}, OCTOBER)


def test_what_was_assumed_is_said():
    config = {"parameters": {"output_layer": "mlp_simple"}}
    notes = assumed_notes(config, LOADER_DEFAULTS | {"output_layer": "std_output_6"})
    missing = "feature_layer rmag_v_and_direction, planar_constraint false, scalar 1.0"
    assert notes == [
        f"Not logged, and read as the team's loader reads it: {missing}.",
        "Logged as output_layer mlp_simple, and read as std_output_6, which it meant.",
    ]


def test_where_numbers_mean_another_thing_is_said():
    loss = {"loss_fcn": "percent_error_with_reg", "l1_reg": 1e-5, "l2_reg": 0}
    config = {"data": {"dataset_name": "complex_TBP_planar"}, "parameters": {**TEAM_HEAD, **loss}}
    text = " ".join(team_notes(config, OCTOBER))
    for words in (
        "kept as derivative_error",
        "dz/dt alone",
        "applies l1_reg twice: 1e-05 acts as 1e-10",
        "true or mean",
    ):
        assert words in text
    assert "l2_reg" not in text
    assert "L/(L - 1)" in " ".join(team_notes({"loss_fcn": "mean_squared_error", **TEAM_HEAD}, OCTOBER))
    assert "in eccentric anomaly, and are" in " ".join(team_notes(config, date(2026, 6, 1)))
    assert "derivative_error" not in " ".join(team_notes(config, DECEMBER))
    assert team_notes(OWN, OCTOBER) == team_notes(FOREIGN, OCTOBER) == []


def test_notes_of_a_run_are_kept_once():
    config = {"wandb": {"notes": "b"}, "parameters": {**TEAM_HEAD, "note": "a"}}
    assert run_note("a", config) == "a\nb"
    assert run_note(None, {"note": "theirs"}) is None
    assert run_note(None, {**TEAM_HEAD, "note": 3}) is None


def test_a_dataset_of_the_team_is_known_or_wanted_as_a_file():
    assert str(parse_dataset_name("complex_TBP_planar")) == "complex_TBP_planar_100"
    assert Data(dataset_name="complex_2BP_planar").dataset_name == "complex_TBP_planar_100"
    for name in ("single_complex_TBP_planar_v3", "perturbed_2BP_j2_planar_100"):
        with pytest.raises(ConfigError, match=f"data.dataset_file, such as wandb:entity/project/{name}:latest"):
            parse_dataset_name(name)
