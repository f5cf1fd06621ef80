"""Tables as people read them: units and methods in the headers; numbers stay numbers, so that they sort as such."""

import numpy as np
import pandas as pd
import streamlit as st

from orbitsens.sensitivity.intervals import FEWEST_FOR_MEDIAN, LEVEL
from orbitsens.sensitivity.seeding import SeedStudy
from orbitsens.sensitivity.settings import value_text
from pages.shared.data import Measured
from pages.shared.text import axis_title, span


def show_table(table: pd.DataFrame) -> None:
    """Show a table whose numbers have four digits; a missing one is an empty place."""
    numbers = {str(name): st.column_config.NumberColumn(format="%.4g") for name in table.select_dtypes("float")}
    st.dataframe(table, hide_index=True, column_config=numbers, placeholder="")


def finite(values: "pd.Series[float]") -> "pd.Series[float]":
    """The numbers; what is not finite is missing."""
    return pd.to_numeric(values).astype(float).replace([np.inf, -np.inf], np.nan)


def summary_table(study: SeedStudy, unit: str) -> pd.DataFrame:
    """One row per setting: n, mean, median, sd, min, max and the intervals, in the metric's unit."""
    table = study.summary
    columns: dict[str, list[object]] = {"setting": table["setting"].tolist(), "n": table["n"].tolist()}
    for name, source in {"median": "median", "mean": "mean", "sd": "sd", "min": "min", "max": "max"}.items():
        columns[f"{name} ({unit})" if unit else name] = table[source].tolist()
    columns["quartiles"] = [span(a, b) for a, b in zip(table["q1"], table["q3"], strict=True)]
    for of, low, high, fewest in (
        ("median", "median_low", "median_high", FEWEST_FOR_MEDIAN),
        ("mean", "mean_low", "mean_high", 2),
    ):
        pairs = zip(table[low], table[high], strict=True)
        columns[f"{100 * LEVEL:g} % CI of {of}"] = [
            span(a, b) if pd.notna(a) else f"needs {fewest} runs" for a, b in pairs
        ]
    return pd.DataFrame(columns)


def outlier_table(study: SeedStudy, metric_key: str) -> pd.DataFrame:
    """The runs that stand out, the farthest first."""
    found = study.runs[study.runs["outlier"]].sort_values("z", key=abs, ascending=False)
    return pd.DataFrame(
        {
            "seed": [value_text(seed) for seed in found["seed"]],
            axis_title(metric_key): found["value"].tolist(),
            "modified z-score": found["z"].tolist(),
            "run": found["run_id"].tolist(),
            "setting": found["setting"].tolist(),
        }
    )


def unused_table(study: SeedStudy) -> pd.DataFrame:
    """The matched runs that are not in the statistics, each with its reason."""
    rest = study.runs[~study.runs["used"]]
    return pd.DataFrame(
        {
            "seed": [value_text(seed) for seed in rest["seed"]],
            "why not": rest["why_not"].tolist(),
            "what the run says": rest["reason"].fillna("").tolist(),
            "run": rest["run_id"].tolist(),
            "setting": rest["setting"].tolist(),
        }
    )


def export_table(study: SeedStudy, all_columns: pd.DataFrame, measured: Measured, unit: str) -> pd.DataFrame:
    """Every run of a study, used or not, with its id, what its value is, and every parameter."""
    first = {"metric": measured.metric, "unit": unit, "measured_on": measured.dataset, "split": measured.split}
    told = ["run_id", "run_key", "setting", "seed", *first, "value", "used", "why_not", "z", "outlier"]
    more = [name for name in all_columns.columns if name == "run_key" or name not in study.runs.columns]
    table = study.runs.assign(**first).merge(all_columns[more], on="run_key", how="left")
    rest = [name for name in table.columns if name not in (*told, "offset", "own_setting")]
    return table[[*told, *rest]].rename(columns={"z": "modified_z"})
