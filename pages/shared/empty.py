"""What a page says when there is nothing to show: why, and what to do next."""

from typing import NoReturn

import streamlit as st

from pages.shared import data

QUICKSTART = "python -m runner sweep runner/sweeps/quickstart.yaml"
SYNC = "python -m runner sync GROUP"


def no_store() -> None:
    """There is no run store yet."""
    _what_to_do(f"There is no run store at {data.store_path()} yet.")


def no_runs() -> None:
    """There is a store without a run in it."""
    _what_to_do(f"The run store at {data.store_path()} holds no run yet.")


def _what_to_do(why: str) -> None:
    st.info(f"{why} Train a first, small sweep (under two minutes on two cores), then reload this page:")
    st.code(QUICKSTART, language="bash")
    st.markdown("Or bring in the runs of a W&B group that were trained on this machine:")
    st.code(SYNC, language="bash")


def no_metric_stop(group: str) -> NoReturn:
    """No run of the group was measured: say what to do and end the page."""
    st.info(
        f"No run of {group} has been measured yet. If its sweep is still running, wait for it; then bring the results "
        "in and reload this page:"
    )
    st.code(SYNC.replace("GROUP", group), language="bash")
    st.stop()


def nothing_usable(group: str) -> None:
    """The group was measured, but not one of its runs is finished with a finite value."""
    st.warning(
        f"Not one run of {group} is finished with a finite value, so there is no distribution to draw. The runs and "
        "their reasons are listed below; choose another metric or dataset, or train again with a smaller learning rate."
    )
