"""From a statement to a table: Arrow as it comes, pandas with types that do not depend on what is missing."""

from collections.abc import Mapping
from math import isnan

import duckdb
import pandas as pd
import pyarrow as pa

from store.sqltext import statement

_TYPES = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
_STORED_TIME, _UTC_TIME = pa.timestamp("us"), pa.timestamp("us", tz="UTC")


def arrow(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object] | None = None) -> pa.Table:
    """Run `store/sql/<name>.sql` with `values` bound; NULL and NaN stay different, and times say that they are UTC.

    A value that comes from a table and is missing there (NaN, NA) is NULL.
    """
    bound = {key: None if _is_missing(value) else value for key, value in (values or {}).items()}
    return utc(con.sql(statement(name), params=bound).to_arrow_table())


def _is_missing(value: object) -> bool:
    return value is pd.NA or value is pd.NaT or (isinstance(value, float) and isnan(value))


def utc(table: pa.Table) -> pa.Table:
    """Let the times of a table say that they are UTC."""
    typed = [field.with_type(_UTC_TIME) if field.type == _STORED_TIME else field for field in table.schema]
    return table.cast(pa.schema(typed))


def frame(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Run `store/sql/<name>.sql` with `values` bound; whole numbers are Int64 and truths boolean, NULL being NA.

    In a column of floats NULL is NaN.
    """
    return pandas(arrow(con, name, values))


def pandas(table: pa.Table) -> pd.DataFrame:
    """Turn an Arrow table into a DataFrame with nullable integers and booleans."""
    result: pd.DataFrame = table.to_pandas(types_mapper=_TYPES.get)
    return result
