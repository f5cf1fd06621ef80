"""Where a logarithmic axis has its labels and grid lines: at round numbers, few enough to read."""

import math
from collections.abc import Sequence
from itertools import pairwise

MOST = 9
SHORT = 6.0  # an axis over less than this factor gets equally spaced labels, where 1, 2, 5, 10 would leave it bare
LONG = 100.0  # and one over more than this only powers of ten


def log_ticks(values: Sequence[float]) -> list[float]:
    """Return round numbers between the least and the largest of positive values; none where all are equal."""
    low, high = (min(values), max(values)) if len(values) else (1.0, 1.0)
    if high / low >= SHORT:
        units = (1, 2, 5) if high / low <= LONG else (1,)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        return [tick for power in powers for unit in units if low <= (tick := unit * 10.0**power) <= high]
    if high == low:
        return []
    power = 10.0 ** math.floor(math.log10((high - low) / MOST))
    step = next(power * unit for unit in (1, 2, 5, 10, 20) if high - low <= MOST * power * unit)
    return [round(i * step, 12) for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def significant_digits(marks: Sequence[float]) -> int:
    """Return how many digits labels need: three, or as many more as tell apart the numbers of a narrow axis."""
    steps = [later - earlier for earlier, later in pairwise(sorted(marks)) if later > earlier]
    if not steps:
        return 3
    return max(3, math.floor(math.log10(max(map(abs, marks)))) - math.floor(math.log10(min(steps))) + 1)
