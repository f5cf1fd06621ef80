"""The choices of the Generalisation page, all in the URL: the orbits, what is drawn and how."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from orbitsens.config import ConfigError
from orbitsens.grid_settings import GridSettings
from pages.shared.controls import choose, places, put, switch
from pages.shared.grids.text import GRID_FIELDS

EACH, SPREAD, DIFFERENCE = "each", "spread", "difference"
_MOST_EACH = 6  # more maps side by side are not looked at
_SIDES = {"64": "64 x 64", "32": "32 x 32", "128": "128 x 128", "256": "256 x 256"}
_SAMPLES = {"90": "90", "45": "45", "180": "180", "360": "360"}
_ROLLOUTS = {"0": "none", "1": "1 revolution", "2": "2 revolutions", "5": "5 revolutions", "10": "10 revolutions"}
_ORIENTATIONS = {"90": "one, 90 deg", "0,45,90,135": "four, 0 to 135 deg", "0": "one, 0 deg"}
DEFAULT = GridSettings()


class Look(NamedTuple):
    """What is drawn: a field, on a log or linear scale clipped at quantiles (%), a threshold in the field's unit."""

    field: str
    log: bool
    clip: float
    threshold: float
    view: str


def choose_settings() -> GridSettings | None:
    """Choose the grid's orbits; None, with a sentence, where there is no such grid."""
    with st.expander("Orbits of the grid", expanded=False):
        columns = places(200, 200, 200, 220)
        with columns[0]:
            side = int(choose("Cells", _SIDES, "cells", tip="Semi-major axes by eccentricities."))
        with columns[1]:
            samples = int(choose("Samples per orbit", _SAMPLES, "samples", tip="At equal true anomalies."))
        with columns[2]:
            turns = int(choose("Rollout", _ROLLOUTS, "rollout", tip="Integrate the model from each orbit's periapsis."))
        with columns[3]:
            arguments = choose("Arguments of periapsis", _ORIENTATIONS, "w", tip="Several are averaged in each cell.")
        below = places(160, 160, 160, 160, 160)
        (a0, a1), (e0, e1) = DEFAULT.a_range_km, DEFAULT.e_range
        with below[0]:
            a_low = number_field("a from (km)", "a0", a0)
        with below[1]:
            a_high = number_field("to (km)", "a1", a1)
        with below[2]:
            e_low = number_field("e from", "e0", e0)
        with below[3]:
            e_high = number_field("to", "e1", e1)
        with below[4]:
            inclination = number_field("inclination (deg)", "i", 0.0)
    try:
        return GridSettings(
            n_a=side,
            n_e=side,
            anomalies=samples,
            a_range_km=(a_low, a_high),
            e_range=(e_low, e_high),
            arguments_deg=tuple(float(w) for w in arguments.split(",")),
            inclination_deg=inclination,
            revolutions=turns,
        )
    except ConfigError as error:
        st.error(str(error))
        return None


def choose_look(fields: Sequence[str], settings: Sequence[str]) -> Look:
    """Choose what is drawn of the grids, and how; `settings` has the setting of each model."""
    known = {name: GRID_FIELDS[name].axis for name in GRID_FIELDS if name in fields}
    n_models, n_settings = len(settings), len(set(settings))
    views = {EACH: "each model"}
    views |= {SPREAD: "mean and spread over seeds"} if n_models > n_settings else {}
    views |= {DIFFERENCE: "difference"} if n_models == 2 or n_settings == 2 else {}
    if n_models > _MOST_EACH and SPREAD in views:
        views = {SPREAD: views[SPREAD]} | views
    columns = places(230, 200, 150, 170, 130)
    with columns[0]:
        field = choose("Error", known, "field", resets="threshold")
    with columns[1]:
        view = choose("Show", views, "view")
    with columns[2]:
        threshold = number_field(f"Threshold ({GRID_FIELDS[field].unit})", "threshold", GRID_FIELDS[field].threshold)
    with columns[3]:
        clips = {"2": "2 and 98 %", "0": "not at all", "5": "5 and 95 %", "10": "10 and 90 %"}
        clip = float(choose("Colours clipped at", clips, "clip", tip="Quantiles of all cells of all maps."))
    with columns[4]:
        # A difference has a sign, and is linear; the curves over one axis are of each model all the same.
        log = switch("log curves" if view == DIFFERENCE else "log scale", "log", default=True)
    return Look(field, log, clip, threshold, view)


def number_field(label: str, key: str, default: float) -> float:
    """Enter a number; in the URL where it is not the default."""
    text = st.query_params.get(key, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = default
    st.session_state[key] = value

    def to_url() -> None:
        now = st.session_state[key]
        put(key, "" if now is None or now == default else repr(float(now)))

    st.number_input(label, key=key, on_change=to_url, format="%g", step=None)
    return value
