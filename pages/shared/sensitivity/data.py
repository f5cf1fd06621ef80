"""What the Sensitivity page reads and computes; cached by the store's version."""

import streamlit as st

from orbitsens.sensitivity.analysis import MOST_BY_ORBIT, Analysis, analyse, with_others, with_sobol
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.importance import Importances, importances
from orbitsens.sensitivity.linear_maps import linear_remark
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.wording import Metric
from pages.shared.data import Catalogue, Measured, in_turn, large, metric_choices, reading, varying_parameters
from pages.shared.study_data import in_settings, run_metric
from pages.shared.text import dataset_label, metric
from store import queries
from store.filters import RunFilter

_cached = st.cache_data(show_spinner=False, max_entries=16)


@large
@in_turn
def analysis(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> Analysis:
    """The whole answer of some runs."""
    runs = in_settings(of, which, measured, but)
    orbits = None
    if len(runs) <= MOST_BY_ORBIT:
        with reading(of) as con:
            orbits = queries.orbit_values(con, which, *measured)
    return analyse(runs, varying_parameters(of, which, but), orbits=orbits)


@_cached
def minutes_per_run(of: Catalogue, which: RunFilter) -> float | None:
    """How long the training of one of some runs took, in minutes, on average; None where that is not on record."""
    with reading(of) as con:
        costs = queries.group_costs(con, which)
    return costs.train_seconds / costs.n_runs / 60.0 if costs.n_runs and costs.train_seconds else None


def remark(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> str:
    """Say what has to be known of the best setting of some runs: that its network is a linear map; "" if it is not."""
    words = Metric(metric(measured.metric).label, metric(measured.metric).unit)
    return linear_remark(analysis(of, which, measured, but), run_metric(of, which, measured), words)


@large
def full_analysis(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> Analysis:
    """The whole answer with Sobol indices, other test sets and metrics, or why there are none; up to a minute."""
    answer, varying = analysis(of, which, measured, but), varying_parameters(of, which, but)
    others = {}
    if len(in_settings(of, which, measured, but)) <= MOST_BY_ORBIT:
        others = {
            (other.metric, dataset_label(other.dataset, other.split)): in_settings(of, which, other, but)
            for other in _choices(of, which)
            if other.split == measured.split
        }
    here = measured.metric, dataset_label(measured.dataset, measured.split)
    return with_sobol(with_others(answer, here, others, varying))


def _choices(of: Catalogue, which: RunFilter) -> list[Measured]:
    """Every metric, dataset and split that the runs were measured at."""
    rows = metric_choices(of, which)[["metric", "dataset", "split"]].itertuples(index=False)
    return [Measured(key, name if isinstance(name, str) else None, split) for key, name, split in rows]


@_cached
def importance(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> Importances | str:
    """Importances in some runs, or the sentence that says why there are none."""
    try:
        return importances(response(in_settings(of, which, measured, but), varying_parameters(of, which, but)))
    except CannotSay as reason:
        return str(reason)
