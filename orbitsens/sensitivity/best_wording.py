"""Which setting is best, in words."""

from math import isfinite

from orbitsens.sensitivity.best import MOST_LOST, Best
from orbitsens.sensitivity.wording import Metric


def best_words(found: Best, metric: Metric) -> str:
    """Say which setting is best, which may be, and what the best is worth at new seeds and on other test orbits."""
    first, k = found.table.iloc[0], len(found.table)
    candidates = int(found.table["candidate"].sum())
    unit = f" {metric.unit}".rstrip()
    mean = f"geometric mean {first['error']:.3g}{unit}, arithmetic mean {first['arithmetic']:.3g}{unit}"
    if not found.log:
        mean = f"mean {first['error']:.3g}{unit}"
    said = f"{first['setting']} has the smallest {metric.label} ({mean})"
    if k == 1:
        said += ", and is the only setting that can be ranked"
    elif found.unique:
        said += f", and is distinguishable from all {k - 1} others"
    elif candidates > 1:
        said += f", but {candidates} of {k} settings are indistinguishable from the best"
    else:
        said += ", and no other setting can be the best, though not all differences are beyond doubt"
    if k > 1:
        said += f" (probability of being best {first['probability']:.2f})"
    if isfinite(found.corrected):
        value, low, high = (_back(x, found.log) for x in (found.corrected, found.corrected_low, found.corrected_high))
        kind = "a geometric mean" if found.log else "a mean"
        said += f". At new seeds expect {kind} of {value:.3g}{unit} ({low:.3g} to {high:.3g})"
        if isfinite(found.orbits_low):
            low, high = (_back(x, found.log) for x in (found.orbits_low, found.orbits_high))
            said += f", on test orbits like these {low:.3g} to {high:.3g}"
        said += f"; being chosen from {k} is allowed for"
    if isfinite(found.stays) and k > 1:
        said += f". With redrawn test orbits it stays the best in {100 * found.stays:.0f} %"
    return f"{said}.{_not_ranked(found)}"


def _not_ranked(found: Best) -> str:
    if not found.not_ranked:
        return ""
    shown = [f"{name} ({gone} of {n})" for name, (n, gone) in list(found.not_ranked.items())[:3]]
    more = len(found.not_ranked) - len(shown)
    rest = f" and {more} more" if more else ""
    return f" Not ranked, because more than {100 * MOST_LOST:.0f} % of their runs diverged: {', '.join(shown)}{rest}."


def _back(y: float, log: bool) -> float:
    return float(10.0**y) if log else y
