"""Why runs have no metric: none was logged, or they are still running."""

from typing import NamedTuple

import duckdb

from store.filters import RunFilter
from store.matching import matched_arrow
from store.measured import OLD_HEADLINES, POINTWISE

NAMED = 12


class Unmeasured(NamedTuple):
    """Runs without a metric: how many there are, how many of them still run, and the keys that they logged."""

    n_runs: int
    n_running: int
    keys: tuple[str, ...]


def unmeasured(con: duckdb.DuckDBPyConnection, which: RunFilter) -> Unmeasured:
    """Look at the runs that a filter means, none of which was measured."""
    (row,) = matched_arrow(con, which, "unmeasured").to_pylist()
    return Unmeasured(row["n_runs"], row["n_running"], tuple(row["keys"] or ()))


def unmeasured_sentence(found: Unmeasured) -> str:
    """Say what the runs lack and what they logged instead."""
    *others, last = [name for name in POINTWISE if name not in OLD_HEADLINES]
    names = f"{', '.join(others)} or {last}"
    many = found.n_runs != 1
    lack = f"None of the {found.n_runs} runs logged" if many else "The run did not log"
    if not found.keys:
        return f"{lack} a metric ({names}), nor anything else."
    rest = f" and {len(found.keys) - NAMED} more" if len(found.keys) > NAMED else ""
    return f"{lack} {names}. What {'they' if many else 'it'} logged: {', '.join(found.keys[:NAMED])}{rest}."
