"""Labels of a logarithmic axis that spans less than a decade, where the usual 1, 2, 5, 10 leave it bare."""

import math
from collections.abc import Sequence

MOST = 9


def log_ticks(values: Sequence[float]) -> list[float] | None:
    """Return round values, equally spaced, between the least and the largest of positive values.

    None where they span a factor of 6 or more, or nothing: then the axis finds its own.
    """
    low, high = (min(values), max(values)) if len(values) else (1.0, 1.0)
    if not 1.0 < high / low < 6.0:
        return None
    power = 10.0 ** math.floor(math.log10((high - low) / MOST))
    step = next(power * unit for unit in (1, 2, 5, 10, 20) if high - low <= MOST * power * unit)
    return [round(i * step, 12) for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
