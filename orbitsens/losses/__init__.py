"""Losses by name."""

from orbitsens.config.choices import LOSSES
from orbitsens.losses.spec import Loss as Loss, LossInputs as LossInputs, LossValue as LossValue
from orbitsens.registry import load_specs

REGISTRY: dict[str, Loss] = load_specs(__name__, LOSSES, Loss)
