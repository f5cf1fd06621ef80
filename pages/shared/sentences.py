"""The sentences that pages begin with: the answer before the picture."""

from collections.abc import Mapping

import pandas as pd

from orbitsens.sensitivity import density, wording
from orbitsens.sensitivity.linear_maps import linear_sentence
from orbitsens.sensitivity.outliers import FEWEST_RUNS, rule
from orbitsens.sensitivity.seeding import SeedStudy
from orbitsens.sensitivity.usable import account, reasons
from pages.shared.text import Metric, count, listed, number, plain, span


def seed_answer(study: SeedStudy, metric: Metric, dataset: str, names: Mapping[str, str]) -> str:
    """Say in one sentence what the seeds do to the metric, and which runs stand out; `names` of settings by label."""
    table = study.summary
    runs = count(len(study.used), "run")
    if len(table) == 1:
        only = table.iloc[0]
        middle = f"median {plain(metric.label)} **{number(only['median'], metric.unit)}**"
        spread = f" (quartiles {span(only['q1'], only['q3'], metric.unit)})" if only["n"] > 1 else ""
        return f"{runs} on {plain(dataset)}: {middle}{spread}; {_standing_out(study)}."
    ordered = table.sort_values("median")
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    settings = f"{runs} in {count(len(table), 'setting')} on {plain(dataset)}"
    if best["median"] == worst["median"]:
        same = f"median {plain(metric.label)} **{number(best['median'], metric.unit)}** in each"
        return f"{settings}: {same}; {_standing_out(study)}."
    return (
        f"{settings}: median {plain(metric.label)} from "
        f"**{number(best['median'], metric.unit)}** ({plain(names[best['setting']])}) to "
        f"**{number(worst['median'], metric.unit)}** ({plain(names[worst['setting']])}); {_standing_out(study)}."
    )


def linear_map(study: SeedStudy, parameters: pd.DataFrame, metric: Metric) -> str:
    """Say that the setting of the smallest median is a linear map; "" if not. `parameters` of its runs by run_key."""
    network = parameters[["run_key", "activation", "width", "depth"]]
    runs = study.used[["run_key", "setting"]].merge(network, on="run_key")
    medians = study.summary.set_index("setting")["median"]
    return linear_sentence(runs, medians, wording.Metric(metric.label, metric.unit))


def _standing_out(study: SeedStudy) -> str:
    if study.summary["n"].max() < FEWEST_RUNS:
        return f"fewer than {FEWEST_RUNS} runs, too few to say which stand out"
    found = study.runs[study.runs["outlier"]]
    if found.empty:
        return "no run stands out"
    if len(study.summary) > 1:
        return f"{count(len(found), 'run')} {'stands' if len(found) == 1 else 'stand'} out of {_its(found)}"
    return f"{_seeds(found)} {'stands' if len(found) == 1 else 'stand'} out"


def _its(found: pd.DataFrame) -> str:
    return "its setting" if len(found) == 1 else "their settings"


def _seeds(runs: pd.DataFrame) -> str:
    pairs = zip(runs["seed"], runs["run_id"], strict=True)
    names = [str(seed) if pd.notna(seed) else f"run {plain(run)}" for seed, run in pairs]
    noun = "seed" if len(names) == 1 else "seeds"
    return f"{noun} {listed(names)}" if runs["seed"].notna().all() else listed(names)


def used_of_matched(study: SeedStudy) -> str:
    """Say how many of the matched runs are in the statistics, and why the rest is not."""
    rest = study.runs[~study.runs["used"]]
    one_setting = study.runs["setting"].nunique() == 1
    names = {str(why): _seeds(part) for why, part in rest.groupby("why_not")} if one_setting else None
    return f"{account(len(study.used), len(study.runs), reasons(study.runs), names)}."


def how_to_read(study: SeedStudy, log_wanted: bool) -> str:
    """Say what the marks of the violin chart mean."""
    of_what = "their logarithms" if study.log else "the runs"
    sentences = [f"Point: one run; bar: quartiles; tick: median; shape: density of {of_what}."]
    if study.summary["n"].min() < density.FEWEST_RUNS:
        sentences.append(f"Settings with fewer than {density.FEWEST_RUNS} runs get no shape.")
    if log_wanted and not study.log:
        sentences.append("The axis is linear: zero has no logarithm.")
    return " ".join(sentences)


def outlier_rule(study: SeedStudy) -> str:
    """State the rule and what it is worth, or why nothing is named."""
    found = int(study.runs["outlier"].sum())
    named = f"{count(found, 'run')} named" if found else "No run is named"
    kept = " It stays in all statistics." if found == 1 else " They stay in all statistics." if found else ""
    return f"{named} by this rule: {rule(study.log_rule)}.{kept}"
