"""What the syncs brought, and the runs that did not simply finish."""

import duckdb
import pandas as pd

from store.frames import frame


def syncs(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """List the syncs that published something, the newest first.

    Columns: version, source, finished_at (UTC), n_new, n_changed, n_unchanged, n_failed (runs; failed: unreadable).
    """
    return frame(con, "syncs")


def unfinished(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """List the runs that are not simply finished; those of a group that say the same are one row, the newest first.

    Columns: group, state, reason, n_runs, run_id (of one of them), last_created (UTC).
    """
    return frame(con, "unfinished")
