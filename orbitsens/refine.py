"""Sub-stepping of the few intervals that one step cannot cross within tolerance.

Lanes that need it are gathered into small chunks, so that a batch does not wait, lane by lane, for its worst one.
Every loop runs only as often as is needed: a batch without such lanes costs nothing. Where a derivative is
asked for, it is the exact one of the steps taken, their sizes held fixed (discretise, then optimise).
"""

from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PyTree

from orbitsens.tsit5 import Step, Tolerance, error_ratio, next_step_size, tsit5_step, tsit5_step_rolled
from orbitsens.types import Dynamics

# Attempted steps in one interval between samples: most lanes need fewer than FEW, and go together; the others go one
# by one, up to MANY, as many as diffrax makes by default. Beyond, the end state becomes NaN.
FEW = 64
MANY = 4096
# A step that is a smaller share of the interval than this leads nowhere: where the error stays no number, say.
HOPELESS = 1e-10

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


@eqx.filter_custom_vjp
def refine(
    differentiable: tuple[Dynamics, States, States],
    duration: Lanes,
    first_h: Lanes,
    needed: Bool[Array, "lane"],
    differentiated: Bool[Array, "lane"],
    tolerance: Tolerance,
) -> tuple[States, States]:
    """Cross an interval with as many steps as the tolerance asks for, in the lanes where `needed`.

    `differentiable` holds the dynamics, the states and their derivatives. Returns the same two at the end, zero in
    lanes where not needed, NaN where 4096 attempts do not reach it. Only the lanes `differentiated` have a gradient.
    """
    del differentiated
    dynamics, y, derivative = differentiable
    start = Interval(y, derivative, duration, first_h)
    ends = (jnp.zeros_like(y), jnp.zeros_like(derivative))
    ends, unfinished = _cross_lanes(dynamics, start, tolerance, needed, ends, FEW)
    ends, _ = _cross_lanes(dynamics, start, tolerance, unfinished, ends, MANY)
    return ends


def _cross_lanes(
    dynamics: Dynamics,
    start: Interval,
    tolerance: Tolerance,
    needed: Bool[Array, "lane"],
    ends: tuple[States, States],
    most: int,
) -> tuple[tuple[States, States], Bool[Array, "lane"]]:
    """Put the lanes `needed` into `ends`, and tell which of them `most` attempts did not bring to their end."""
    lanes = _Lanes.of(needed, most)

    def body(carry: tuple[Any, tuple[States, States], Array]) -> tuple[Any, tuple[States, States], Array]:
        i, ends, unfinished = carry
        index = lanes.chunk(i)
        crossed = _cross(dynamics, _take(start, index), tolerance, most, None)
        ends = _put(ends, index, (crossed.y, crossed.derivative))
        return i + 1, ends, unfinished.at[index].set(crossed.unfinished, mode="drop")

    first = (jnp.int32(0), ends, jnp.zeros_like(needed))
    _, ends, unfinished = jax.lax.while_loop(lanes.left, body, first)
    return ends, unfinished


def _refine_forward(perturbed: Any, differentiable: Any, *args: Any) -> tuple[Any, None]:
    del perturbed
    return refine(differentiable, *args), None


def _refine_backward(
    residuals: None,
    cotangent: tuple[States, States],
    perturbed: Any,
    differentiable: tuple[Dynamics, States, States],
    duration: Lanes,
    first_h: Lanes,
    needed: Bool[Array, "lane"],
    differentiated: Bool[Array, "lane"],
    tolerance: Tolerance,
) -> Any:
    del residuals, perturbed, needed
    dynamics, y, derivative = differentiable
    start = Interval(y, derivative, duration, first_h)
    zeros = jax.tree.map(jnp.zeros_like, eqx.filter(dynamics, eqx.is_inexact_array))
    bars = (zeros, jnp.zeros_like(y), jnp.zeros_like(derivative))
    bars, unfinished = _pull_lanes(dynamics, start, tolerance, differentiated, cotangent, bars, FEW)
    bars, _ = _pull_lanes(dynamics, start, tolerance, unfinished, cotangent, bars, MANY)
    return bars


def _pull_lanes(
    dynamics: Dynamics,
    start: Interval,
    tolerance: Tolerance,
    needed: Bool[Array, "lane"],
    cotangent: tuple[States, States],
    bars: tuple[PyTree, States, States],
    most: int,
) -> tuple[tuple[PyTree, States, States], Bool[Array, "lane"]]:
    """Add to `bars` what the lanes `needed` pull back, and tell which of them `most` attempts did not finish."""
    lanes = _Lanes.of(needed, most)

    def body(carry: tuple[Any, tuple[PyTree, States, States], Array]) -> Any:
        i, (dynamics_bar, *lane_bars), unfinished = carry
        index = lanes.chunk(i)
        empty = _empty_record(most, lanes.width, start.y.dtype)
        crossed = _cross(dynamics, _take(start, index), tolerance, most, empty)
        assert crossed.recorded is not None
        # Who did not finish pulls nothing back here.
        recorded = crossed.recorded._replace(accepted=crossed.recorded.accepted & ~crossed.unfinished[None])
        more, *parts = _replay_backward(dynamics, recorded, *_take(cotangent, index))
        dynamics_bar = jax.tree.map(jnp.add, dynamics_bar, more)
        unfinished = unfinished.at[index].set(crossed.unfinished, mode="drop")
        return i + 1, (dynamics_bar, *_put(tuple(lane_bars), index, tuple(parts))), unfinished

    first = (jnp.int32(0), bars, jnp.zeros_like(needed))
    _, bars, unfinished = jax.lax.while_loop(lanes.left, body, first)
    return bars, unfinished


refine.def_fwd(_refine_forward)
refine.def_bwd(_refine_backward)


class _Lanes(NamedTuple):
    """The lanes that need work, first in `order`, taken `width` at a time."""

    order: Array
    n_needed: Array
    width: int

    @staticmethod
    def of(needed: Bool[Array, "lane"], most: int) -> "_Lanes":
        n = needed.shape[0]
        # The rank of a needed lane among the needed ones is where it goes; the rest is dropped.
        rank = jnp.where(needed, jnp.cumsum(needed) - 1, n)
        order = jnp.full(n, n, dtype=jnp.int32).at[rank].set(jnp.arange(n, dtype=jnp.int32), mode="drop")
        return _Lanes(order, jnp.sum(needed), max(1, n // 16) if most == FEW else 1)

    def left(self, carry: tuple[Any, ...]) -> Array:
        """Whether there are lanes left after so many chunks as the carry begins with."""
        return carry[0] * self.width < self.n_needed

    def chunk(self, i: Array) -> Array:
        """Lane numbers of chunk `i`; places beyond the last lane hold a number out of range."""
        place = i * self.width + jnp.arange(self.width)
        return self.order.at[place].get(mode="fill", fill_value=len(self.order))


def _take(values: Any, index: Array) -> Any:
    # Lanes out of range get zeros: nothing to cross.
    return jax.tree.map(lambda x: x.at[index].get(mode="fill", fill_value=0), values)


def _put(into: Any, index: Array, values: Any) -> Any:
    return jax.tree.map(lambda all_lanes, x: all_lanes.at[index].set(x, mode="drop"), into, values)


def _cross(
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
    """One step of every lane. Where many may be made, which is rare, the program is better small than fast."""
    one = tsit5_step if most == FEW else tsit5_step_rolled
    return jax.vmap(one, in_axes=(None, 0, 0, 0))(dynamics, y, derivative, h)


def _empty_record(most: int, n: int, dtype: Any) -> Recorded:
    states = jnp.zeros((most, n, 6), dtype)
    return Recorded(states, states, states[..., 0], jnp.zeros((most, n), bool))


def _replay_backward(dynamics: Dynamics, recorded: Recorded, y_bar: States, d_bar: States) -> Any:
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
