"""From one state of the two-body problem to a later one, for orbits of every kind, in closed form.

Universal variables: Vallado, Fundamentals of Astrodynamics and Applications (4th ed.), section 2.3, algorithm 8; the
equation is solved by halving, since what is asked may be no orbit at all.
"""

import numpy as np

_HALVINGS = 70
_DOUBLINGS = 60


@np.errstate(all="ignore")  # what is asked may be no orbit at all: then not a number comes back
def after(r0: np.ndarray, v0: np.ndarray, dt: np.ndarray, mu: float) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and velocities after `dt`.

    Args:
        r0: positions [..., 3].
        v0: velocities [..., 3].
        dt: times from then on, [...], not negative.
        mu: of the centre, in the units of the others.
    """
    radius = np.linalg.norm(r0, axis=-1)
    towards = np.sum(r0 * v0, axis=-1) / np.sqrt(mu)
    alpha = 2.0 / radius - np.sum(v0 * v0, axis=-1) / mu  # 1 / a
    period = np.where(alpha > 0, 2 * np.pi / np.sqrt(mu * np.abs(alpha) ** 3), np.inf)
    dt = np.where(np.isfinite(period), np.mod(dt, np.where(np.isfinite(period), period, 1.0)), dt)

    def time(chi: np.ndarray) -> np.ndarray:
        c, s = _stumpff(alpha * chi * chi)
        return (towards * chi**2 * c + (1.0 - alpha * radius) * chi**3 * s + radius * chi) / np.sqrt(mu)

    low, high = np.zeros_like(dt), np.sqrt(radius)
    for _ in range(_DOUBLINGS):
        high = np.where(time(high) < dt, 2.0 * high, high)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        early = time(middle) < dt
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    chi = 0.5 * (low + high)
    c, s = _stumpff(alpha * chi * chi)
    f, g = 1.0 - chi**2 * c / radius, dt - chi**3 * s / np.sqrt(mu)
    r = f[..., None] * r0 + g[..., None] * v0
    later = np.linalg.norm(r, axis=-1)
    f_dot = np.sqrt(mu) / (later * radius) * chi * (alpha * chi * chi * s - 1.0)
    g_dot = 1.0 - chi**2 * c / later
    return r, f_dot[..., None] * r0 + g_dot[..., None] * v0


def _stumpff(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The functions c2 and c3 of universal variables."""
    small = np.abs(z) < 1e-3
    root = np.sqrt(np.where(small, 1.0, np.abs(z)))
    bound = z > 0
    c = np.where(bound, 1.0 - np.cos(root), np.cosh(np.where(bound, 0.0, root)) - 1.0) / root**2
    s = np.where(bound, root - np.sin(root), np.sinh(np.where(bound, 0.0, root)) - root) / root**3
    c = np.where(small, 0.5 - z / 24.0 + z * z / 720.0, c)
    s = np.where(small, 1.0 / 6.0 - z / 120.0 + z * z / 5040.0, s)
    return c, s
