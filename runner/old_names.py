"""Names that metrics had in older runs: a table to complete, and its use on histories and summaries.

An entry must mean the same quantity in the same unit. A run that has a metric under both names keeps the current one.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

CURRENT_NAMES: Mapping[str, str] = {
    "loss": "train_loss",
    "training_loss": "train_loss",
    "validation_loss": "val_loss",
    "train_percent_error": "percent_error",
    "percentage_error": "percent_error",
    "validation_percent_error": "val_percent_error",
    "val_percentage_error": "val_percent_error",
    "loss_mpe": "loss_component_mpe",
    "loss_rmse": "loss_component_rmse",
    "val_loss_mpe": "val_loss_component_mpe",
    "val_loss_rmse": "val_loss_component_rmse",
    "accel_error": "acceleration_error",
    "acceleration_percent_error": "acceleration_error",
    "accel_angle_error_deg": "accel_angle_deg",
    "acceleration_angle_deg": "accel_angle_deg",
    "radial_sign_violations_pct": "radial_sign_violation_pct",
    "acceleration_dir_flip_pct": "accel_dir_flip_pct",
    "phase": "curriculum_phase",
    "final_segment_ratio": "segment_ratio_final",
}


def renamed_summary(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary under the current names."""
    return {_current(key, summary): value for key, value in summary.items()}


def renamed_history(history: pa.Table) -> pa.Table:
    """Return a history under the current names."""
    return history.rename_columns([_current(name, history.column_names) for name in history.column_names])


def _current(name: str, present: Any) -> str:
    """Return what a key is called now, unless that, or another old name of it that comes first, is there as well."""
    new = CURRENT_NAMES.get(name, name)
    rivals = [old for old, current in CURRENT_NAMES.items() if current == new and old in present]
    return name if new in present or (rivals and rivals[0] != name) else new
