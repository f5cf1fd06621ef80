"""The parts of the page that compares runs."""

from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from orbitsens.sensitivity.settings import UNSET
from pages.shared.controls import NOTHING
from pages.shared.data import Catalogue
from pages.shared.exports import csv_button
from pages.shared.filter.url import belongs
from pages.shared.glossary import hover
from pages.shared.meanings import MEANINGS
from pages.shared.runs import data as run_data
from pages.shared.runs.curve_lines import PHASE, borders, lines_of_runs, stage_starts
from pages.shared.runs.curve_views import choose_curves, show_curves, warn_of_unreadable
from pages.shared.runs.differences import (
    RUN,
    Compared,
    losses,
    metric_table,
    parameter_table,
    shared_text,
    table_by_parameter,
)
from pages.shared.runs.line_names import MOST_RUNS, banded, run_lines, run_tips, setting_lines, setting_tips
from pages.shared.runs.table import MOST_COMPARED
from pages.shared.start import View
from pages.shared.text import count, listed, plain, states_text
from store.frames import pandas

ABREAST = 2
MOST_SAID = 8  # parameters that the answer names
MOST_COLUMNS = 40  # parameters up to which each is a column


def linked() -> tuple[str, ...]:
    """The runs that the URL names: `runs=ID,ID`."""
    return tuple(dict.fromkeys(name for name in st.query_params.get("runs", NOTHING).split(",") if name))


def chosen_runs(view: View, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Run keys of the `wanted` runs, or of all that match the filter; ends the page where none can be shown."""
    if wanted:
        found = run_data.named(view.catalogue, wanted[:MOST_COMPARED])
        lost = [name for name in wanted[:MOST_COMPARED] if name not in {*found["run_id"], *found["run_key"]}]
        if lost:
            st.warning(f"Not in this store: {plain(', '.join(lost))}. Sync their group, or choose other runs.")
        if len(wanted) > MOST_COMPARED:
            st.warning(f"Of the {len(wanted)} runs of this link the first {MOST_COMPARED} are compared.")
        keys = tuple(found["run_key"])
    else:
        keys = _matching(view)
    if not keys:
        st.page_link("pages/runs.py", label="Choose runs", icon=":material/table_rows:")
        st.stop()
    return keys


def _matching(view: View) -> tuple[str, ...]:
    if view.n_matching > MOST_COMPARED:
        st.info(
            f"{view.n_matching:,} runs match, and at most {MOST_COMPARED} can be compared: narrow the filter at the "
            "left, or select some on the Runs page."
        )
        return ()
    rows = run_data.table(view.catalogue, view.filter, ())
    return tuple(rows["run_key"].to_pylist())


def answer(of: Compared) -> str:
    """Say in a sentence what the runs differ in."""
    n, settings = len(of.runs), len(of.settings)
    if n == 1:
        return f"One run, {plain(of.runs['name'].iloc[0])}: choose at least one more to compare it with."
    runs = count(n, "run") + (f" of {settings} settings" if settings > 1 else " of one setting")
    if not of.parameters:
        return f"{runs}: they do not differ in any parameter."
    if len(of.parameters) > MOST_SAID:
        some = listed(of.parameters[:MOST_SAID], most=MOST_SAID)
        return f"{runs}: they differ in {len(of.parameters):,} parameters, such as {plain(some)}."
    return f"{runs}: they differ in {plain(listed(of.parameters, most=MOST_SAID))}."


def choose_others(view: View, of: Compared, wanted: tuple[str, ...], most: int) -> None:
    """Say where the runs come from, and link to where others can be chosen."""
    source = "named by this link" if wanted else f"all {view.n_matching:,} that match"
    states = states_text(of.runs["state"].value_counts().reindex(_STATES, fill_value=0).to_dict())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{count(len(of.runs), 'run')} ({states}), {source}; at most {most}.", width="content")
        kept: dict[str, str | list[str]] = {
            key: st.query_params.get_all(key) for key in st.query_params if belongs(key)
        }
        query = kept | {"runs": ",".join(wanted)} if wanted else view.link()
        st.page_link("pages/runs.py", label="Choose others", icon=":material/table_rows:", query_params=query)


def show_parameters(of: Compared) -> None:
    """The parameters that differ, a row per run; what is the same behind a click."""
    st.subheader("What differs")
    if len(of.parameters) > MOST_COLUMNS:
        table = table_by_parameter(of)
        st.dataframe(table, hide_index=True, column_config={table.columns[0]: _PINNED}, height=420)
        st.caption(f"All {len(of.parameters):,} parameters that differ, a row each.")
    elif of.parameters:
        table = parameter_table(of)
        tips = {name: st.column_config.Column(help=MEANINGS[name]) for name in of.parameters if name in MEANINGS}
        st.dataframe(table, hide_index=True, column_config=tips | {table.columns[0]: _PINNED}, height=_height(of))
    else:
        st.caption("No parameter does.")
    with st.expander(f"The same in all: {count(len(of.shared), 'parameter')}"):
        st.dataframe(pd.DataFrame({"parameter": list(of.shared), "value": list(of.shared.values())}), hide_index=True)


def show_metrics(of: Compared, metrics: pa.Table) -> None:
    """What the runs came to, a row per run; sorted by a click on a heading."""
    st.subheader("What they came to")
    table, shared = metric_table(of, metrics)
    digits = st.column_config.NumberColumn(format="%.4g")
    numbers = {field.name: digits for field in table.schema if field.type == pa.float64()}
    if table.num_columns > 1:
        columns = numbers | {RUN: _PINNED}
        st.dataframe(table, hide_index=True, column_config=columns, placeholder=UNSET, height=_height(of))
    if shared:
        st.caption(f"The same in all: {plain(shared_text(shared))}.")
    csv_button("compared-runs", partial(compared_rows, of, table), "Both tables, with run ids.", key="compared")


def compared_rows(of: Compared, metrics: pa.Table) -> pd.DataFrame:
    """Both tables for a file, with run ids; a parameter that is called as another column says that it is one."""
    ids = of.runs[["run_id", "run_key", "setting"]].reset_index(drop=True)
    measured = pandas(metrics.drop_columns([RUN]))
    taken = {*ids.columns, *measured.columns}
    texts = {f"{name} (parameter)" if name in taken else name: values for name, values in of.texts.items()}
    return pd.concat([ids, pd.DataFrame(texts, index=ids.index), measured], axis=1)


def show_overlaid(of: Catalogue, compared: Compared) -> dict[str, pd.DataFrame]:
    """Show the runs' curves on top of each other; return the values of each history key."""
    st.subheader("Curves")
    runs = compared.runs
    with_history = tuple(runs.loc[runs["n_history_rows"] > 0, "run_key"])
    if not with_history:
        st.caption("None of these runs logged a history, so there are no curves.")
        return {}
    keys, sizes = run_data.keys_of(of, with_history), runs.groupby("setting").size()
    how = choose_curves(keys, several=int(sizes.max()) > 1, banded=banded(sizes.tolist()))
    logged, unreadable = run_data.logged(of, with_history, (*how.keys, PHASE))
    warn_of_unreadable(unreadable)
    one_by_one = len(runs) <= MOST_RUNS and not how.band
    lines = run_lines(compared) if one_by_one else setting_lines(compared)
    starts = stage_starts(logged)
    drawn = {key: lines_of_runs(logged, key, lines, starts) for key in how.keys}
    stages = borders(starts, lines)
    said = [f"{len(with_history)} of {count(len(runs), 'run')} logged a history."]
    if unreadable:
        said.append(f"{count(len(with_history) - len(unreadable), 'run')} shown.")
    if how.band:
        said.append("Shaded: least to largest of a setting's runs; strong line: their median; thin line: each run.")
    elif not one_by_one and len(compared.settings) > 1:
        said.append("Colour: setting; line: one run. Point at a line to see which.")
    if "series" in stages:
        said.append(f"Dashed: where each {'run' if one_by_one else 'setting'}'s later stages begin.")
    st.caption(hover(" ".join(said)))
    how = how._replace(names=run_tips(compared) if one_by_one else setting_tips(compared))
    title = f"{count(len(runs), 'run')} compared"
    abreast = ABREAST if len(drawn) > 1 else 1
    show_curves(drawn, stages, how, losses(compared), "compared-curves", title, abreast=abreast, height=280)
    return drawn


def _height(of: Compared) -> int:
    return min(38 + 35 * len(of.runs), 420)


_PINNED = st.column_config.TextColumn(pinned=True)
_STATES = ["finished", "running", "crashed", "failed", "killed", "diverged"]
