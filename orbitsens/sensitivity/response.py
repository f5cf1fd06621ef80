"""The response of a sensitivity analysis: which runs are in it, on which scale, and which diverged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.settings import with_settings
from orbitsens.sensitivity.usable import DIVERGED, account, mark_used, nothing_usable, reasons

# Up to this share of zeros among values that are else positive, zeros stand for what is too small to see.
FEW_ZEROS = 0.1
DRAW = "draw"  # of the training orbits: a random factor, as seeds are


@dataclass(frozen=True)
class Response:
    """The runs that an analysis uses, and an account of those it does not.

    `runs`: one row per used run by setting and seed: `run_key`, `setting` (label), `seed`, `value` (the metric), `y`
    (log10 of the value if `log`, else the value), the columns `parameters`, all seeds and the draw that there are.
    `parameters`: those that vary among the used runs. `constant`: those that vary only among the runs that are not
    used. `not_used`: how many of the matched runs are left out, by reason. `zeros`: how many of the used values are 0
    (with `log` a zero counts as half the smallest positive value).
    """

    runs: pd.DataFrame
    parameters: tuple[str, ...]
    constant: tuple[str, ...]
    n_matched: int
    not_used: Mapping[str, int]
    log: bool
    zeros: int = 0

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
        if not self.log:
            return "the metric itself, because not all values have a logarithm"
        return f"log10 of the metric{', zeros as half the smallest positive value' if self.zeros else ''}"

    @property
    def warning(self) -> str | None:
        """A sentence on what zeros and negative values did to the scale; None where all values are positive."""
        if self.log and not self.zeros:
            return None
        n, value = self.n_used, self.runs["value"]
        if self.log:
            least = float(value[value > 0.0].min())
            return (
                f"{self.zeros} of {n} runs have the value 0, which has no logarithm: they count as "
                f"{least / 2:.3g}, half "
                "the smallest positive value, and factors that rest on them are rough."
            )
        negative = int((value < 0.0).sum())
        what = (
            f"{negative} of {n} runs have negative values" if negative else f"{self.zeros} of {n} runs have the value 0"
        )
        return (
            f"{what}, so this analysis is of differences, not of factors: a large value weighs more than a small one."
        )


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
    used["y"], log, zeros = on_scale(used["value"])
    parameters = tuple(name for name in varying if used[name].nunique(dropna=False) > 1)
    seeds = [name for name in SEED_KEYS if name in used and name not in varying]
    draws = [DRAW] if DRAW in used and DRAW not in varying else []
    columns = list(dict.fromkeys(["run_key", "setting", "seed", "value", "y", *parameters, *seeds, *draws]))
    return Response(
        runs=used[columns],
        parameters=parameters,
        constant=tuple(name for name in varying if name not in parameters),
        n_matched=len(frame),
        not_used=not_used,
        log=log,
        zeros=zeros,
    )


def on_scale(value: "pd.Series[float]") -> tuple["pd.Series[float]", bool, int]:
    """Return the response of finite values, whether it is their log10, and how many of them are 0.

    Logarithms wherever all values are positive, or at most a tenth of them are 0 and the others positive: one zero
    must not turn factors into differences. A zero then counts as half the smallest positive value.
    """
    zeros = int((value == 0.0).sum())
    if (value < 0.0).any() or zeros > FEW_ZEROS * len(value) or zeros == len(value):
        return value.copy(), False, zeros
    least = float(value[value > 0.0].min())
    return pd.Series(np.log10(value.where(value > 0.0, least / 2.0)), index=value.index), True, zeros


def ended(table: pd.DataFrame, varying: Sequence[str]) -> pd.DataFrame:
    """The runs that ended by themselves, with `setting` and whether each `diverged`; takes what `response` takes.

    A finished run whose value is infinite counts as diverged; crashed, failed, killed and running ones are no
    evidence either way.
    """
    frame = _in_settings(table, varying)
    value = pd.to_numeric(frame["value"]).astype(float)
    diverged = (frame["state"] == DIVERGED) | ((frame["state"] == "finished") & np.isinf(value))
    return frame.assign(diverged=diverged)[diverged | (frame["state"] == "finished")]


def _in_settings(table: pd.DataFrame, varying: Sequence[str]) -> pd.DataFrame:
    return table.copy() if "setting" in table else with_settings(table, varying)
