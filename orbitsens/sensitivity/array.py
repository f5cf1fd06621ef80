"""The one type of numbers that the statistics pass around, and the rows of their tables."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]


def rows_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a table as named tuples, whose values have the types that the table's own docstring says."""
    return list(table.itertuples())
