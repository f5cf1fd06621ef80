"""What a residual grid is asked for: which orbits, sampled how. Knows no JAX."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from orbitsens.config import ConfigError
from orbitsens.orbits import FAMILIES, is_feasible

_COMPLEX = FAMILIES["complex"]
MOST_CELLS, MOST_SAMPLES = 2**20, 2**12
# Up to this many samples in all, a grid's file also keeps what a click on a cell shows: the orbit itself.
MOST_KEPT_SAMPLES = 2**20
ARROWS = 18


@dataclass(frozen=True)
class GridSettings:
    """A grid of semi-major axes (km) by eccentricities, both ends included, one orbit a cell.

    Each orbit has `anomalies` samples equally spaced in true anomaly from `start_deg`. With several
    `arguments_deg` (of periapsis) a cell is the average over one orbit for each. `revolutions` 0 means no rollout.
    The default argument of periapsis is the middle of what the families draw.
    """

    n_a: int = 64
    n_e: int = 64
    anomalies: int = 90
    a_range_km: tuple[float, float] = _COMPLEX.semi_major_axis_km
    e_range: tuple[float, float] = _COMPLEX.eccentricity
    arguments_deg: tuple[float, ...] = (90.0,)
    start_deg: float = 0.0
    inclination_deg: float = 0.0
    raan_deg: float = 0.0
    revolutions: int = 0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ConfigError: a range is empty or impossible, or the grid is too large.
        """
        (a0, a1), (e0, e1) = self.a_range_km, self.e_range
        if not 0.0 < a0 <= a1 < np.inf:
            raise ConfigError(f"The range of semi-major axes must be positive and ascending, in km; got {a0} to {a1}.")
        if not 0.0 <= e0 <= e1 < 1.0:
            raise ConfigError(f"The range of eccentricities must ascend within 0 to below 1; got {e0} to {e1}.")
        if min(self.n_a, self.n_e) < 1 or self.n_a * self.n_e > MOST_CELLS:
            raise ConfigError(f"A grid has from 1 to {MOST_CELLS:,} cells; got {self.n_a} by {self.n_e}.")
        if not 2 <= self.anomalies <= MOST_SAMPLES:
            raise ConfigError(f"An orbit has from 2 to {MOST_SAMPLES:,} samples; got {self.anomalies}.")
        if not self.arguments_deg or self.revolutions < 0:
            raise ConfigError("A grid needs an argument of periapsis, and zero or more revolutions.")
        if not self.feasible.any():
            raise ConfigError("No orbit of this grid stays above the Earth's surface: choose larger axes or less e.")

    @property
    def a_km(self) -> np.ndarray:
        """Semi-major axes [a], km."""
        return np.linspace(*self.a_range_km, self.n_a)

    @property
    def e(self) -> np.ndarray:
        """Eccentricities [e]."""
        return np.linspace(*self.e_range, self.n_e)

    @property
    def feasible(self) -> np.ndarray:
        """Which cells' orbits stay above the Earth's surface, [e, a]."""
        return is_feasible(self.a_km[None, :], self.e[:, None])

    @property
    def keeps_orbits(self) -> bool:
        """Whether the result keeps what happens along each orbit (of the first argument of periapsis)."""
        return self.n_a * self.n_e * self.anomalies <= MOST_KEPT_SAMPLES

    def plain(self) -> dict[str, Any]:
        """The settings as JSON knows them: equal for equal settings."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "GridSettings":
        """The settings that `plain` wrote."""
        typed: dict[str, Any] = {k: tuple(map(float, v)) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**typed)


def arrow_samples(n: int, most: int = ARROWS) -> np.ndarray:
    """Which of an orbit's `n` samples keep the model's acceleration, for a picture: at most so many, equally spaced."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(int))
