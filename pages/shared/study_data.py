"""What the pages about one metric read: every run with its value, in its setting; cached by the store's version."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.settings import with_settings
from pages.shared.data import Catalogue, Measured, in_turn, large, reading, varying_parameters
from store import queries
from store.filters import RunFilter

if TYPE_CHECKING:
    from orbitsens.sensitivity.seeding import SeedStudy

NOWHERE = Measured("", None, "")
MOST_SETTINGS = 40  # that one chart shows
RUN = (
    "run_key", "run_id", "group", "name", "state", "reason", "created_at", "setting_hash", "config_hash",
    "own_setting", "value",
)  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=3)  # with all parameters: 100 MB for 100,000 runs
def run_metric(of: Catalogue, which: RunFilter, measured: Measured) -> pd.DataFrame:
    """List some runs, every one, whatever its state, with one metric and their parameters."""
    with reading(of) as con:
        return queries.run_metric(con, which, *measured)


@large
def in_settings(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> pd.DataFrame:
    """List runs with one metric, the parameters that make their settings, and `place`, the settings' order from 0."""
    runs, varying = told_apart(run_metric(of, which, measured), but), varying_parameters(of, which, but)
    runs = runs[list(dict.fromkeys([*RUN, *SEED_KEYS, *varying]))]
    setting = runs.groupby([*varying, "setting_hash"], dropna=False, sort=False).ngroup()
    first = with_settings(runs.assign(nth=setting)[~setting.duplicated()], varying)
    return runs.assign(place=setting.map(pd.Series(range(len(first)), index=first["nth"])))


def settings_of(of: Catalogue, which: RunFilter, measured: Measured | None, but: tuple[str, ...]) -> "pd.Series[int]":
    """Number the settings of some runs from 0: a number per run, by run key; any metric of theirs will do."""
    return in_settings(of, which, measured or NOWHERE, but).set_index("run_key")["place"]


@large
@in_turn
def study(
    of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...], log: bool, part: int = 0
) -> "SeedStudy":
    """Study how far seeds, or whatever is in `but`, spread a metric: every run of a part of the settings."""
    from orbitsens.sensitivity.seeding import seed_study  # brings SciPy, which takes a second that Home need not wait

    runs = in_settings(of, which, measured, but)
    runs = runs[runs["place"] // MOST_SETTINGS == part].drop(columns="place")
    return seed_study(runs, varying_parameters(of, which, but), log)


def told_apart(runs: pd.DataFrame, but: tuple[str, ...]) -> pd.DataFrame:
    """The runs with a `setting_hash` that fits what makes their settings; `own_setting` is the one they came with.

    Where more than the seeds makes no settings, columns alone tell them apart: a hash knows no exceptions.
    """
    runs = runs.assign(own_setting=runs["setting_hash"])
    return runs if set(but) <= set(SEED_KEYS) else runs.assign(setting_hash="")
