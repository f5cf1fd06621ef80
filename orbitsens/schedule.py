"""The blocks of steps that a run's stages are made of; a block ends with an evaluation."""

from typing import NamedTuple

from orbitsens.config import Parameters


class Block(NamedTuple):
    """Consecutive optimiser steps of one stage: `first_step` counts within the stage, `global_step` over all."""

    stage: int
    first_step: int
    global_step: int
    n_steps: int


def block_length(parameters: Parameters, n_segments: int) -> int:
    """Steps between evaluations: `eval_every`, stretched for more than 1,000 segments.

    An evaluation integrates all training segments; in proportion to their number its share of the time stays.
    """
    return parameters.eval_every * max(1, -(-n_segments // 1000))


def stage_blocks(parameters: Parameters, stage: int, n_segments: int) -> list[Block]:
    """The blocks of a stage, in order; the last one may be shorter."""
    stages = parameters.stages
    before = sum(s.steps for s in stages[:stage])
    length = block_length(parameters, n_segments)
    return [
        Block(stage, first, before + first, min(length, stages[stage].steps - first))
        for first in range(0, stages[stage].steps, length)
    ]


def new_shape(parameters: Parameters, stage: int) -> bool:
    """Whether the stage's segments differ in length or window from those of the stage before it."""
    now = parameters.stages[stage]
    before = parameters.stages[max(stage - 1, 0)]
    return (now.segment_length, now.window) != (before.segment_length, before.window)
