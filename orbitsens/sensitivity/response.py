"""The response of a sensitivity analysis: which runs are in it, on which scale, and which diverged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.settings import with_settings
from orbitsens.sensitivity.usable import DIVERGED, account, mark_used, nothing_usable, reasons


@dataclass(frozen=True)
class Response:
    """The runs that an analysis uses, and an account of those it does not.

    `runs`: one row per used run by setting and seed: `run_key`, `setting` (label), `seed`, `value` (the metric), `y`
    (log10 of the value if `log`, else the value), the columns `parameters` and all seeds that there are.
    `parameters`: those that vary among the used runs. `constant`: those that vary only among the runs that are not
    used. `not_used`: how many of the matched runs are left out, by reason.
    """

    runs: pd.DataFrame
    parameters: tuple[str, ...]
    constant: tuple[str, ...]
    n_matched: int
    not_used: Mapping[str, int]
    log: bool

    @property
    def n_used(self) -> int:
        """Number of used runs."""
        return len(self.runs)

    @property
    def seeds(self) -> tuple[str, ...]:
        """The columns of seeds that vary among the used runs."""
        names = (name for name in SEED_KEYS if name in self.runs and name not in self.parameters)
        return tuple(name for name in names if self.runs[name].nunique(dropna=False) > 1)

    @property
    def counted(self) -> str:
        """How many of the matched runs are used, and why the others are not."""
        return account(self.n_used, self.n_matched, self.not_used)

    @property
    def scale(self) -> str:
        """The scale of `y` in words."""
        return "log10 of the metric" if self.log else "the metric itself, because not all values have a logarithm"


def response(table: pd.DataFrame, varying: Sequence[str]) -> Response:
    """Choose the runs of an analysis from all matched ones.

    `table` has a row per matched run in any state with columns `run_key`, `state`, `setting_hash`, `seed`, `value`
    and those in `varying`. Which runs are used: see `usable.mark_used`. A table that has been through `with_settings`
    may be given as well.

    Raises:
        CannotSay: no run can be used, or all used runs have the same value.
    """
    frame = mark_used(_in_settings(table, varying))
    used, not_used = frame[frame["used"]].reset_index(drop=True), reasons(frame)
    if used.empty:
        raise CannotSay(nothing_usable(len(frame), not_used))
    if len(used) > 1 and used["value"].nunique() == 1:
        raise CannotSay(
            f"All {len(used)} used runs have the same value of the metric, so there is nothing to explain; "
            "choose another metric."
        )
    log = bool((used["value"] > 0.0).all())
    used["y"] = np.log10(used["value"]) if log else used["value"]
    parameters = tuple(name for name in varying if used[name].nunique(dropna=False) > 1)
    seeds = [name for name in SEED_KEYS if name in used and name not in varying]
    columns = list(dict.fromkeys(["run_key", "setting", "seed", "value", "y", *parameters, *seeds]))
    return Response(
        runs=used[columns],
        parameters=parameters,
        constant=tuple(name for name in varying if name not in parameters),
        n_matched=len(frame),
        not_used=not_used,
        log=log,
    )


def divergence(table: pd.DataFrame, varying: Sequence[str], level: float = LEVEL) -> pd.DataFrame:
    """Count the runs that diverged: a row per setting and a last one, "all settings".

    Columns: setting, n (runs that ended by themselves: finished or diverged), diverged, rate, low, high (Wilson score
    interval of the rate). A finished run whose value is infinite counts as diverged; crashed, failed, killed and
    running ones are no evidence either way. The tables are those that `response` takes.
    """
    frame = _in_settings(table, varying)
    value = pd.to_numeric(frame["value"]).astype(float)
    diverged = (frame["state"] == DIVERGED) | ((frame["state"] == "finished") & np.isinf(value))
    ended = diverged | (frame["state"] == "finished")
    kept = frame.assign(diverged=diverged)[ended]
    counts = kept.groupby("setting", sort=False)["diverged"].agg(["size", "sum"])
    table = counts.set_axis(["n", "diverged"], axis=1).astype(int)
    table.loc["all settings"] = [int(ended.sum()), int(diverged.sum())]
    table["rate"] = table["diverged"] / table["n"]
    table["low"], table["high"] = np.nan, np.nan
    some = table["n"] > 0
    if some.any():
        low, high = proportion_confint(table["diverged"][some], table["n"][some], 1.0 - level, method="wilson")
        table.loc[some, "low"], table.loc[some, "high"] = low, high
    return table.rename_axis("setting").reset_index()


def _in_settings(table: pd.DataFrame, varying: Sequence[str]) -> pd.DataFrame:
    return table.copy() if "setting" in table else with_settings(table, varying)
