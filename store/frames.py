"""From a statement to a table: Arrow as it comes, pandas with missing numbers and texts that are plainly missing."""

from collections.abc import Mapping
from math import isnan
from typing import Any

import duckdb
import numpy as np
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
    """Run `store/sql/<name>.sql` with `values` bound, see `pandas`."""
    return pandas(arrow(con, name, values))


def pandas(table: pa.Table) -> pd.DataFrame:
    """Turn an Arrow table into a DataFrame; whole numbers are Int64 and truths boolean, NULL being NA.

    In a column of floats NULL is NaN. In one of texts it is None, and the column one of objects: pandas' own missing
    text is a NaN, which is true, so that `text or "(unset)"` is no text.
    """
    columns = {name: _series(table[name]) for name in table.column_names}
    return pd.DataFrame(columns, index=range(table.num_rows), columns=table.column_names)


def _series(column: pa.ChunkedArray) -> "pd.Series[Any]":
    if not pa.types.is_string(column.type) or not column.null_count:
        series: pd.Series[Any] = column.to_pandas(types_mapper=_TYPES.get)
        return series
    coded = column.combine_chunks().dictionary_encode()  # so that equal texts share one object
    texts = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    return pd.Series(texts[coded.indices.fill_null(len(texts) - 1).to_numpy()], dtype=object)
