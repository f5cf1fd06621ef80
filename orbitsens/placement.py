"""Where the runs of a program are computed: shared out over the devices, a cohort at a time on each."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from orbitsens.config import Parameters
from orbitsens.tsit5 import N_STAGES

# Runs at a time on a processor core: fewer and the operations are too small, more and they leave the core's cache
# and wait for the run whose orbits need most steps (`python -m benchmarks.scaling` has the times of 1, 2, 5 and 10).
ON_A_CORE = 3
# Of an accelerator's memory, for what a cohort keeps for its gradient.
MEMORY_SHARE = 0.5

_RUNS = PartitionSpec("runs")
_EVERYWHERE = PartitionSpec()


class Placement(NamedTuple):
    """`n_padded` runs over the devices of `mesh`, `cohort` of them at a time on each; a multiple of both."""

    mesh: Mesh
    n_padded: int
    cohort: int


def place_runs(n_runs: int, parameters: Parameters, devices: Sequence[jax.Device] | None = None) -> Placement:
    """Share runs of one architecture out over devices (default all); fewer runs than devices leave some idle.

    Runs that diffrax solves stay on one device: equinox's loops cannot be differentiated within `jax.shard_map`.
    """
    most_devices = 1 if parameters.solver_engine == "diffrax" else n_runs
    found = list(jax.devices() if devices is None else devices)[:most_devices]
    each = -(-n_runs // len(found))
    cohort = _cohort(each, _most_together(parameters, found[0]))
    n_padded = len(found) * cohort * -(-each // cohort)
    return Placement(Mesh(np.array(found), ("runs",), axis_types=(AxisType.Auto,)), n_padded, cohort)


def _cohort(n: int, most: int) -> int:
    """The size of equal cohorts of at most `most` that `n` runs fill with the fewest places left over.

    Of sizes that leave the same number the largest, but none below half of `most`.
    """
    most = min(n, most)
    return min(range(most, -(-most // 2) - 1, -1), key=lambda size: -n % size)


def _most_together(parameters: Parameters, device: jax.Device) -> int:
    p = parameters
    if device.platform == "cpu":
        return ON_A_CORE
    layer = 4 * p.batch_size * p.width
    intervals = max(stage.n_samples for stage in p.stages) - 1
    kept = 2 * layer * p.depth * N_STAGES * intervals
    return max(1, int(MEMORY_SHARE * device.memory_stats()["bytes_limit"]) // kept)


def put_runs(values: Any, placement: Placement) -> Any:
    """Arrays with a leading axis run, padded with repetitions of the first run, onto the devices of their runs."""
    sharding = NamedSharding(placement.mesh, _RUNS)

    def put(x: jax.Array) -> jax.Array:
        index = np.arange(placement.n_padded)
        return jax.device_put(x[np.where(index < x.shape[0], index, 0)], sharding)

    return jax.tree.map(put, values)


def put_everywhere(values: Any, placement: Placement) -> Any:
    """Arrays that all runs share, onto every device."""
    return jax.device_put(values, NamedSharding(placement.mesh, _EVERYWHERE))


def over_runs(function: Callable[..., Any], axes: tuple[int | None, ...], placement: Placement) -> Callable[..., Any]:
    """`function` of one run as a function of all: of arguments with axis 0 each run has its own, None is shared.

    Each device goes through its runs cohort by cohort, without waiting for another device.
    """
    together = jax.vmap(function, in_axes=axes)
    own = [axis == 0 for axis in axes]

    def of_a_device(*arguments: Any) -> Any:
        def of_a_cohort(mine: list[Any]) -> Any:
            parts = iter(mine)
            return together(*(next(parts) if is_own else x for is_own, x in zip(own, arguments, strict=True)))

        mine = [x for is_own, x in zip(own, arguments, strict=True) if is_own]
        cohorts = jax.tree.map(lambda x: x.reshape(-1, placement.cohort, *x.shape[1:]), mine)
        results = jax.lax.map(of_a_cohort, cohorts)
        return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), results)

    if placement.mesh.size == 1:
        return of_a_device
    return jax.shard_map(
        of_a_device,
        mesh=placement.mesh,
        in_specs=tuple(_RUNS if is_own else _EVERYWHERE for is_own in own),
        out_specs=_RUNS,
        check_vma=False,
    )
