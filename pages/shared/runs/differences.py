"""What some runs differ in: parameters apart from metrics, and what they share told in a line instead of a column."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.settings import UNSET, value_text, value_texts, with_settings
from pages.shared.meanings import MEANINGS
from pages.shared.runs.columns import FACT_WORDS, heading
from pages.shared.text import METRICS
from store.parameter_queries import DERIVED
from store.run_columns import RunColumn

RUN = "run"
_FACTS = ("group", "state", "n_parameters", "train_seconds")


class Compared(NamedTuple):
    """Runs side by side, ordered by setting and seed.

    `runs` has a row for each: run_key, run_id, name (what the page calls it), setting, seed, state, and every
    parameter. `parameters` are the names of those that differ (the seeds last), `shared` texts of the others;
    `setting_parameters` are those that make the settings.
    """

    runs: pd.DataFrame
    parameters: list[str]
    shared: dict[str, str]
    setting_parameters: list[str]

    @property
    def settings(self) -> list[str]:
        """The labels of the settings, in order."""
        return list(dict.fromkeys(self.runs["setting"]))


def compare(runs: pd.DataFrame, extras: pd.DataFrame, but: Sequence[str] = SEED_KEYS) -> Compared:
    """Put runs side by side.

    `runs` are rows of `store.run_queries.compared_runs`, `extras` of `compared_extras`; `but` are the parameters that
    make no settings of their own. A missing value is one: "(unset)".
    """
    wide = runs.merge(_wide(extras), on="run_key", how="left")
    known = [name for name in MEANINGS if name in wide]
    names = [*known, *(str(name) for name in wide if name not in runs)]
    differ = [name for name in names if len(set(value_texts(wide[name]))) > 1]
    shared = {name: value_texts(wide[name])[0] for name in names if name not in differ and wide[name].notna().any()}
    differ.sort(key=lambda name: name in SEED_KEYS)
    making = [name for name in differ if name not in (*but, *DERIVED)]
    ordered = with_settings(wide, making)
    return Compared(ordered.assign(name=_names(ordered)), differ, shared, making)


def parameter_table(of: Compared) -> pd.DataFrame:
    """A row per run with the parameters that differ."""
    texts = {name: value_texts(of.runs[name]) for name in of.parameters}
    return pd.DataFrame({RUN: of.runs["name"].tolist(), **texts})


def metric_table(of: Compared, metrics: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """A row per run with the metrics that differ, and facts such as the time; beside it what is the same in all.

    What was not measured is missing; what is not finite is NaN or infinite.
    """
    columns: dict[str, dict[str, Any]] = {}
    rank = {name: i for i, name in enumerate(METRICS)}
    rows = sorted(metrics.to_pylist(), key=lambda row: (rank.get(row["metric"], len(rank)), row["split"] != "test"))
    for row in rows:
        column = RunColumn("metric", row["metric"], row["dataset"], row["split"])
        columns.setdefault(heading(column), {})[row["run_key"]] = row["value"]
    measured = {words: [values.get(key) for key in of.runs["run_key"]] for words, values in columns.items()}
    facts = {FACT_WORDS[name]: [None if pd.isna(v) else v for v in of.runs[name]] for name in _FACTS}
    table, shared = {RUN: pa.array(of.runs["name"], pa.string())}, {}
    for words, values in {**facts, **measured}.items():
        texts = {_told(value) for value in values}
        if len(texts) > 1 or len(of.runs) == 1:
            table[words] = pa.array(values)
        elif texts != {UNSET}:
            shared[words] = texts.pop()
    return pa.table(table), shared


def _told(value: object) -> str:
    return "not finite" if isinstance(value, float) and not isfinite(value) else value_text(value)


def losses(of: Compared) -> list[str]:
    """The loss functions of the runs."""
    return sorted({str(loss) for loss in of.runs["loss_fcn"].dropna()})


def shared_text(shared: Mapping[str, str]) -> str:
    """What is the same, as a list of names with their values."""
    return "; ".join(f"{name} {text}" for name, text in shared.items())


def _wide(extras: pd.DataFrame) -> pd.DataFrame:
    told = extras.assign(value=[value_text(json.loads(value)) for value in extras["value"]])
    return told.pivot(index="run_key", columns="key", values="value").reset_index()


def _names(runs: pd.DataFrame) -> list[str]:
    """What to call each run: its seed and id, or its id where it logged no seed; two of an id have their keys."""
    ids = runs["run_id"].mask(runs["run_id"].duplicated(keep=False), runs["run_key"])
    pairs = zip(runs["seed"], ids, strict=True)
    return [run if pd.isna(seed) else f"seed {seed} · {run}" for seed, run in pairs]
