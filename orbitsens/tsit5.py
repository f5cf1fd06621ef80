"""One step of Tsit5, with its embedded error estimate.

Tsitouras (2011), Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying assumption; the
coefficients are diffrax's.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from diffrax import Tsit5
from jaxtyping import Array, Float

from orbitsens.types import Derivative, Dynamics, State

_TABLEAU = Tsit5.tableau
_ROWS = tuple(tuple(float(a) for a in row) for row in _TABLEAU.a_lower)
N_STAGES = len(_ROWS)
_ERROR = tuple(float(b) for b in _TABLEAU.b_error)


class Tolerance(NamedTuple):
    """Bound on the error estimate of a step: atol + rtol |y|, component by component."""

    rtol: Float[Array, ""] | float
    atol: Float[Array, ""] | float


class Step(NamedTuple):
    """The end of a step, the derivative there (first-same-as-last), and the estimated error of `y`."""

    y: State
    derivative: Derivative
    error: State


def tsit5_step(dynamics: Dynamics, y: State, derivative: Derivative, h: Float[Array, ""]) -> Step:
    """Step from `y`, where dy/dt is `derivative`, over the time `h`."""
    slopes = [derivative]
    end = y
    for row in _ROWS:
        end = y + h * sum(a * k for a, k in zip(row, slopes, strict=True))
        slopes.append(dynamics(end))
    return Step(end, slopes[-1], h * sum(b * k for b, k in zip(_ERROR, slopes, strict=True)))


def tsit5_step_rolled(dynamics: Dynamics, y: State, derivative: Derivative, h: Float[Array, ""]) -> Step:
    """The same as `tsit5_step` as a loop over the stages: a sixth of the code to compile, and slower."""
    rows = jnp.asarray([row + (0.0,) * (N_STAGES + 1 - len(row)) for row in _ROWS], y.dtype)
    weights = jnp.asarray(_ERROR, y.dtype)
    slopes = jnp.zeros((N_STAGES + 1, *y.shape), y.dtype).at[0].set(derivative)

    def stage(carry: tuple[Array, State], i: Array) -> tuple[tuple[Array, State], None]:
        slopes, _ = carry
        end = y + h * (rows[i] @ slopes)
        return (slopes.at[i + 1].set(dynamics(end)), end), None

    (slopes, end), _ = jax.lax.scan(stage, (slopes, y), jnp.arange(N_STAGES))
    return Step(end, slopes[-1], h * (weights @ slopes))


def error_ratio(start: State, step: Step, tolerance: Tolerance) -> Float[Array, ""]:
    """Root mean square over the components of error / (atol + rtol max(|y0|, |y1|)); a step counts if at most 1.

    The same norm as diffrax's PID controller.
    """
    scale = tolerance.atol + tolerance.rtol * jnp.maximum(jnp.abs(start), jnp.abs(step.y))
    return jnp.sqrt(jnp.mean((step.error / scale) ** 2))


def next_step_size(h: Float[Array, ""], ratio: Float[Array, ""]) -> Float[Array, ""]:
    """The step size after one of size `h` with that error ratio: 0.9 h ratio^(-1/5), within h/5 .. 10 h."""
    factor = 0.9 * jnp.maximum(ratio, 1e-10) ** -0.2
    return h * jnp.where(jnp.isfinite(ratio), jnp.clip(factor, 0.2, 10.0), 0.2)
