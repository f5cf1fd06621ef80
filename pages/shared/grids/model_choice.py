"""Choosing models by typing parts of their group, parameters or run id; in the URL, like all choices."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
import streamlit as st

from orbitsens.config import Data, Parameters
from orbitsens.config.parameters import SEED_KEYS
from orbitsens.sensitivity.settings import value_text, value_texts
from pages.shared.controls import become
from pages.shared.selectors import run_ids
from pages.shared.text import plain

MOST_MODELS, MOST_AT_FIRST = 40, 3
# Told in words of their own, or following from what is.
_TOLD = {*SEED_KEYS, "dataset_name", "test_dataset"}
_PARAMETERS = [name for kind in (Data, Parameters) for name in kind.model_fields if name not in _TOLD]


def named() -> tuple[str, ...]:
    """The run ids or keys that the URL names."""
    linked = st.query_params.get("models", "") or st.query_params.get("run", "")
    return tuple(name for name in linked.split(",") if name)


def choose_models(models: pd.DataFrame, evaluated: Collection[str], n_models: int) -> pd.DataFrame:
    """Choose models; those of `usual` unless the URL names some. `evaluated`: checksums of models that have a grid.

    `models` are listed of `n_models` that match.

    Returns their rows with `label`, a short name of the model, and `setting`, one of its setting (all but the seed).
    """
    names = run_ids(models)
    by_name = {name: key for key, name in names.items()}
    wanted = [name for name in named() if name in by_name][:MOST_MODELS]
    lost = [name for name in named() if name not in by_name]
    if lost:
        st.toast(f"Without a model among the runs that match: {plain(', '.join(lost))}.", icon=":material/link_off:")
    chosen = wanted or [names[key] for key in usual(models, evaluated)]
    st.session_state["models"] = chosen
    if not wanted:
        become({"models": [",".join(chosen)], "run": ()})
    words = dict(zip(map(names.__getitem__, models["run_key"]), _words(models, names), strict=True))
    left, right = st.columns([6, 1], vertical_alignment="bottom")
    left.multiselect(
        "Models",
        list(words),
        key="models",
        format_func=words.__getitem__,
        max_selections=MOST_MODELS,
        on_change=lambda: _to_url(st.session_state["models"]),
        help=f"Type part of a group, a dataset, a parameter or a run id.{_rest(len(models), n_models)}",
    )
    rows = models.set_index("run_key").loc[[by_name[name] for name in chosen]].reset_index()
    everyone = [names[key] for key in all_seeds(models, rows)]
    right.button(
        "All seeds",
        key="all_seeds",
        on_click=_to_url,
        args=(everyone, "spread"),
        disabled=len(everyone) == len(chosen),
        help="Every run of the chosen models' settings, and their mean and spread.",
        width="stretch",
    )
    return labelled(rows)


def usual(models: pd.DataFrame, evaluated: Collection[str]) -> list[str]:
    """Run keys of what to show unasked: one model a setting, of the newest group that has grids; else the newest."""
    known = models[models["model_sha256"].isin(list(evaluated))]
    if known.empty:
        return [str(models["run_key"].iloc[0])]
    group = known[known["group"].eq(known["group"].iloc[0]) | known["group"].isna()]
    first = group.sort_values(["dataset_name", "seed", "run_key"]).drop_duplicates("setting_hash")
    return list(first["run_key"][:MOST_AT_FIRST])


def all_seeds(models: pd.DataFrame, chosen: pd.DataFrame) -> list[str]:
    """Run keys of all models of the groups and settings of the chosen ones, a setting after the other."""
    settings = chosen[["group", "setting_hash"]].dropna().drop_duplicates()
    of_one = models.merge(settings.assign(place=range(len(settings))), on=["group", "setting_hash"])
    ordered = of_one.sort_values(["place", "seed", "run_key"])["run_key"].tolist()
    return list(dict.fromkeys([*ordered, *chosen["run_key"]]))[:MOST_MODELS]


def labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `setting` (training data and the parameters that differ between them) and `label` (with seed)."""
    data = rows["dataset_name"].astype(str).str.replace(r"_TBP(_planar)?_", " ", regex=True)
    settings = data.str.removesuffix("_train")
    for name in _varying(rows):
        settings += [f", {name} {text}" for text in value_texts(rows[name])]
    hashes = rows["setting_hash"].fillna(rows["run_key"])
    ambiguous = hashes.groupby(settings).transform("nunique") > 1
    settings += (" (" + hashes.str[:6] + ")").where(ambiguous, "")
    labels = settings + [f", seed {value_text(seed)}" for seed in rows["seed"]]
    labels += (" (" + rows["run_id"] + ")").where(labels.duplicated(keep=False), "")
    return rows.assign(setting=settings, label=labels.mask(labels.duplicated(keep=False), rows["run_key"]))


def _varying(rows: pd.DataFrame) -> list[str]:
    return [name for name in _PARAMETERS if name in rows and rows[name].astype(str).nunique() > 1]


def _words(models: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """What a person may type to find each model."""
    told = ["width", "depth", *(name for name in _varying(models) if name not in ("width", "depth"))]
    columns: list[Sequence[str]] = [models["group"].fillna("(no group)").tolist(), value_texts(models["dataset_name"])]
    columns.append([f"seed {text}" for text in value_texts(models["seed"])])
    columns += [[f"{name} {text}" for text in value_texts(models[name])] for name in told]
    columns.append([names[key] for key in models["run_key"]])
    return [" · ".join(parts) for parts in zip(*columns, strict=True)]


def _rest(listed: int, n_models: int) -> str:
    more = n_models - listed
    return f" The newest are listed; the filter in the sidebar finds the other {more:,}." if more else ""


def _to_url(chosen: Sequence[str], view: str = "") -> None:
    become({"models": [",".join(chosen)], "run": (), "cell": (), **({"view": [view]} if view else {})})
