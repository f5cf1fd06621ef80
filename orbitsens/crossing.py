"""Crossing one interval between samples with as many steps as the tolerance asks for, and pulling gradients back."""

from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PyTree

from orbitsens.tsit5 import Step, Tolerance, error_ratio, next_step_size, tsit5_step, tsit5_step_rolled
from orbitsens.types import Dynamics

# A step that is a smaller share of the interval than this leads nowhere: where the error stays no number, say.
HOPELESS = 1e-10
# Programs for more attempts than this are rarely run, so they are better small than fast.
UNROLLED = 64

States = Float[Array, "lane 6"]
Lanes = Float[Array, "lane"]


class Interval(NamedTuple):
    """Where integration goes on: states, derivatives there, the time to cross, and the step size to try first."""

    y: States
    derivative: States
    duration: Lanes
    first_h: Lanes


class Recorded(NamedTuple):
    """The attempts of a chunk in order; `accepted` marks those that were taken."""

    y: Float[Array, "attempt lane 6"]
    derivative: Float[Array, "attempt lane 6"]
    h: Float[Array, "attempt lane"]
    accepted: Bool[Array, "attempt lane"]


class Crossed(NamedTuple):
    """The end of an interval, NaN in the lanes `unfinished`, and the attempts if they were asked for."""

    y: States
    derivative: States
    unfinished: Bool[Array, "lane"]
    recorded: Recorded | None


def cross(
    dynamics: Dynamics, interval: Interval, tolerance: Tolerance, most: int, recorded: Recorded | None
) -> Crossed:
    """Step adaptively to the end of the interval in every lane; keep the attempts in `recorded`, if there is one."""

    def going(carry: Any) -> Array:
        i, _, _, left, h, _ = carry
        return (i < most) & jnp.any((left > 0) & (h > hopeless))

    def attempt(carry: Any) -> Any:
        i, y, derivative, left, h, recorded = carry
        # A step that would leave a sliver takes all that is left.
        last = h >= 0.999 * left
        h_now = jnp.where(last, left, h)
        step = _step(most, dynamics, y, derivative, h_now)
        ratio = jax.vmap(error_ratio, in_axes=(0, 0, None))(y, step, tolerance)
        accepted = (ratio <= 1) & (left > 0)
        if recorded is not None:
            now = Recorded(y, derivative, h_now, accepted)
            recorded = jax.tree.map(lambda buffer, x: buffer.at[i].set(x), recorded, now)
        take = accepted[:, None]
        left = jnp.where(accepted, jnp.where(last, 0.0, left - h_now), left)
        y, derivative = jnp.where(take, step.y, y), jnp.where(take, step.derivative, derivative)
        return i + 1, y, derivative, left, next_step_size(h_now, ratio), recorded

    hopeless = HOPELESS * interval.duration
    start = (jnp.int32(0), interval.y, interval.derivative, interval.duration, interval.first_h, recorded)
    _, y, derivative, left, _, recorded = jax.lax.while_loop(going, attempt, start)
    unfinished = left > 0
    gave_up = unfinished[:, None]
    y, derivative = jnp.where(gave_up, jnp.nan, y), jnp.where(gave_up, jnp.nan, derivative)
    return Crossed(y, derivative, unfinished, recorded)


def _step(most: int, dynamics: Dynamics, y: States, derivative: States, h: Lanes) -> Step:
    """One step of every lane."""
    one = tsit5_step if most <= UNROLLED else tsit5_step_rolled
    return jax.vmap(one, in_axes=(None, 0, 0, 0))(dynamics, y, derivative, h)


def empty_record(most: int, n: int, dtype: Any) -> Recorded:
    """Room for the attempts of `n` lanes, `most` each."""
    states = jnp.zeros((most, n, 6), dtype)
    return Recorded(states, states, states[..., 0], jnp.zeros((most, n), bool))


def replay_backward(dynamics: Dynamics, recorded: Recorded, y_bar: States, d_bar: States) -> Any:
    """Pull cotangents back through the accepted steps, the last one first."""
    arrays, rest = eqx.partition(dynamics, eqx.is_inexact_array)
    # Attempts were recorded from the front, so the last accepted one tells how many there are to visit.
    n_attempts = jnp.max(jnp.where(recorded.accepted, jnp.arange(recorded.h.shape[0])[:, None] + 1, 0))

    def ends(h: Lanes, arrays: PyTree, y: States, derivative: States) -> tuple[States, States]:
        step = _step(recorded.h.shape[0], eqx.combine(arrays, rest), y, derivative, h)
        return step.y, step.derivative

    def body(carry: Any) -> Any:
        i, arrays_bar, y_bar, d_bar = carry
        now = jax.tree.map(lambda x: x[i - 1], recorded)
        taken = now.accepted[:, None]
        _, pull = jax.vjp(partial(ends, now.h), arrays, now.y, now.derivative)
        more, y_new, d_new = pull((jnp.where(taken, y_bar, 0.0), jnp.where(taken, d_bar, 0.0)))
        arrays_bar = jax.tree.map(jnp.add, arrays_bar, more)
        return i - 1, arrays_bar, jnp.where(taken, y_new, y_bar), jnp.where(taken, d_new, d_bar)

    start = (n_attempts, jax.tree.map(jnp.zeros_like, arrays), y_bar, d_bar)
    _, *bars = jax.lax.while_loop(lambda carry: carry[0] > 0, body, start)
    return tuple(bars)
