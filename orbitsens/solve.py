"""Integrating a batch of segments from their first states, each at its own sample times."""

from collections.abc import Callable

import diffrax
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.augment import Segments
from orbitsens.refine import refine
from orbitsens.tsit5 import Tolerance, error_ratio, next_step_size, tsit5_step
from orbitsens.types import Dynamics

Trajectories = Float[Array, "segment sample 6"]
Engine = Callable[[Dynamics, Segments, Tolerance], Trajectories]


# Error ratio of a single step up to which a refined interval takes the gradient of that step instead of its own.
# Replaying those many intervals backwards would be most of the cost of refining; beyond, the gradient is exact.
FAR = 8.0


def solve_segments(dynamics: Dynamics, segments: Segments, tolerance: Tolerance) -> Trajectories:
    """Integrate with Tsit5, landing on every sample time: one step an interval, more where its error asks for it.

    Every accepted step's embedded error estimate is within `tolerance`. Where even 4096 attempts do not cross an
    interval, the states from there on are NaN. Padded samples (equal times) repeat the state before them.

    Values are those of the steps taken; so are gradients, except across an interval whose single step had an error
    ratio above 1 and up to `FAR`: there the gradient is that of the single step.
    """
    y0 = segments.y[:, 0]
    derivative = jax.vmap(dynamics)(y0)

    def cross(carry: tuple[Array, Array], h: Float[Array, "segment"]) -> tuple[tuple[Array, Array], Array]:
        y, derivative = carry
        step = jax.vmap(tsit5_step, in_axes=(None, 0, 0, 0))(dynamics, y, derivative, h)
        ratio = jax.lax.stop_gradient(jax.vmap(error_ratio, in_axes=(0, 0, None))(y, step, tolerance))
        # What is no number any more stays so: trying ever smaller steps would only take time. Written so that a NaN
        # of a single step counts as too large.
        alive = jnp.all(jnp.isfinite(y) & jnp.isfinite(derivative), axis=1)
        too_large = alive & ~(ratio <= 1)
        far = alive & ~(ratio <= FAR)
        refined = refine((dynamics, y, derivative), h, next_step_size(h, ratio), too_large, far, tolerance)
        y, derivative = (
            _replaced(single, fine, too_large[:, None], far[:, None])
            for fine, single in zip(refined, (step.y, step.derivative), strict=True)
        )
        return (y, derivative), y

    _, later = jax.lax.scan(cross, (y0, derivative), jnp.diff(segments.t, axis=1).T)
    return jnp.concatenate([y0[:, None], jnp.moveaxis(later, 0, 1)], axis=1)


def _replaced(single: Array, fine: Array, too_large: Array, far: Array) -> Array:
    """The refined value where one step was too large; its gradient is that of the single step unless that is far."""
    near = single + jax.lax.stop_gradient(jnp.where(too_large & ~far, fine - single, 0.0))
    return jnp.where(far, fine, near)


def solve_with_diffrax(dynamics: Dynamics, segments: Segments, tolerance: Tolerance) -> Trajectories:
    """Integrate with diffrax's Tsit5 and PID controller, interpolating at the sample times: the reference."""

    def one(t: Float[Array, "sample"], y0: Float[Array, "6"]) -> Float[Array, "sample 6"]:
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, args: dynamics(y)),
            diffrax.Tsit5(),
            t0=t[0],
            t1=t[-1],
            dt0=None,
            y0=y0,
            saveat=diffrax.SaveAt(ts=t),
            stepsize_controller=diffrax.PIDController(rtol=tolerance.rtol, atol=tolerance.atol),
            throw=False,
        )
        return jnp.asarray(solution.ys)

    return jax.vmap(one)(segments.t, segments.y[:, 0])


ENGINES: dict[str, Engine] = {"segment": solve_segments, "diffrax": solve_with_diffrax}
