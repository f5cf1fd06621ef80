"""Shares of the variance in one sentence whose percents sum to 100."""

import numpy as np
import pandas as pd

from orbitsens.sensitivity.decomposition import BESIDE, MISFIT, NOISE, SHARED, Decomposition
from orbitsens.sensitivity.effects import MATTERS, Effects
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.ratios import rounded

CROSS = " x "


def shares(found: Decomposition, effects: Effects | str) -> str:
    """Name the sources that are shown to matter, each with its share, and what all the others make together."""
    table = found.table
    real = _real(effects)
    named = table[table["source"].isin(real)].sort_values("share", ascending=False, kind="stable")
    others = table[table["kind"].isin(["parameter", "bundle", "interaction"]) & ~table["source"].isin(real)]
    parts = {_source(source): share for source, share in zip(named["source"], named["share"], strict=True)}
    if len(others):
        parts[_others(others, len(named) > 0)] = float(others["share"].sum())
    parts |= {
        words: float(table.loc[table["source"] == source, "share"].sum())
        for source, words in ((SHARED, "what parameters share and none has alone"), (MISFIT, "what no effect explains"))
        if (table["source"] == source).any()
    }
    seeds = table[table["kind"] == "seed"]
    several = len(seeds) > 1
    if several:
        parts |= {label(name): float(share) for name, share in zip(seeds["source"], seeds["share"], strict=True)}
    noise = float(table.loc[table["source"] == NOISE, "share"].sum()) + (
        0.0 if several else float(seeds["share"].sum())
    )
    names, whole = ["seed noise", *parts], rounded(np.array([noise, *parts.values()]))
    told = [f"{name} {share:.0f} %" for name, share in zip(names, whole, strict=True) if share or name == "seed noise"]
    return f"Of the variance: {', '.join(told)}."


def _real(effects: Effects | str) -> set[str]:
    if isinstance(effects, str):
        return set()

    def strict(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["p_holm"] < 1.0 - effects.level]

    both = strict(effects.interactions)
    return {
        *strict(effects.table)["parameter"],
        *(f"{a}{CROSS}{b}" for a, b in zip(both["first"], both["second"], strict=True)),
        *(
            BESIDE.join(names)
            for names, verdict in zip(effects.bundles["parameters"], effects.bundles["verdict"], strict=True)
            if verdict == MATTERS
        ),
    }


def _source(name: str) -> str:
    if BESIDE in name:
        names = list(map(label, name.split(BESIDE)))
        return f"{' and '.join(names)} together" if len(names) == 2 else f"({', '.join(names)}) together"
    return CROSS.join(map(label, name.split(CROSS)))


def _others(rows: pd.DataFrame, some: bool) -> str:
    both = rows["kind"] == "interaction"
    kinds = {"parameter": int((~both).sum()), "interaction": int(both.sum())}
    told = " and ".join(f"{n} {kind}{'s' * (n != 1)}" for kind, n in kinds.items() if n)
    return f"the {'other ' if some else ''}{told}, which are not shown to matter,"
