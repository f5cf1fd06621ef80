"""Sub-stepping of the few intervals that one step cannot cross within tolerance.

Lanes that need it are gathered into small chunks, so that a batch does not wait, lane by lane, for its worst one.
Every loop runs only as often as is needed: a batch without such lanes costs nothing. Where a derivative is
asked for, it is the exact one of the steps taken, their sizes held fixed (discretise, then optimise).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, PyTree

from orbitsens.crossing import UNROLLED, Interval, Lanes, States, cross, empty_record, replay_backward
from orbitsens.tsit5 import Tolerance
from orbitsens.types import Dynamics

# Attempted steps in one interval between samples: most lanes need fewer than FEW; the others may make MANY, as many as
# diffrax makes by default, TOGETHER lanes at a time at most, because all attempts are kept for the gradient. Beyond,
# the end state becomes NaN.
FEW = UNROLLED
MANY = 4096
TOGETHER = 16


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

    def crossed(index: Array, ends: tuple[States, States], most: int) -> Any:
        crossed = cross(dynamics, _take(start, index), tolerance, most, None)
        return _put(ends, index, (crossed.y, crossed.derivative)), crossed.unfinished

    return _in_two_tiers(crossed, needed, ends)


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

    def pulled(index: Array, bars: tuple[PyTree, States, States], most: int) -> Any:
        dynamics_bar, *lane_bars = bars
        crossed = cross(dynamics, _take(start, index), tolerance, most, empty_record(most, len(index), start.y.dtype))
        assert crossed.recorded is not None
        # Who did not finish pulls nothing back here.
        recorded = crossed.recorded._replace(accepted=crossed.recorded.accepted & ~crossed.unfinished[None])
        more, *parts = replay_backward(dynamics, recorded, *_take(cotangent, index))
        dynamics_bar = jax.tree.map(jnp.add, dynamics_bar, more)
        return (dynamics_bar, *_put(tuple(lane_bars), index, tuple(parts))), crossed.unfinished

    return _in_two_tiers(pulled, differentiated, bars)


refine.def_fwd(_refine_forward)
refine.def_bwd(_refine_backward)


def _in_two_tiers(work: Callable[[Array, Any, int], Any], needed: Bool[Array, "lane"], results: Any) -> Any:
    """Fold `work` over the lanes `needed`, with FEW attempts each, then over those left unfinished, with MANY.

    `work` takes lane numbers, the results so far and the most attempts; it returns results and who is unfinished.
    """
    for most in (FEW, MANY):
        lanes = _Lanes.of(needed, most)

        def chunk(carry: Any, lanes: _Lanes = lanes, most: int = most) -> Any:
            i, results, unfinished = carry
            index = lanes.chunk(i)
            results, left = work(index, results, most)
            return i + 1, results, unfinished.at[index].set(left, mode="drop")

        first = (jnp.int32(0), results, jnp.zeros_like(needed))
        _, results, needed = jax.lax.while_loop(lanes.left, chunk, first)
    return results


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
        together = max(1, n // 16)
        return _Lanes(order, jnp.sum(needed), together if most == FEW else min(together, TOGETHER))

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
