"""Settings side by side: what each came to over its seeds, and what runs had logged at a step."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared import sentences, tables
from pages.shared.charts.setting_names import setting_names
from pages.shared.controls import places, whole_number
from pages.shared.runs.differences import RUN, Compared
from pages.shared.selectors import choose_dataset, choose_metric
from pages.shared.text import axis_title, dataset_label, metric, plain
from store.frames import pandas


def show_settings(of: Compared, metrics: pa.Table) -> None:
    """One metric over the seeds of each setting, with its intervals; nothing where no setting has two runs."""
    if of.runs["setting"].value_counts().max() < 2 or metrics.num_rows == 0:
        return
    from orbitsens.sensitivity.intervals import mean_method, median_method
    from orbitsens.sensitivity.seeding import seed_study

    st.subheader("Over the seeds of each setting")
    rows = pandas(metrics)
    left, right = places(230, 300)
    choices = rows.groupby(["metric", "dataset", "split"], dropna=False).size().reset_index(name="n_runs")
    with left:
        key = choose_metric(choices)
    with right:
        measured = choose_dataset(choices, key)
    same = (rows["metric"] == key) & (rows["split"] == measured.split)
    on_it = rows["dataset"].isna() if measured.dataset is None else rows["dataset"] == measured.dataset
    mine = rows[same & on_it]
    values = of.runs["run_key"].map(mine.set_index("run_key")["value"])
    # Names of parameters may be those of columns, so the study knows the settings by their numbers alone.
    numbers = of.runs["setting"].map({setting: i for i, setting in enumerate(of.settings)})
    runs = of.runs.drop(columns="setting").assign(value=values, number=numbers, setting_hash=numbers.astype(str))
    study = seed_study(runs, ["number"], log=False)
    if study.summary.empty:
        st.caption("Not one of these runs is finished with a finite value of it.")
        return
    unit, called = metric(key).unit, setting_names(of.settings)
    label = {f"number {i}": setting for i, setting in enumerate(of.settings)}
    named = replace(study, summary=study.summary.assign(setting=study.summary["setting"].map(label)))
    tables.show_table(tables.summary_table(named, unit, called.said))
    on = f"{axis_title(key)} on {dataset_label(measured.dataset, measured.split)}"
    methods = f"CI, confidence interval: {median_method()}; {mean_method()}."
    st.caption(f"{plain(on)}: {sentences.used_of_matched(study)} {plain(called.key)} {methods}")


def show_at_step(of: Compared, lines: Mapping[str, pd.DataFrame]) -> None:
    """What each run had logged last up to a step; nothing where none logged anything."""
    end = max((int(rows["step"].max()) for rows in lines.values() if len(rows)), default=0)
    if not end:
        return
    with st.expander("Values at a step"):
        step = whole_number("Optimiser step", "at", default=end, low=1, high=end)
        names = dict(zip(of.runs["run_key"], of.runs["name"], strict=True))
        table = at_step(lines, list(names), step).rename(columns={key: axis_title(key) for key in lines})
        numbers = {axis_title(key): st.column_config.NumberColumn(format="%.4g") for key in lines}
        st.dataframe(
            table.assign(**{RUN: table["run_key"].map(names)})[[RUN, *numbers]],
            hide_index=True,
            column_config=numbers,
            placeholder="not logged or not finite",
        )
        st.caption(f"The last value that each run logged up to step {step:,}.")


def at_step(lines: Mapping[str, pd.DataFrame], run_keys: list[str], step: int) -> pd.DataFrame:
    """Return the last value of each history key that each run logged up to a step: run_key and a column per key."""
    table = pd.DataFrame({"run_key": run_keys})
    for key, rows in lines.items():
        last = rows[rows["step"] <= step].groupby("run_key", sort=False)["value"].nth(-1)
        values = pd.Series(last.to_numpy(), index=rows.loc[last.index, "run_key"], dtype="float64")
        table[key] = table["run_key"].map(values)
    return table
