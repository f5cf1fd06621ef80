"""Evaluations in a few lines of text."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

HEADLINE = "acceleration_error"


def grid_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Say what a grid found, in percent; nothing where there is no grid."""
    if HEADLINE not in found:
        return
    rows = np.array(found[HEADLINE], dtype=float)
    cells = rows[np.isfinite(rows)]
    quantiles = ", ".join(f"{q} % of them below {np.quantile(cells, q / 100):.3g} %" for q in (10, 50, 90))
    yield f"run {found['run_id']}: mean acceleration error of {cells.size} feasible cells of {rows.size}: {quantiles}"
    if "failed" in found:
        yield f"run {found['run_id']}: {sum(row.count(True) for row in found['failed'])} cells failed to integrate"


def spread_line(found: Mapping[str, Any]) -> str:
    """Say how far models are apart, in percent."""
    mean, sd = (np.array(found[HEADLINE][name], dtype=float) for name in ("mean", "sd"))
    middle = f"mean {np.nanmedian(mean):.3g} %, sd (n - 1) {np.nanmedian(sd):.3g} %"
    return f"{len(found['run_ids'])} runs together, in the median cell: {middle}"


def error_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Say what was found on each dataset."""
    for name, one in found.get("datasets", {}).items():
        for metric, measured in one["metrics"].items():
            mean = "not finite" if measured["mean"] is None else f"{measured['mean']:.4g}"
            failed = f", {measured['n_failed']} failed" if measured["n_failed"] else ""
            yield f"run {found['run_id']} on {name} ({one['n_orbits']} orbits{failed}): {metric} {mean}"
