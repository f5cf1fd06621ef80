"""Training the runs of one program together, block by block."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from orbitsens.config import RunConfig
from orbitsens.model import NeuralODE
from orbitsens.prepare import Prepared, prepare_program, scaling_on_device
from orbitsens.schedule import Block
from orbitsens.train import Carry, Rows, build


class BlockReport(NamedTuple):
    """What a program reports after a block: the block, and the rows, leading axis run (padded ones too on devices)."""

    block: Block
    rows: Rows


class Trained(NamedTuple):
    """The outcome of one run: the kept model, its loss and step, and its share of the program's wall time."""

    model: NeuralODE
    best_loss: float
    best_step: int
    seconds: float


def train_program(
    runs: Sequence[RunConfig], on_block: Callable[[BlockReport], None], *, stop: Callable[[], bool] = lambda: False
) -> list[Trained] | None:
    """Train runs that share a program (see `orbitsens.programs`), all at once: prepare, then `train_prepared`."""
    return train_prepared(prepare_program(runs), on_block, stop=stop)


def train_prepared(
    prepared: Prepared, on_block: Callable[[BlockReport], None], *, stop: Callable[[], bool] = lambda: False
) -> list[Trained] | None:
    """Train the runs of a prepared program; it can be used once.

    `on_block` is called with each block's report while the next block is already being computed. Returns None when
    `stop()` became true before the end.
    """
    began = time.perf_counter()
    last: Carry | None = None
    pending: BlockReport | None = None
    stopped = False
    for carry, report in blocks_of(prepared):
        last = carry
        if pending is not None:
            on_block(_fetched(pending, len(prepared.runs)))
        pending = report
        stopped = stop()
        if stopped:
            break
    if pending is not None:
        on_block(_fetched(pending, len(prepared.runs)))
    if stopped:
        return None
    last = jax.device_get(last)
    share = (time.perf_counter() - began) / len(prepared.runs)
    return [_trained(prepared, last, i, share) for i in range(len(prepared.runs))]


def blocks_of(prepared: Prepared) -> Iterator[tuple[Carry, BlockReport]]:
    """Dispatch the blocks of all stages in order; yields the state after each and its report, still being computed."""
    carry = prepared.carry
    for stage in prepared.stages:
        carry = stage.restart(carry)
        for block in stage.blocks:
            carry, rows = stage.advance(carry, block)
            yield carry, BlockReport(block, rows)


def _fetched(report: BlockReport, n_runs: int) -> BlockReport:
    """A report on the host, without the padding.

    It is cut off here: cutting an array that lies on several devices would have them wait for one another.
    """
    return report._replace(rows=jax.tree.map(lambda x: x[:n_runs], jax.device_get(report.rows)))


def _trained(prepared: Prepared, carry: Carry, i: int, seconds: float) -> Trained:
    weights = jax.tree.map(lambda x: jnp.asarray(x[i]), carry.best_weights)
    model = build(prepared.runs[i].parameters, weights, scaling_on_device(prepared.data[i]))
    return Trained(model, float(carry.best_loss[i]), int(carry.best_step[i]), seconds)
