"""Tables of one run: its parameters with their meaning, and its metrics per dataset."""

from collections.abc import Mapping, Sequence
from numbers import Integral

import pandas as pd

from orbitsens.sensitivity.settings import UNSET, logged_text, value_text
from pages.shared.meanings import MEANINGS
from pages.shared.text import METRICS, axis_title, dataset_label, number


def parameter_table(known: Mapping[str, object], extra: Mapping[str, object], first: Sequence[str]) -> pd.DataFrame:
    """A run's parameters with their meaning: those of `first` (that differ between runs), the rest, the unset."""
    names = [*first, *(name for name in MEANINGS if name not in first and name in known)]
    names.sort(key=lambda name: name not in first and known.get(name) is None and name not in extra)
    differs = dict.fromkeys(first, "differs")
    refused = {name: logged_text(value) for name, value in extra.items() if name in known}
    texts = {name: refused.get(name) or value_text(known.get(name)) for name in names}
    rows = [(name, texts[name], differs.get(name, ""), MEANINGS.get(name, "")) for name in names]
    unknown = "a key that orbitsens does not know"
    rows += [(name, logged_text(value), "", unknown) for name, value in extra.items() if name not in refused]
    table = pd.DataFrame(rows, columns=["parameter", "value", "between runs", "meaning"])
    return table if first else table.drop(columns="between runs")


def metric_table(metrics: pd.DataFrame) -> pd.DataFrame:
    """A run's metrics: one row per metric with its unit, one column per dataset it was measured on."""
    columns: dict[str, dict[str, str]] = {}
    order = {name: i for i, name in enumerate(METRICS)}
    for row in metrics.sort_values("metric", key=lambda names: names.map(order), kind="stable").to_dict("records"):
        dataset = row["dataset"] if isinstance(row["dataset"], str) else None
        column = columns.setdefault(dataset_label(dataset, row["split"]), {})
        column["orbits"] = _orbits(row["n_orbits"], row["n_failed"])
        column[axis_title(row["metric"])] = number(row["value"])
    return pd.DataFrame(columns).fillna(UNSET).rename_axis("metric").reset_index()


def _orbits(n: object, failed: object) -> str:
    some_failed = isinstance(failed, Integral) and int(failed) > 0
    return f"{value_text(n)}, {value_text(failed)} failed" if some_failed else value_text(n)
