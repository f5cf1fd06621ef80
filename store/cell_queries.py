"""The runs behind a map or curve over parameters: with their metric, and with what they cost."""

from collections.abc import Sequence

import duckdb
import pandas as pd

from orbitsens.config import SEED_KEYS
from store.errors import StoreError
from store.filters import RunFilter
from store.frames import pandas
from store.matching import matched_arrow
from store.own_columns import with_own_keys
from store.parameter_queries import DERIVED

_ALWAYS = (
    "run_key", "run_id", "name", "state", "reason", "created_at", "setting_hash", "config_hash", "n_parameters",
    "train_seconds", "measured_on", "split", "value",
)  # fmt: skip


def cell_runs(
    con: duckdb.DuckDBPyConnection,
    which: RunFilter,
    metric: str,
    places: Sequence[tuple[str | None, str]],
    parameters: Sequence[str],
) -> pd.DataFrame:
    """Return one row per run, in every state, and place (dataset, split) with one metric; by seed, then run key.

    Columns: run_key, run_id, name, state, reason, created_at (UTC), setting_hash, config_hash, n_parameters (of the
    model), train_seconds (s, the run's share of its program's run time), measured_on, split, value (NaN where the run
    was not measured there, or diverged), the seeds, and the `parameters` that are asked for: typed ones, or what
    `varying_parameters` names. Where a run does
    not say one of the counts `DERIVED`, that of another matching run of its setting stands in.

    Raises:
        StoreError: there is no such parameter.
    """
    datasets, splits = ([place[i] for place in places] for i in (0, 1))
    rows = matched_arrow(con, which, "cell_runs", {"metric": metric, "datasets": datasets, "splits": splits})
    wanted = list(dict.fromkeys([*_ALWAYS, *SEED_KEYS, *parameters]))
    table = with_own_keys(con, pandas(rows.select([name for name in rows.column_names if name in wanted])))
    if unknown := [name for name in parameters if name not in table]:
        raise StoreError(f"These runs have no parameter {unknown[0]!r} to put on an axis: choose another one.")
    return table[wanted]


def varying_counts(con: duckdb.DuckDBPyConnection, which: RunFilter) -> list[str]:
    """Name the counts that follow from other parameters, such as the number of training orbits, and that differ."""
    varies = matched_arrow(con, which, "varying_counts").to_pylist()[0]
    return [name for name in DERIVED if varies[name]]
