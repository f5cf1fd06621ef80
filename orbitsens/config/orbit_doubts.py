"""Whether the samples of an orbit follow a body around the Earth, in km, km/s and s. Knows no JAX.

From each of some samples the closed form of the two-body problem is followed to a later one. Where it does not arrive
there, the same is tried with other units, axes and signs, and the one that fits is named.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from orbitsens.config.kepler_steps import after
from orbitsens.constants import (
    EARTH_RADIUS_KM,
    EARTH_ROTATION_RAD_S,
    LENGTH_UNIT_KM,
    MU_KM3_S2,
    TIME_UNIT_S,
    VELOCITY_UNIT_KM_S,
)

PAIRS = 8  # of samples, for each orbit
APART = 1.0  # how far two samples of a pair lie apart, in distances from the centre: far enough for gravity to show
# The largest error of a true orbit, in shares of the way and of the speed: noise and rounding, and what perturbations
# such as the Earth's oblateness add in each revolution between the samples, of which so many count.
AGREES, PER_REVOLUTION, REVOLUTIONS = 0.03, 0.02, 5.0
FASTEST_KM_S = 100.0  # nothing that is bound to the Sun passes the Earth at more than 84 km/s
SMALLEST_KM = 1000.0  # semi-major axis
_NAMED = 3  # orbits in a sentence


class Pairs(NamedTuple):
    """Pairs of samples: times [orbit, pair] in s, positions and velocities [orbit, pair, 3] in km and km/s."""

    t: tuple[np.ndarray, np.ndarray]
    r: tuple[np.ndarray, np.ndarray]
    v: tuple[np.ndarray, np.ndarray]

    def scaled(self, r: float = 1.0, v: float = 1.0, t: float = 1.0) -> "Pairs":
        """The same with other units."""
        (t0, t1), (r0, r1), (v0, v1) = self
        return Pairs((t0 * t, t1 * t), (r0 * r, r1 * r), (v0 * v, v1 * v))

    def turning(self, *, with_axes: bool) -> "Pairs":
        """The same out of axes that turn with the Earth; `with_axes`: velocities are those seen from these axes."""
        positions, velocities = [], []
        for t, r, v in zip(self.t, self.r, self.v, strict=True):
            angle = EARTH_ROTATION_RAD_S * t
            spin = np.array([0.0, 0.0, EARTH_ROTATION_RAD_S])
            positions.append(_turned(r, angle))
            velocities.append(_turned(v + np.cross(spin, r) if with_axes else v, angle))
        return Pairs(self.t, (positions[0], positions[1]), (velocities[0], velocities[1]))


_DAY = 86400.0
_EXPLANATIONS: Mapping[str, Callable[[Pairs], Pairs]] = {
    "are positions and velocities in metres and m/s (a factor of 1000)?": lambda p: p.scaled(r=1e-3, v=1e-3),
    "are the positions in metres (a factor of 1000)?": lambda p: p.scaled(r=1e-3),
    "are the velocities in m/s (a factor of 1000)?": lambda p: p.scaled(v=1e-3),
    "are the times in milliseconds (a factor of 1000)?": lambda p: p.scaled(t=1e-3),
    "are the times in minutes (a factor of 60)?": lambda p: p.scaled(t=60.0),
    "are the times in hours (a factor of 3600)?": lambda p: p.scaled(t=3600.0),
    "are the times in days (a factor of 86400)?": lambda p: p.scaled(t=_DAY),
    "are the velocities in km/h (a factor of 3600)?": lambda p: p.scaled(v=1 / 3600.0),
    "are the velocities in km per day (a factor of 86400)?": lambda p: p.scaled(v=1 / _DAY),
    "are the positions in Earth radii (a factor of 6378.137)?": lambda p: p.scaled(r=EARTH_RADIUS_KM),
    "are positions in Earth radii and velocities in Earth radii per second (a factor of 6378.137)?": lambda p: p.scaled(
        r=EARTH_RADIUS_KM, v=EARTH_RADIUS_KM
    ),
    "are these canonical units (Earth radii, mu = 1)?": lambda p: p.scaled(
        r=LENGTH_UNIT_KM, v=VELOCITY_UNIT_KM_S, t=TIME_UNIT_S
    ),
    "are the velocities reversed?": lambda p: p.scaled(v=-1.0),
    "are the axes Earth-fixed (turning with the Earth)?": lambda p: p.turning(with_axes=True),
    "are the axes Earth-fixed, with velocities relative to inertial ones?": lambda p: p.turning(with_axes=False),
}


@np.errstate(all="ignore")  # what is infinite explains nothing
def orbit_doubts(names: Sequence[str], times: Sequence[np.ndarray], states: Sequence[np.ndarray]) -> tuple[str, ...]:
    """Say which orbits do not follow a body around the Earth, and what would explain it, a sentence for each cause.

    Args:
        names: of the orbits.
        times: of each orbit, [n] in s, rising.
        states: of each orbit, [n, 6] in km and km/s, finite, none at the centre.
    """
    chosen = [_pairs_of(t, y) for t, y in zip(times, states, strict=True)]
    pairs = Pairs(
        (np.stack([c[0] for c in chosen]), np.stack([c[1] for c in chosen])),
        (np.stack([c[2][:, :3] for c in chosen]), np.stack([c[3][:, :3] for c in chosen])),
        (np.stack([c[2][:, 3:] for c in chosen]), np.stack([c[3][:, 3:] for c in chosen])),
    )
    doubted = np.flatnonzero(np.isinf(_error(pairs)))
    if not doubted.size:
        return ()
    odd = Pairs(*((first[doubted], second[doubted]) for first, second in pairs))
    errors = np.stack([_error(explain(odd)) for explain in _EXPLANATIONS.values()])
    best = np.where(np.isfinite(errors.min(axis=0)), errors.argmin(axis=0), -1)
    words = list(_EXPLANATIONS)
    return tuple(
        _sentence([names[i] for i in doubted[best == cause]], words[cause] if cause >= 0 else None)
        for cause in np.unique(best)
    )


def _pairs_of(t: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Times and states of both samples of each pair: the second is the next one far enough off, or the last."""
    first = np.linspace(0, t.size - 2, PAIRS).astype(int)
    second = np.empty_like(first)
    for k, i in enumerate(first):
        gap = np.linalg.norm(y[i + 1 :, :3] - y[i, :3], axis=1)
        far = np.flatnonzero(gap > APART * np.linalg.norm(y[i, :3]))
        second[k] = i + 1 + (far[0] if far.size else t.size - i - 2)
    return t[first], t[second], y[first], y[second]


def _error(pairs: Pairs) -> np.ndarray:
    """The error of each orbit's closed form, [orbit]: the median over pairs, infinite where that is too large."""
    (t0, t1), (r0, r1), (v0, v1) = pairs
    r, v = after(r0, v0, t1 - t0, MU_KM3_S2)
    way = _norm(r1 - r0) + 0.1 * np.minimum(_norm(r0), _norm(r1))
    speed = np.maximum(_norm(v0), _norm(v1))
    found = np.maximum(_norm(r - r1) / way, _norm(v - v1) / speed)
    inverse_a = 2.0 / _norm(r0) - _norm(v0) ** 2 / MU_KM3_S2
    revolutions = (t1 - t0) * np.sqrt(MU_KM3_S2 * np.maximum(inverse_a, 0.0) ** 3) / (2 * np.pi)
    most = AGREES + PER_REVOLUTION * np.minimum(revolutions, REVOLUTIONS)
    far_off = (inverse_a > 1 / SMALLEST_KM) | (_norm(v0) > FASTEST_KM_S)
    error = np.median(np.where(np.isfinite(found) & ~far_off, found, np.inf), axis=1)
    return np.where(error < np.median(most, axis=1), error, np.inf)


def _sentence(names: Sequence[str], cause: str | None) -> str:
    more = len(names) - _NAMED
    which = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    doubt = f"{which}: positions, velocities and times disagree with a motion around the Earth in km, km/s and s"
    return f"{doubt}; {cause}" if cause else f"{doubt}, and no other unit or frame explains it."


def _norm(x: np.ndarray) -> np.ndarray:
    return np.linalg.norm(x, axis=-1)


def _turned(x: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Vectors turned about the z axis."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cos * x[..., 0] - sin * x[..., 1], sin * x[..., 0] + cos * x[..., 1], x[..., 2]], axis=-1)
