"""What some runs differ in: parameters apart from metrics, and what they share told in a line instead of a column."""

from collections.abc import Container, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.settings import ONE_SETTING, SEPARATOR, UNSET, value_text
from pages.shared.runs.columns import FACT_WORDS, heading
from pages.shared.runs.logged import Logged, parameters_of_runs
from pages.shared.text import METRICS
from store.parameter_queries import DERIVED
from store.run_columns import RunColumn

RUN = "run"
MOST_NAMED = 12  # parameters of a setting's name; settings of more are numbered
_FACTS = ("group", "state", "n_parameters", "train_seconds")


class Compared(NamedTuple):
    """Runs side by side, ordered by setting and seed.

    `runs` has a row for each: the columns of `store.run_queries.compared_runs`, setting (its label) and name (what the
    page calls the run). `parameters` are the names of those that differ (the seeds last), `texts` what each run has of
    them; `shared` are texts of the others. `setting_parameters` are those that make the settings.
    """

    runs: pd.DataFrame
    parameters: list[str]
    shared: dict[str, str]
    setting_parameters: list[str]
    texts: dict[str, list[str]]

    @property
    def settings(self) -> list[str]:
        """The labels of the settings, in order."""
        return list(dict.fromkeys(self.runs["setting"]))


def compare(runs: pd.DataFrame, extras: pd.DataFrame, but: Sequence[str] = SEED_KEYS) -> Compared:
    """Put runs side by side.

    `runs` are rows of `store.run_queries.compared_runs`, `extras` of `compared_extras`; `but` are the parameters that
    make no settings of their own. A missing value is one: "(unset)".
    """
    values = parameters_of_runs(runs, extras)
    texts = {name: [value.text for value in column] for name, column in values.items()}
    differ = [name for name, column in texts.items() if len(set(column)) > 1]
    shared = {name: column[0] for name, column in texts.items() if len(set(column)) == 1 and column[0] != UNSET}
    differ.sort(key=lambda name: name in SEED_KEYS)
    making = [name for name in differ if name not in (*but, *DERIVED)]
    order, setting = _ordered(runs, [values[name] for name in [*making, "seed"]])
    hashes = runs["setting_hash"].tolist() if set(but) <= set(SEED_KEYS) else [""] * len(runs)
    labels = _labels([hashes[i] for i in order], [setting[i] for i in order], making, texts, order)
    rows = runs.iloc[order].reset_index(drop=True).assign(setting=pd.Series(labels, dtype=object))
    in_order = {name: [texts[name][i] for i in order] for name in differ}
    return Compared(rows.assign(name=_names(rows)), differ, shared, making, in_order)


def _ordered(runs: pd.DataFrame, columns: Sequence[Sequence[Logged]]) -> tuple[list[int], list[tuple[int, ...]]]:
    """The rows in the order of some columns, the last of which are the seeds, and each row's setting as numbers."""
    ranks = []
    for column in columns:
        distinct = {value.text: value.order for value in column}
        place = {text: i for i, text in enumerate(sorted(distinct, key=distinct.__getitem__))}
        ranks.append([place[value.text] for value in column])
    rows = list(zip(*ranks, strict=True))
    keys = runs["run_key"].tolist()
    return sorted(range(len(rows)), key=lambda i: (rows[i], keys[i])), [row[:-1] for row in rows]


def _labels(
    hashes: Sequence[str],
    settings: Sequence[tuple[int, ...]],
    making: Sequence[str],
    texts: Mapping[str, Sequence[str]],
    order: Sequence[int],
) -> list[str]:
    """What the setting of each row is called: its parameters or, of many, a number.

    Settings of one label but of different hashes get the hash's first digits behind it.
    """
    numbers = {setting: i for i, setting in enumerate(dict.fromkeys(settings), start=1)}
    if len(making) > MOST_NAMED:
        labels = [f"setting {numbers[setting]}" for setting in settings]
    else:
        words = [label(name) for name in making]
        labels = [
            SEPARATOR.join(f"{word} {texts[name][i]}" for word, name in zip(words, making, strict=True)) or ONE_SETTING
            for i in order
        ]
    of_label: dict[str, set[str]] = {}
    for each, digits in zip(labels, hashes, strict=True):
        of_label.setdefault(each, set()).add(digits)
    pairs = zip(labels, hashes, strict=True)
    return [f"{each}{SEPARATOR}{digits[:6]}" if len(of_label[each]) > 1 else each for each, digits in pairs]


def parameter_table(of: Compared) -> pd.DataFrame:
    """A row per run with the parameters that differ; settings of many parameters are numbered."""
    run, setting = (free_heading(word, of.texts) for word in (RUN, "setting"))
    first = {run: of.runs["name"].tolist()}
    if len(of.setting_parameters) > MOST_NAMED:
        first[setting] = of.runs["setting"].tolist()
    return pd.DataFrame({**first, **of.texts})


def table_by_parameter(of: Compared) -> pd.DataFrame:
    """The same with a row per parameter and a column per run: what is left readable of many parameters."""
    parameter = free_heading("parameter", of.runs["name"])
    return pd.DataFrame(
        {parameter: of.parameters}
        | {name: [of.texts[parameter][i] for parameter in of.parameters] for i, name in enumerate(of.runs["name"])}
    )


def free_heading(word: str, taken: Container[str]) -> str:
    """A heading that no other column has."""
    return word if word not in taken else free_heading(f"{word} of the table", taken)


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
    found = of.texts.get("loss_fcn") or [of.shared.get("loss_fcn", UNSET)]
    return sorted({loss for loss in found if loss != UNSET})


def shared_text(shared: Mapping[str, str]) -> str:
    """What is the same, as a list of names with their values."""
    return "; ".join(f"{name} {text}" for name, text in shared.items())


def _names(runs: pd.DataFrame) -> list[str]:
    """What to call each run: its seed and id, or its id where it logged no seed; two of an id have their keys."""
    ids = runs["run_id"].mask(runs["run_id"].duplicated(keep=False), runs["run_key"])
    pairs = zip(runs["seed"], ids, strict=True)
    return [run if pd.isna(seed) else f"seed {seed} · {run}" for seed, run in pairs]
