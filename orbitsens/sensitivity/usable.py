"""Which runs count, and why the others do not: the one rule of every study, and the one sentence about it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from orbitsens.config import SEED_KEYS

DIVERGED = "diverged"
MISSING = "metric missing"
NOT_FINITE = "not finite"
REPEATED = "same setting and seed as a later run"


def mark_used(runs: pd.DataFrame, setting: str = "setting") -> pd.DataFrame:
    """Mark the runs that a study uses.

    `runs` has a row per matched run in any state with columns `run_key`, `state`, `seed`, `value` and `setting`, the
    column that has the label of the run's setting or cell. Returned are the same rows with `value` as float64,
    `used`, and `why_not`: None for a used run, else the state, "metric missing", "not finite" or the sentence
    `REPEATED`.

    Used are finished runs with a finite value. Training is deterministic, so a repetition is no further evidence: of
    runs with equal setting, seeds and config, only the one created last (column `created_at`, else by run key)
    counts, whichever group or sweep they belong to. Equal are the label, every seed column that there is, and, where
    there are such columns, `own_setting` (the setting before more than the seeds was left out of it) and
    `config_hash`. Nothing is known of the determinism of a program that logged no `seed`, so all its runs count. Runs
    of another program that logged one are taken at their word: two that report different values at equal setting
    and seed count once, because what made them differ is not on record.
    """
    frame = runs.assign(value=pd.to_numeric(runs["value"]).astype(float))
    why = _reason(frame)
    why = why.mask(_repeated(frame, why.isna(), setting), REPEATED)
    return frame.assign(used=why.isna(), why_not=why.astype(object).where(why.notna(), None))


def reasons(runs: pd.DataFrame) -> dict[str, int]:
    """Count the runs that are not used by reason, in alphabetical order; `runs` as `mark_used` returns them."""
    return {str(why): int(n) for why, n in runs["why_not"].dropna().value_counts().sort_index().items()}


def account(n_used: int, n_matched: int, not_used: Mapping[str, int], names: Mapping[str, str] | None = None) -> str:
    """Say how many of the matched runs are used, and why the others are not, without a full stop.

    `names` has, by reason, what to call the runs that are not used, such as "seeds 3 and 7".
    """
    told = [
        f"{n:,} {why}" + (f" ({names[why]})" if names and why in names else "") for why, n in sorted(not_used.items())
    ]
    noun = "matched run" if n_matched == 1 else "matched runs"
    return f"{n_used:,} of {n_matched:,} {noun} used" + (f" (not used: {', '.join(told)})" if told else "")


def nothing_usable(n: int, not_used: Mapping[str, int]) -> str:
    """Say that no run can be used, and why each of them cannot."""
    if n == 0:
        return "No run matches; choose another group or metric."
    told = ", ".join(f"{count:,} {why}" for why, count in sorted(not_used.items()))
    return f"None of the {n:,} matched runs has a usable value ({told})."


def _reason(frame: pd.DataFrame) -> "pd.Series[str]":
    """Why a run's own state or value rules it out; missing where neither does."""
    reason = frame["state"].where(frame["state"] != "finished")
    reason = reason.mask(reason.isna() & frame["value"].isna(), MISSING)
    return reason.mask(reason.isna() & ~np.isfinite(frame["value"]), NOT_FINITE)


def _repeated(frame: pd.DataFrame, usable: "pd.Series[bool]", setting: str) -> npt.NDArray[np.bool_]:
    same = [setting, *(name for name in (*SEED_KEYS, "own_setting", "config_hash") if name in frame)]
    order = [name for name in ("created_at", "run_key") if name in frame]
    seeded = frame[usable & frame["seed"].notna()].sort_values(order)
    twice = seeded.duplicated(same, keep="last")
    return np.asarray(frame.index.isin(seeded.index[twice]))
